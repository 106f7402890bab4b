// Kubernetes objects as plain JSON data.

/** The part of an owner reference that Plumbline reads. */
export interface OwnerReference {
  readonly apiVersion: string
  readonly kind: string
  readonly name: string
  readonly uid: string
  readonly controller?: boolean
}

/** `metadata` of an object. */
export interface ObjectMeta {
  readonly name?: string
  readonly namespace?: string
  readonly generateName?: string
  readonly labels?: Readonly<Record<string, string>>
  readonly annotations?: Readonly<Record<string, string>>
  readonly uid?: string
  readonly resourceVersion?: string
  readonly generation?: number
  readonly creationTimestamp?: string | null
  readonly deletionTimestamp?: string
  readonly finalizers?: readonly string[]
  readonly ownerReferences?: readonly OwnerReference[]
  readonly managedFields?: readonly unknown[]
}

/** Any object with a kind; further members are data of that kind. */
export interface KubernetesObject {
  readonly apiVersion: string
  readonly kind: string
  readonly metadata: ObjectMeta
  readonly [member: string]: unknown
}

/** Whether a value is a map (and no list). */
export function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}

/** Whether a parsed document names an `apiVersion` and a `kind`. */
export function isKubernetesObject(value: unknown): value is KubernetesObject {
  return (
    isRecord(value) &&
    typeof value['apiVersion'] === 'string' &&
    value['apiVersion'] !== '' &&
    typeof value['kind'] === 'string' &&
    value['kind'] !== '' &&
    (value['metadata'] === undefined || value['metadata'] === null || isRecord(value['metadata']))
  )
}

/** Follow member names; undefined as soon as one is missing. */
export function valueAt(value: unknown, ...path: readonly (string | number)[]): unknown {
  let at: unknown = value
  for (const step of path) {
    if (typeof at !== 'object' || at === null || !Object.hasOwn(at, step)) return undefined
    at = (at as Record<string | number, unknown>)[step]
  }
  return at
}

/** An annotation's value, or undefined. */
export function annotationOf(object: KubernetesObject | undefined, name: string): string | undefined {
  const value = valueAt(object, 'metadata', 'annotations', name)
  return typeof value === 'string' ? value : undefined
}

/** A copy of the object with one annotation set. */
export function withAnnotation(object: KubernetesObject, name: string, value: string): KubernetesObject {
  return { ...object, metadata: { ...object.metadata, annotations: { ...object.metadata.annotations, [name]: value } } }
}
