// Fields of features that are off by default in Kubernetes 1.34: the server forgets them, unless the object had them before. Follows kubernetes `pkg/features/kube_features.go`.
import { podTemplatePath } from './pod-templates.ts'
import type { ResourceType } from './resource-type.ts'
import { isObject, objectOf, objectsOf } from './types.ts'
import type { JsonObject, KubeObject } from './types.ts'

/** Members whose owner goes with them where nothing else is in it. */
const sole = new Set(['stopSignal'])

/** Paths by kind; `*` stands for every element of a list. */
const disabled: Readonly<Record<string, readonly string[]>> = {
  '/Node': ['spec.configSource', 'status.config'],
  'apps/Deployment': ['status.terminatingReplicas'],
  'apps/ReplicaSet': ['status.terminatingReplicas'],
  'apps/StatefulSet': ['spec.updateStrategy.rollingUpdate.maxUnavailable'],
  'autoscaling/HorizontalPodAutoscaler': ['spec.behavior.scaleUp.tolerance', 'spec.behavior.scaleDown.tolerance'],
  'storage.k8s.io/CSIDriver': ['spec.nodeAllocatableUpdatePeriodSeconds'],
  'storage.k8s.io/VolumeAttachment': ['status.attachError.errorCode', 'status.detachError.errorCode'],
  'discovery.k8s.io/EndpointSlice': ['endpoints.*.deprecatedTopology'],
}
const lists = ['containers', 'initContainers', 'ephemeralContainers']
const disabledOfPods = [
  'hostnameOverride',
  'volumes.*.projected.sources.*.clusterTrustBundle',
  'volumes.*.projected.sources.*.podCertificate',
  'containers.*.restartPolicy',
  'ephemeralContainers.*.restartPolicy',
  ...lists.flatMap((list) => [`${list}.*.env.*.valueFrom.fileKeyRef`, `${list}.*.restartPolicyRules`, `${list}.*.lifecycle.stopSignal`]),
]

export function withoutDisabledFields(type: ResourceType, object: KubeObject, previous: KubeObject | undefined): KubeObject {
  const template = type.group === '' && type.kind === 'Pod' ? 'spec' : podTemplatePath(type)
  const prefix = template === undefined || template === 'spec' ? template : `${template}.spec`
  const ofPods = prefix === undefined ? [] : disabledOfPods.map((path) => `${prefix}.${path}`)
  let next = object
  for (const path of [...(disabled[`${type.group}/${type.kind}`] ?? []), ...ofPods]) {
    const steps = path.split('.')
    if (has(next, steps) && !(previous !== undefined && has(previous, steps))) next = without(next, steps) as KubeObject
  }
  return prefix === undefined ? next : withoutImageVolumes(next, prefix.split('.'), previous)
}

/** Volumes from images go altogether, and so do their mounts. */
function withoutImageVolumes(object: KubeObject, pod: readonly string[], previous: KubeObject | undefined): KubeObject {
  const path = [...pod, 'volumes', '*', 'image']
  if (!has(object, path) || (previous !== undefined && has(previous, path))) return object
  return changed(object, pod, (spec) => {
    const [gone, kept] = [
      objectsOf(spec['volumes']).filter((volume) => isObject(volume['image'])),
      objectsOf(spec['volumes']).filter((volume) => !isObject(volume['image'])),
    ]
    const names = new Set(gone.map(({ name }) => name))
    const { volumes: _volumes, ...rest } = spec
    const next: JsonObject = { ...rest, ...(kept.length === 0 ? {} : { volumes: kept }) }
    for (const list of lists) if (Array.isArray(spec[list])) next[list] = objectsOf(spec[list]).map((container) => withoutMounts(container, names))
    return next
  }) as KubeObject
}

function withoutMounts(container: JsonObject, names: ReadonlySet<unknown>): JsonObject {
  const { volumeMounts, ...rest } = container
  const kept = objectsOf(volumeMounts).filter(({ name }) => !names.has(name))
  return kept.length === 0 ? rest : { ...rest, volumeMounts: kept }
}

function changed(value: unknown, [step, ...rest]: readonly string[], change: (inner: JsonObject) => JsonObject): JsonObject {
  const object = objectOf(value)
  return step === undefined ? change(object) : { ...object, [step]: changed(object[step], rest, change) }
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
  if (rest.length > 0) {
    const next = without(member, rest)
    return next === undefined ? others : { ...value, [step]: next }
  }
  return sole.has(step) && Object.keys(others).length === 0 ? undefined : others
}
