// Fields of custom resources whose types are built-in ones, which operators write back in another form: quantities, durations, pod templates.
// Follows argo-cd `util/argo/normalizers/knowntypes_normalizer.go` (`knownTypeFields` of resource.customizations).
import { canonicalizeQuantities, canonicalQuantity, isQuantity, itemSchema, memberSchema, typeSchemaOf, withZeroMembers } from '@plumbline/schema'
import type { TypeSchema } from '@plumbline/schema'
import { formatGoDuration, parseGoDuration } from './go-duration.ts'
import { isRecord } from '../model/kubernetes-object.ts'
import type { KubernetesObject } from '../model/kubernetes-object.ts'
import { groupOf } from '../model/resource-id.ts'

/** One entry of `knownTypeFields`. */
export interface KnownTypeField {
  readonly group: string
  readonly kind: string
  /** Path with dots; lists on the way are entered. */
  readonly field: string
  /** `core/Quantity`, `meta/v1/Duration`, or a type of core/v1 such as `core/v1/PodSpec`. */
  readonly type: string
}

/** Brings known fields into the form of their types. Pure. */
export type KnownTypes = (object: KubernetesObject) => KubernetesObject

type Form = (value: unknown) => unknown

const podSpec = ['Pod', 'spec'] as const
const container = [...podSpec, 'containers', '[]'] as const

/** Where types that are no kinds of their own are found. */
const places: Readonly<Record<string, readonly string[]>> = {
  PodSpec: podSpec,
  PodTemplateSpec: ['PodTemplate', 'template'],
  PodSecurityContext: [...podSpec, 'securityContext'],
  Affinity: [...podSpec, 'affinity'],
  NodeAffinity: [...podSpec, 'affinity', 'nodeAffinity'],
  PodAffinity: [...podSpec, 'affinity', 'podAffinity'],
  PodAntiAffinity: [...podSpec, 'affinity', 'podAntiAffinity'],
  Toleration: [...podSpec, 'tolerations', '[]'],
  TopologySpreadConstraint: [...podSpec, 'topologySpreadConstraints', '[]'],
  Volume: [...podSpec, 'volumes', '[]'],
  Container: container,
  ContainerPort: [...container, 'ports', '[]'],
  EnvVar: [...container, 'env', '[]'],
  EnvFromSource: [...container, 'envFrom', '[]'],
  Lifecycle: [...container, 'lifecycle'],
  Probe: [...container, 'livenessProbe'],
  ResourceRequirements: [...container, 'resources'],
  ResourceList: [...container, 'resources', 'limits'],
  SecurityContext: [...container, 'securityContext'],
  VolumeMount: [...container, 'volumeMounts', '[]'],
  PersistentVolumeClaimSpec: ['PersistentVolumeClaim', 'spec'],
  PersistentVolumeSpec: ['PersistentVolume', 'spec'],
  ServiceSpec: ['Service', 'spec'],
  ServicePort: ['Service', 'spec', 'ports', '[]'],
}

function schemaOf(type: string): TypeSchema | undefined {
  const [kind = '', ...steps] = (Object.hasOwn(places, type) ? places[type] : undefined) ?? [type]
  let schema: TypeSchema | undefined = typeSchemaOf({ group: '', version: 'v1', kind })
  for (const step of steps) schema = schema === undefined ? undefined : step === '[]' ? itemSchema(schema) : memberSchema(schema, step)
  return schema
}

function formOf(type: string): Form | undefined {
  if (type === 'core/Quantity')
    return (value) => {
      if (!isQuantity(value)) return value
      // Go keeps the text of what is canonical already, with its sign.
      const form = canonicalQuantity(value)
      return value === `+${form}` ? value : form
    }
  if (type === 'meta/v1/Duration')
    return (value) => {
      const duration = typeof value === 'string' ? parseGoDuration(value) : undefined
      return duration === undefined ? value : formatGoDuration(duration)
    }
  const schema = type.startsWith('core/v1/') ? schemaOf(type.slice('core/v1/'.length)) : undefined
  return schema === undefined ? undefined : (value) => withZeroMembers(canonicalizeQuantities(value, schema), schema)
}

/** Argo CD knows this one without being told. */
const rolloutTemplate: KnownTypeField = { group: 'argoproj.io', kind: 'Rollout', field: 'spec.template.spec', type: 'core/v1/PodSpec' }

/** Create the normaliser; types that are not known are passed over, as Argo CD does after a warning. */
export function createKnownTypes(fields: readonly KnownTypeField[]): KnownTypes {
  const all = fields.some(({ group, kind }) => group === rolloutTemplate.group && kind === rolloutTemplate.kind) ? fields : [...fields, rolloutTemplate]
  const byKind = new Map<string, { readonly path: readonly string[]; readonly form: Form }[]>()
  for (const { group, kind, field, type } of all) {
    const form = formOf(type)
    if (form === undefined) continue
    const key = `${group}/${kind}`
    byKind.set(key, [...(byKind.get(key) ?? []), { path: field.split('.'), form }])
  }
  return (object) => {
    let normalized: unknown = object
    for (const { path, form } of byKind.get(`${groupOf(object.apiVersion)}/${object.kind}`) ?? []) normalized = changedAt(normalized, path, form)
    return normalized as KubernetesObject
  }
}

function changedAt(value: unknown, path: readonly string[], form: Form): unknown {
  if (Array.isArray(value)) return value.map((item: unknown) => (isRecord(item) || path.length === 0 ? changedAt(item, path, form) : item))
  const [name, ...rest] = path
  if (name === undefined) return form(value)
  return isRecord(value) && Object.hasOwn(value, name) ? { ...value, [name]: changedAt(value[name], rest, form) } : value
}
