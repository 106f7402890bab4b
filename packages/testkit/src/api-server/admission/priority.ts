// Priority of pods, by their class. Follows kubernetes `plugin/pkg/admission/priority`.
import { printed } from '@plumbline/schema'
import { forbidden } from '../status-errors.ts'
import type { Storage } from '../storage.ts'
import { objectOf } from '../types.ts'
import type { KubeObject } from '../types.ts'

const classes = 'scheduling.k8s.io/priorityclasses'

/** @throws {StatusError} */
export function withPriority(pod: KubeObject, storage: Storage): KubeObject {
  const spec = objectOf(pod['spec'])
  const refuse = (why: string): never => {
    throw forbidden({ group: '', resource: 'pods' }, pod.metadata.name ?? '', why)
  }
  let className = typeof spec['priorityClassName'] === 'string' ? spec['priorityClassName'] : ''
  let found: KubeObject | undefined
  if (className === '') {
    found = storage
      .list(classes, undefined)
      .map(({ object }) => object)
      .filter((candidate) => candidate['globalDefault'] === true)
      .sort((a, b) => Number(a['value']) - Number(b['value']))[0]
    className = found?.metadata.name ?? ''
  } else {
    found = storage.get(classes, '', className)?.object
    if (found === undefined) refuse(`no PriorityClass with name ${className} was found`)
  }
  const priority = typeof found?.['value'] === 'number' ? found['value'] : 0
  const preemptionPolicy = found?.['preemptionPolicy'] ?? 'PreemptLowerPriority'
  const given = spec['priority']
  if (typeof given === 'number' && given !== priority)
    refuse(
      `the integer value of priority (${given}) must not be provided in pod spec; priority admission controller computed ${priority} from the given PriorityClass name`,
    )
  const policy = spec['preemptionPolicy']
  if (policy !== undefined && policy !== preemptionPolicy)
    refuse(
      `the string value of PreemptionPolicy (${printed(policy)}) must not be provided in pod spec; priority admission controller computed ${printed(preemptionPolicy)} from the given PriorityClass name`,
    )
  return { ...pod, spec: { ...spec, ...(className === '' ? {} : { priorityClassName: className }), priority, preemptionPolicy } }
}

/** A pod that forgets its priority keeps it: what it says otherwise is refused later. */
export function withKeptPriority(pod: KubeObject, previous: KubeObject): KubeObject {
  const [spec, before] = [objectOf(pod['spec']), objectOf(previous['spec'])]
  const kept = Object.fromEntries(
    ['priority', 'preemptionPolicy'].filter((name) => spec[name] === undefined && before[name] !== undefined).map((name) => [name, before[name]]),
  )
  return Object.keys(kept).length === 0 ? pod : { ...pod, spec: { ...spec, ...kept } }
}
