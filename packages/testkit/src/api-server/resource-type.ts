// One served resource: what discovery says of it, and where its objects are kept.
import type { TypeSchema } from '@plumbline/schema'
import type { ColumnDefinition } from './facts.ts'
import type { JsonObject } from './types.ts'

/** A printer column and where its value is. */
export interface DefinedColumn extends ColumnDefinition {
  readonly jsonPath: string
}

/** What a definition says of one version. */
export interface DefinedVersion {
  readonly openAPIV3Schema: JsonObject | undefined
  readonly columns: readonly DefinedColumn[]
  readonly selectableFields: readonly string[]
  readonly scale: JsonObject | undefined
  readonly deprecationWarning: string | undefined
  readonly isTerminating: boolean
}

export interface Subresource {
  readonly name: string
  readonly kind: string
  readonly group: string
  readonly version: string
  readonly verbs: readonly string[]
}

export interface ResourceType {
  readonly group: string
  readonly version: string
  readonly kind: string
  readonly plural: string
  readonly singular: string
  readonly shortNames: readonly string[]
  readonly categories: readonly string[]
  readonly isNamespaced: boolean
  readonly verbs: readonly string[]
  readonly subresources: ReadonlyMap<string, Subresource>
  readonly storageVersionHash: string
  /** Name of the storage; versions of one resource share it. */
  readonly storage: string
  /** `apps/v1`, `v1`. */
  readonly apiVersion: string
  /** The apiVersion objects are stored in. */
  readonly storedApiVersion: string
  readonly listKind: string
  readonly schema: TypeSchema | undefined
  /** Present for custom resources. */
  readonly defined?: DefinedVersion
}

export function apiVersionOf(group: string, version: string): string {
  return group === '' ? version : `${group}/${version}`
}
