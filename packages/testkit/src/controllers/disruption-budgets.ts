// Budgets say how many of the pods that they select may be away. Follows kubernetes `pkg/controller/disruption/disruption.go`.
import { printed } from '@plumbline/schema'
import type { ClusterApi } from '../api-server/cluster-api.ts'
import { formatTime, valueAt } from '../api-server/types.ts'
import type { Clock, JsonObject, KubeObject } from '../api-server/types.ts'
import { startControlLoop } from './control-loop.ts'
import { isSelectedBy } from '../api-server/label-selector.ts'
import { conditionOf, isPodReady, pods, storeStatus } from './objects.ts'

const budgets = { group: 'policy', plural: 'poddisruptionbudgets' }
const controllers: Readonly<Record<string, string>> = { ReplicaSet: 'replicasets', StatefulSet: 'statefulsets', Deployment: 'deployments' }

export function startDisruptionBudgets(api: ClusterApi, clock: Clock): () => void {
  return startControlLoop({
    api,
    clock,
    resource: budgets,
    dependents: [{ resource: pods, keysOf: (pod) => budgetsOf(api, pod) }],
    reconcile(budget, context) {
      if (budget.metadata.deletionTimestamp !== undefined) return
      const selected = api.list(pods, budget.metadata.namespace).filter((pod) => isSelected(budget, pod))
      const currentHealthy = selected.filter(isPodReady).length
      const { expectedPods, desiredHealthy } = wantedOf(api, budget, selected)
      const disruptionsAllowed = expectedPods <= 0 ? 0 : Math.max(0, currentHealthy - desiredHealthy)
      const observedGeneration = budget.metadata.generation ?? 1
      const status = disruptionsAllowed > 0 ? 'True' : 'False'
      const before = conditionOf(budget, 'DisruptionAllowed')
      const condition: JsonObject = {
        type: 'DisruptionAllowed',
        status,
        observedGeneration,
        lastTransitionTime: before?.['status'] === status ? before['lastTransitionTime'] : formatTime(context.now()),
        reason: status === 'True' ? 'SufficientPods' : 'InsufficientPods',
        message: '',
      }
      storeStatus(api, budget, { conditions: [condition], currentHealthy, desiredHealthy, disruptionsAllowed, expectedPods, observedGeneration })
    },
  })
}

/** Counts and percentages are of what the controllers of the pods want; a plain count of pods to keep is of the pods. */
function wantedOf(api: ClusterApi, budget: KubeObject, selected: readonly KubeObject[]): { expectedPods: number; desiredHealthy: number } {
  const [least, most] = [valueAt(budget, 'spec', 'minAvailable'), valueAt(budget, 'spec', 'maxUnavailable')]
  if (typeof least === 'number') return { expectedPods: selected.length, desiredHealthy: least }
  const expectedPods = wantedByControllers(api, selected)
  const part = (value: unknown): number => (typeof value === 'number' ? value : Math.ceil((Number.parseInt(printed(value ?? '0'), 10) * expectedPods) / 100))
  return { expectedPods, desiredHealthy: most === undefined ? part(least) : Math.max(0, expectedPods - part(most)) }
}

function wantedByControllers(api: ClusterApi, selected: readonly KubeObject[]): number {
  const wanted = new Map<string, number>()
  for (const pod of selected) {
    const owner = controllerOf(api, pod)
    const top = owner?.kind === 'ReplicaSet' ? (controllerOf(api, owner) ?? owner) : owner
    wanted.set(top?.metadata.uid ?? pod.metadata.uid ?? '', top === undefined ? 1 : Number(valueAt(top, 'spec', 'replicas') ?? 1))
  }
  return [...wanted.values()].reduce((sum, count) => sum + count, 0)
}

function controllerOf(api: ClusterApi, object: KubeObject): KubeObject | undefined {
  const reference = (object.metadata.ownerReferences ?? []).find(({ controller }) => controller === true)
  const plural = reference === undefined ? undefined : controllers[reference.kind]
  return reference === undefined || plural === undefined ? undefined : api.get({ group: 'apps', plural }, object.metadata.namespace ?? '', reference.name)
}

/** Whether a budget is about a pod. An empty selector is about all of its namespace. */
export function isSelected(budget: KubeObject, pod: KubeObject): boolean {
  return budget.metadata.namespace === pod.metadata.namespace && isSelectedBy(valueAt(budget, 'spec', 'selector'), pod.metadata.labels)
}

function budgetsOf(api: ClusterApi, pod: KubeObject): string[] {
  return api
    .list(budgets, pod.metadata.namespace)
    .filter((budget) => isSelected(budget, pod))
    .map(({ metadata }) => `${metadata.namespace ?? ''}/${metadata.name ?? ''}`)
}
