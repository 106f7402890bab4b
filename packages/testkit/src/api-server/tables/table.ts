// Server-side printing: objects as rows of a Table. https://kubernetes.io/docs/reference/using-api/api-concepts/#receiving-resources-as-tables
import { templateGeneration } from '../decode.ts'
import { valuesAtPath } from '../json-path.ts'
import type { ColumnDefinition, Facts } from '../facts.ts'
import type { ResourceType } from '../resource-type.ts'
import { badRequest } from '../status-errors.ts'
import { valueAt } from '../types.ts'
import type { JsonObject, KubeObject } from '../types.ts'
import { ageOf } from './age.ts'
import { rowPrinters } from './rows.ts'

/** What of each object comes along with its row. */
export type IncludeObject = 'None' | 'Metadata' | 'Object'

/** @throws {StatusError} 400 */
export function parseIncludeObject(value: string | null): IncludeObject {
  if (value === null || value === '') return 'Metadata'
  if (value === 'None' || value === 'Metadata' || value === 'Object') return value
  throw badRequest(
    `Unable to convert to Table as requested: includeObject: Invalid value: ${JSON.stringify(value)}: must be 'Metadata', 'Object', 'None', or empty`,
  )
}

const nameColumn: ColumnDefinition = {
  name: 'Name',
  type: 'string',
  format: 'name',
  description:
    'Name must be unique within a namespace. Is required when creating resources, although some resources may allow a client to request the generation of an appropriate name automatically. Name is primarily intended for creation idempotence and configuration definition. Cannot be updated. More info: https://kubernetes.io/docs/concepts/overview/working-with-objects/names#names',
  priority: 0,
}

/** Columns of a type. */
export function columnsOf(type: ResourceType, facts: Facts): readonly ColumnDefinition[] {
  if (type.defined !== undefined) return [nameColumn, ...type.defined.columns.map(({ jsonPath: _path, ...column }) => column)]
  const key = `${type.group === '' ? 'api' : `apis/${type.group}`}/${type.version}/${type.plural}`
  return (
    facts.columns()[key] ??
    facts.columns()[`${type.apiVersion}/${type.plural}`] ?? [
      nameColumn,
      {
        name: 'Created At',
        type: 'date',
        format: '',
        description: 'CreationTimestamp is a timestamp representing the server time when this object was created.',
        priority: 0,
      },
    ]
  )
}

/** One row. `now` is epoch ms. */
export function rowOf(type: ResourceType, object: KubeObject, include: IncludeObject, now: number, columns: readonly ColumnDefinition[]): JsonObject {
  const cells =
    type.defined === undefined
      ? (rowPrinters[`${type.group}/${type.kind}`]?.(object, now) ?? genericCells(object, columns, now))
      : customCells(type, object, now)
  const conditions = type.group === '' && type.kind === 'Pod' ? podConditions(object) : undefined
  return { cells, ...(conditions === undefined ? {} : { conditions }), object: include === 'None' ? null : include === 'Object' ? object : metadataOf(object) }
}

/** Pods that have ended say so, for clients that hide them. */
function podConditions(pod: KubeObject): readonly JsonObject[] | undefined {
  const phase = valueAt(pod, 'status', 'phase')
  if (phase !== 'Succeeded' && phase !== 'Failed') return undefined
  const message = phase === 'Failed' ? 'The pod failed.' : 'The pod has completed successfully.'
  return [{ type: 'Completed', status: 'True', reason: phase, message }]
}

/** The server puts one annotation into daemon sets only when it writes an object of the version. */
function ownMetadata({ kind, metadata }: KubeObject): KubeObject['metadata'] {
  if (kind !== 'DaemonSet' || metadata.annotations === undefined) return metadata
  const { [templateGeneration]: _written, ...annotations } = metadata.annotations
  const { annotations: _all, ...rest } = metadata
  return Object.keys(annotations).length === 0 ? rest : { ...rest, annotations }
}

/** An object with nothing but its metadata. */
export function metadataOf(object: KubeObject): JsonObject {
  return { kind: 'PartialObjectMetadata', apiVersion: 'meta.k8s.io/v1', metadata: ownMetadata(object) }
}

function genericCells(object: KubeObject, columns: readonly ColumnDefinition[], now: number): unknown[] {
  return columns.map((column, index) => {
    if (index === 0) return object.metadata.name ?? ''
    if (/^(?:Age|Created At)$/i.test(column.name))
      return column.name === 'Created At' ? (object.metadata.creationTimestamp ?? null) : ageOf(object.metadata.creationTimestamp, now)
    return '<none>'
  })
}

function customCells(type: ResourceType, object: KubeObject, now: number): unknown[] {
  return [object.metadata.name ?? '', ...(type.defined?.columns ?? []).map((column) => customCell(column.type, valuesAtPath(object, column.jsonPath), now))]
}

/** Values that do not fit their column are left out, as the server does. */
function customCell(type: string, values: readonly unknown[], now: number): unknown {
  const [value] = values
  if (value === undefined || value === null) return type === 'date' ? '<unknown>' : null
  switch (type) {
    case 'integer':
      return typeof value === 'number' ? Math.trunc(value) : typeof value === 'bigint' ? value : null
    case 'number':
      return typeof value === 'number' ? value : null
    case 'boolean':
      return typeof value === 'boolean' ? value : null
    case 'date':
      return typeof value === 'string' ? (Number.isNaN(Date.parse(value)) ? '<invalid>' : ageOf(value, now)) : '<unknown>'
    default:
      // Of several values the server shows the first.
      return textOf(value)
  }
}

function textOf(value: unknown): string {
  return typeof value === 'string' ? value : JSON.stringify(value)
}
