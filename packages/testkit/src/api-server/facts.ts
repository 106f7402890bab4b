// Recorded facts of kube-apiserver 1.34.4, packed in ../../data by scripts/generate-facts.mjs and unpacked on first use.
import { existsSync, readFileSync } from 'node:fs'
import { gunzipSync } from 'node:zlib'
import type { ProtobufFacts } from './protobuf.ts'
import type { JsonObject, KubeObject } from './types.ts'

export interface ColumnDefinition {
  name: string
  type: string
  format: string
  description: string
  priority: number
}

export interface DiscoveryFacts {
  version: JsonObject
  paths: string[]
  legacy: Record<string, JsonObject>
  aggregated: { api: JsonObject; apis: JsonObject }
}

export interface Facts {
  discovery(): DiscoveryFacts
  /** `api/v1/pods` or `apis/apps/v1/deployments` → columns of the Table. */
  columns(): Readonly<Record<string, readonly ColumnDefinition[]>>
  bootstrapObjects(): readonly KubeObject[]
  openapiV2(): JsonObject
  /** How the built-in types are encoded in protobuf. */
  protobuf(): ProtobufFacts
  /** A group version (`apis_apps_v1`) or `index`. */
  openapiV3(name: string): JsonObject | undefined
}

/** Facts that are read once per process part that holds this value. */
export function createFacts(): Facts {
  const loaded = new Map<string, unknown>()
  function load(name: string): unknown {
    if (!loaded.has(name)) loaded.set(name, JSON.parse(unpack(name).toString('utf8')))
    return loaded.get(name)
  }
  return {
    discovery: () => load('discovery') as DiscoveryFacts,
    columns: () => load('columns') as Record<string, ColumnDefinition[]>,
    bootstrapObjects: () => load('bootstrap') as KubeObject[],
    openapiV2: () => load('openapi-v2') as JsonObject,
    protobuf: () => load('protobuf') as ProtobufFacts,
    openapiV3: (name) => (existsSync(urlOf(`openapi-v3/${name}`)) ? (load(`openapi-v3/${name}`) as JsonObject) : undefined),
  }
}

function urlOf(name: string): URL {
  return new URL(`../../data/${name}.json.gz`, import.meta.url)
}

function unpack(name: string): Buffer {
  return gunzipSync(readFileSync(urlOf(name)))
}
