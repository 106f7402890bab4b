// Shapes every part of the API server shares: objects, request options, users.

export type JsonObject = { [key: string]: unknown }

export interface OwnerReference {
  apiVersion: string
  kind: string
  name: string
  uid: string
  controller?: boolean
  blockOwnerDeletion?: boolean
}

export interface ObjectMeta {
  name?: string
  generateName?: string
  namespace?: string
  uid?: string
  resourceVersion?: string
  generation?: number
  creationTimestamp?: string | null
  deletionTimestamp?: string
  deletionGracePeriodSeconds?: number
  labels?: Record<string, string>
  annotations?: Record<string, string>
  finalizers?: string[]
  ownerReferences?: OwnerReference[]
  managedFields?: unknown[]
  selfLink?: string
  [key: string]: unknown
}

/** A Kubernetes object. Objects read from the server are shared with its store: clone before changing one. */
export interface KubeObject {
  apiVersion: string
  kind: string
  metadata: ObjectMeta
  [key: string]: unknown
}

/** A list as the API answers it. */
export interface KubeList {
  apiVersion: string
  kind: string
  metadata: { resourceVersion: string; continue?: string; remainingItemCount?: number }
  items: readonly KubeObject[]
}

export interface UserInfo {
  readonly name: string
  readonly groups: readonly string[]
  readonly uid?: string
  readonly extra?: Readonly<Record<string, readonly string[]>>
}

export type FieldValidation = 'Ignore' | 'Warn' | 'Strict'

/** Members that a body names twice, as warnings say it. */
export interface Duplicates {
  readonly texts: readonly string[]
  readonly isYaml: boolean
}

/** What a write carries beside its body. */
export interface WriteOptions {
  readonly fieldManager: string
  readonly isManagerExplicit: boolean
  readonly dryRun: boolean
  readonly fieldValidation: FieldValidation
  readonly force?: boolean | undefined
  readonly user: UserInfo
  /** What the body names twice. */
  readonly duplicates?: Duplicates
  /** Texts for the `Warning` header, filled while the request runs. */
  readonly warnings: string[]
}

/** Time as the server sees it; replace it to control ages, leases and timeouts in tests. */
export interface Clock {
  /** Milliseconds since the epoch. */
  now(): number
  setTimeout(callback: () => void, delayMs: number): { cancel(): void }
}

/** Set a member without ever reaching a prototype setter. */
export function setMember(object: JsonObject, key: string, value: unknown): void {
  if (key === '__proto__') Object.defineProperty(object, key, { value, writable: true, enumerable: true, configurable: true })
  else object[key] = value
}

export function isObject(value: unknown): value is JsonObject {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}

/** The member as an object, or an empty one. */
export function objectOf(value: unknown): JsonObject {
  return isObject(value) ? value : {}
}

/** The member as an array, or an empty one. */
export function arrayOf(value: unknown): readonly unknown[] {
  return Array.isArray(value) ? value : []
}

/** Objects of an array, other elements left out. */
export function objectsOf(value: unknown): readonly JsonObject[] {
  return arrayOf(value).filter(isObject)
}

/** Follow member names; undefined as soon as one is missing. */
export function valueAt(value: unknown, ...path: readonly string[]): unknown {
  let current = value
  for (const key of path) {
    if (!isObject(current) || !Object.hasOwn(current, key)) return undefined
    current = current[key]
  }
  return current
}

/** Deep equality of JSON values; member order does not matter. */
export function isEqual(a: unknown, b: unknown): boolean {
  if (a === b) return true
  if (typeof a !== 'object' || typeof b !== 'object' || a === null || b === null) return false
  if (Array.isArray(a) || Array.isArray(b)) {
    if (!Array.isArray(a) || !Array.isArray(b) || a.length !== b.length) return false
    return a.every((item, index) => isEqual(item, b[index]))
  }
  const left = a as JsonObject
  const right = b as JsonObject
  const keys = Object.keys(left)
  if (keys.length !== Object.keys(right).length) return false
  return keys.every((key) => Object.hasOwn(right, key) && isEqual(left[key], right[key]))
}

/** The time as Kubernetes writes it: whole seconds, UTC. */
export function formatTime(epochMs: number): string {
  return new Date(epochMs).toISOString().replace(/\.\d+Z$/, 'Z')
}

/** The time with microseconds, as `MicroTime` fields hold it. */
export function formatMicroTime(epochMs: number): string {
  return new Date(epochMs).toISOString().replace('Z', '000Z')
}

/** A text, or nothing where it is none. */
export function textOf(value: unknown): string {
  return typeof value === 'string' ? value : ''
}
