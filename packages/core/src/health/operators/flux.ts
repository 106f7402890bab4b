// Flux. Follows argo-cd `resource_customizations/*.toolkit.fluxcd.io`: conditions are counted, and the counts decide.
import { valueAt } from '../../model/kubernetes-object.ts'
import type { KubernetesObject } from '../../model/kubernetes-object.ts'
import { defineHealthCheck } from '../health.ts'
import type { HealthCheck } from '../health.ts'
import { always, conditionsOf, firstOf, isPresent, reasonOf, say, when } from './vocabulary.ts'
import type { Check } from './vocabulary.ts'

interface Counting {
  /** The status of `Ready` that counts as being on its way. */
  readonly underWay: 'Unknown' | 'False'
  /** Types, beside `Ready`, that count as done. */
  readonly doneTypes?: readonly string[]
  /** How many have to be done. */
  readonly done: number
  /** Reasons of `Reconciling` that count; all of them when absent. */
  readonly reconciling?: readonly string[]
  /** What two of them under way mean. */
  readonly meaning?: 'Progressing' | 'Degraded'
}

function counted({ underWay, doneTypes = [], done, reconciling, meaning = 'Progressing' }: Counting): Check {
  return (object) => {
    if (!isPresent(valueAt(object, 'status', 'conditions'))) return say('Progressing', 'Status unknown')
    let [onTheWay, succeeded, message] = [0, 0, '']
    for (const condition of conditionsOf(object)) {
      const { type, status } = condition
      if (type === 'Ready') {
        if (status === 'True') succeeded++
        else if (status === underWay) onTheWay++
        message = reasonOf(condition)
      } else if (status !== 'True') continue
      else if (type === 'Reconciling') onTheWay += reconciling === undefined || reconciling.includes(reasonOf(condition)) ? 1 : 0
      else if (type === 'ArtifactOutdated' && doneTypes.includes('ArtifactInStorage')) message += ` ${reasonOf(condition)}`
      else if (doneTypes.includes(String(type))) succeeded++
    }
    if (onTheWay === 2) return say(meaning, message)
    return say(succeeded === done ? 'Healthy' : 'Degraded', message)
  }
}

const suspendable = (check: Check): Check =>
  firstOf((object: KubernetesObject) => (valueAt(object, 'spec', 'suspend') === true ? say('Suspended', `${object.kind} is suspended`) : undefined), check)

const source = suspendable(counted({ underWay: 'Unknown', doneTypes: ['ArtifactInStorage'], done: 2 }))
const applied = suspendable(counted({ underWay: 'Unknown', done: 1 }))
const helmRepository = firstOf(
  when(
    (object) => valueAt(object, 'spec', 'type') === 'oci' && valueAt(object, 'spec', 'suspend') !== true,
    always('Healthy', "Helm repositories of type 'oci' do not contain any information in the status."),
  ),
  source,
)

export const fluxHealthChecks: readonly HealthCheck[] = [
  defineHealthCheck('helm.toolkit.fluxcd.io', 'HelmRelease', suspendable(counted({ underWay: 'Unknown', doneTypes: ['Released', 'TestSuccess'], done: 2 }))),
  defineHealthCheck(
    'image.toolkit.fluxcd.io',
    'ImagePolicy',
    counted({ underWay: 'False', done: 1, reconciling: ['NewGeneration', 'AccessingRepository', 'ApplyingPolicy'] }),
  ),
  defineHealthCheck(
    'image.toolkit.fluxcd.io',
    'ImageRepository',
    suspendable(counted({ underWay: 'False', done: 1, reconciling: ['NewGeneration', 'Scanning'] })),
  ),
  defineHealthCheck('image.toolkit.fluxcd.io', 'ImageUpdateAutomation', applied),
  defineHealthCheck('kustomize.toolkit.fluxcd.io', 'Kustomization', applied),
  defineHealthCheck('notification.toolkit.fluxcd.io', 'Receiver', suspendable(counted({ underWay: 'False', done: 1, meaning: 'Degraded' }))),
  ...['Bucket', 'GitRepository', 'HelmChart', 'OCIRepository'].map((kind) => defineHealthCheck('source.toolkit.fluxcd.io', kind, source)),
  defineHealthCheck('source.toolkit.fluxcd.io', 'HelmRepository', helmRepository),
]
