// Fields of features that are off by default in Kubernetes 1.34: the server forgets them, unless the object had them before. Follows kubernetes `pkg/features/kube_features.go`.
import { podTemplatePath } from './pod-templates.ts'
import type { ResourceType } from './resource-type.ts'
import { isObject } from './types.ts'
import type { JsonObject, KubeObject } from './types.ts'

/** Paths by kind; `*` stands for every element of a list. */
const disabled: Readonly<Record<string, readonly string[]>> = {
  '/Node': ['spec.configSource'],
  'apps/Deployment': ['status.terminatingReplicas'],
  'apps/ReplicaSet': ['status.terminatingReplicas'],
  'apps/StatefulSet': ['spec.updateStrategy.rollingUpdate.maxUnavailable'],
  'discovery.k8s.io/EndpointSlice': ['endpoints.*.deprecatedTopology'],
}
const lists = ['containers', 'initContainers', 'ephemeralContainers']
const disabledOfPods = ['hostnameOverride', ...lists.flatMap((list) => [`${list}.*.env.*.valueFrom.fileKeyRef`, `${list}.*.restartPolicyRules`])]

export function withoutDisabledFields(type: ResourceType, object: KubeObject, previous: KubeObject | undefined): KubeObject {
  const template = type.group === '' && type.kind === 'Pod' ? 'spec' : podTemplatePath(type)
  const prefix = template === undefined || template === 'spec' ? template : `${template}.spec`
  const ofPods = prefix === undefined ? [] : disabledOfPods.map((path) => `${prefix}.${path}`)
  let next = object
  for (const path of [...(disabled[`${type.group}/${type.kind}`] ?? []), ...ofPods]) {
    const steps = path.split('.')
    if (has(next, steps) && !(previous !== undefined && has(previous, steps))) next = without(next, steps) as KubeObject
  }
  return next
}

function has(value: unknown, [step, ...rest]: readonly string[]): boolean {
  if (step === undefined) return value !== undefined && value !== null
  if (step === '*') return Array.isArray(value) && value.some((item) => has(item, rest))
  return isObject(value) && has(value[step], rest)
}

function without(value: unknown, [step, ...rest]: readonly string[]): unknown {
  if (step === undefined) return value
  if (step === '*') return Array.isArray(value) ? value.map((item: unknown) => without(item, rest)) : value
  if (!isObject(value) || value[step] === undefined) return value
  const { [step]: member, ...others } = value as JsonObject
  return rest.length === 0 ? others : { ...value, [step]: without(member, rest) }
}
