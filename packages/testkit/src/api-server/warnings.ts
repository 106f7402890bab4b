// Warnings that come with a write that is carried out all the same. Follows kubernetes `pkg/api/pod/warnings.go`.
import { canonicalQuantity } from '@plumbline/schema'
import { podTemplateOf, podTemplatePath } from './pod-templates.ts'
import type { ResourceType } from './resource-type.ts'
import { objectOf, objectsOf } from './types.ts'
import type { JsonObject, KubeObject } from './types.ts'

const deprecatedNodeLabels: Readonly<Record<string, string>> = {
  'beta.kubernetes.io/arch': 'deprecated since v1.14; use "kubernetes.io/arch" instead',
  'beta.kubernetes.io/os': 'deprecated since v1.14; use "kubernetes.io/os" instead',
  'failure-domain.beta.kubernetes.io/region': 'deprecated since v1.17; use "topology.kubernetes.io/region" instead',
  'failure-domain.beta.kubernetes.io/zone': 'deprecated since v1.17; use "topology.kubernetes.io/zone" instead',
  'beta.kubernetes.io/instance-type': 'deprecated since v1.17; use "node.kubernetes.io/instance-type" instead',
}

/** Kinds whose name becomes part of names of pods. */
const namesPods = new Set(['Deployment', 'ReplicaSet', 'Job', 'CronJob', 'ReplicationController'])

/** Finalizers that come with a write and could be anybody's. Custom resources alone are looked at. */
export function finalizerWarnings(type: ResourceType, object: KubeObject, previous: KubeObject | undefined): string[] {
  if (type.defined === undefined) return []
  const known = new Set(previous?.metadata.finalizers)
  return [...new Set(object.metadata.finalizers)]
    .filter((finalizer) => !known.has(finalizer) && !finalizer.includes('/') && !['kubernetes', 'orphan', 'foregroundDeletion'].includes(finalizer))
    .map((finalizer) => {
      const advice = `prefer a domain-qualified finalizer name ${finalizer.includes('.') ? 'including a path (/) ' : ''}to avoid`
      return `metadata.finalizers: ${JSON.stringify(finalizer)}: ${advice} accidental conflicts with other finalizer writers`
    })
}

/** Warnings of an object that is created. */
export function warningsOfObject(type: ResourceType, object: KubeObject): string[] {
  const key = `${type.group}/${type.kind}`
  const name = object.metadata.name ?? ''
  const warnings: string[] = []
  if (key === '/Pod') {
    if (name.includes('.')) warnings.push(nameWarning("this is used in the Pod's hostname"))
    return [...warnings, ...annotationWarnings(object.metadata.annotations, 'metadata'), ...podWarnings(objectOf(object['spec']), 'spec')]
  }
  const path = podTemplatePath(type)
  if (namesPods.has(type.kind) && path !== undefined && name.includes('.')) warnings.push(nameWarning('this is used in Pod names and hostnames'))
  const template = podTemplateOf(type, object)
  if (path === undefined || template === undefined) return warnings
  const annotations = objectOf(objectOf(template['metadata'])['annotations'])
  return [...warnings, ...annotationWarnings(annotations, `${path}.metadata`), ...podWarnings(objectOf(template['spec']), `${path}.spec`)]
}

/** Warnings of a changed object: of its template, once the spec has changed at all. */
export function warningsOfUpdate(type: ResourceType, object: KubeObject, previous: KubeObject): string[] {
  const template = podTemplateOf(type, object)
  const path = podTemplatePath(type)
  if (type.kind === 'Pod' || template === undefined || path === undefined || object.metadata.generation === previous.metadata.generation) return []
  return [
    ...annotationWarnings(objectOf(objectOf(template['metadata'])['annotations']), `${path}.metadata`),
    ...podWarnings(objectOf(template['spec']), `${path}.spec`),
  ]
}

function nameWarning(use: string): string {
  return `metadata.name: ${use}, which can result in surprising behavior; a DNS label is recommended: [must not contain dots]`
}

const appArmorPrefix = 'container.apparmor.security.beta.kubernetes.io/'
const deprecatedAnnotations: Readonly<Record<string, string>> = {
  'scheduler.alpha.kubernetes.io/critical-pod': 'non-functional in v1.16+; use the "priorityClassName" field instead',
  'seccomp.security.alpha.kubernetes.io/pod': 'non-functional in v1.27+; use the "seccompProfile" field instead',
}

function annotationWarnings(annotations: JsonObject | undefined, path: string): string[] {
  return Object.keys(annotations ?? {}).flatMap((name) => {
    const text = name.startsWith(appArmorPrefix)
      ? 'deprecated since v1.30; use the "appArmorProfile" field instead'
      : name.startsWith('container.seccomp.security.alpha.kubernetes.io')
        ? 'non-functional in v1.27+; use the "seccompProfile" field instead'
        : deprecatedAnnotations[name]
    return text === undefined ? [] : [`${path}.annotations[${name}]: ${text}`]
  })
}

const deprecatedVolumes: Readonly<Record<string, string>> = {
  photonPersistentDisk: 'deprecated in v1.11, non-functional in v1.16+',
  gitRepo: 'deprecated in v1.11, and disabled by default in v1.33+',
  scaleIO: 'deprecated in v1.16, non-functional in v1.22+',
  flocker: 'deprecated in v1.22, non-functional in v1.25+',
  storageos: 'deprecated in v1.22, non-functional in v1.25+',
  quobyte: 'deprecated in v1.22, non-functional in v1.25+',
  glusterfs: 'deprecated in v1.25, non-functional in v1.26+',
  cephfs: 'deprecated in v1.28, non-functional in v1.31+',
  rbd: 'deprecated in v1.28, non-functional in v1.31+',
}

function volumeWarnings(spec: JsonObject, path: string): string[] {
  return objectsOf(spec['volumes']).flatMap((volume, index) =>
    Object.keys(deprecatedVolumes)
      .filter((kind) => volume[kind] !== undefined)
      .map((kind) => `${path}.volumes[${index}].${kind === 'storageos' ? 'storageOS' : kind}: ${deprecatedVolumes[kind] ?? ''}`),
  )
}

function podWarnings(spec: JsonObject, path: string): string[] {
  const warnings: string[] = []
  for (const key of Object.keys(objectOf(spec['nodeSelector']))) {
    const text = deprecatedNodeLabels[key]
    if (text !== undefined) warnings.push(`${path}.nodeSelector[${key}]: ${text}`)
  }
  warnings.push(...volumeWarnings(spec, path))
  for (const [index, reference] of objectsOf(spec['imagePullSecrets']).entries())
    if ((reference['name'] ?? '') === '') warnings.push(`${path}.imagePullSecrets[${index}].name: invalid empty name ""`)
  if (typeof spec['terminationGracePeriodSeconds'] === 'number' && spec['terminationGracePeriodSeconds'] < 0)
    warnings.push(`${path}.terminationGracePeriodSeconds: must be >= 0; negative values are invalid and will be treated as 1`)
  for (const list of ['initContainers', 'containers'])
    for (const [index, container] of objectsOf(spec[list]).entries()) warnings.push(...containerWarnings(container, `${path}.${list}[${index}]`))
  return warnings
}

function containerWarnings(container: JsonObject, path: string): string[] {
  const warnings: string[] = []
  const names = new Set<unknown>()
  for (const [index, { name, value }] of objectsOf(container['env']).entries()) {
    // A value that refers to the former definition extends it.
    if (names.has(name) && !(typeof value === 'string' && value.includes(`$(${String(name)})`)))
      warnings.push(`${path}.env[${index}]: hides previous definition of ${JSON.stringify(name)}, which may be dropped when using apply`)
    names.add(name)
  }
  const ports = new Map<string, number>()
  for (const [index, { containerPort, protocol = 'TCP' }] of objectsOf(container['ports']).entries()) {
    const key = `${String(containerPort)}/${String(protocol)}`
    const former = ports.get(key)
    if (former !== undefined) warnings.push(`${path}.ports[${index}]: duplicate port definition with ${path}.ports[${former}]`)
    else ports.set(key, index)
  }
  const resources = objectOf(container['resources'])
  for (const list of ['limits', 'requests'])
    for (const name of ['memory', 'ephemeral-storage']) {
      const value = objectOf(resources[list])[name]
      if (typeof value === 'string' && canonicalQuantity(value).endsWith('m'))
        warnings.push(`${path}.resources.${list}[${name}]: fractional byte value ${JSON.stringify(value)} is invalid, must be an integer`)
    }
  return warnings
}
