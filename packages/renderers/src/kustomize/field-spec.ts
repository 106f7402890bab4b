// Paths into resources that visit every element of the lists on their way. Follows kustomize v5.7 `api/filters/fieldspec`.
import { KustomizeError } from './errors.ts'
import { groupVersionOf } from './resource-id.ts'
import type { Gvk } from './resource-id.ts'
import { isMap, memberOf, setMember, textOf } from './resource.ts'
import type { JsonMap } from './resource.ts'

/** Where a value is, in which kinds, and whether it is made where it is missing. */
export interface FieldSpec extends Partial<Gvk> {
  /** Such as `spec/template/spec/containers[]/image`; `\/` is a slash in a name, `[]` a list that is never made. */
  readonly path: string
  readonly create?: boolean
}

/** What a missing value is made as. */
export type CreatedKind = 'map' | 'scalar'

/** Answers the new value of the one at the end of a path; `undefined` leaves it. */
export type Setter = (value: unknown) => unknown

/** Apply a setter to every value of an object that the path leads to, if the kind fits. */
export function visitField(object: JsonMap, spec: FieldSpec, setter: Setter, created?: CreatedKind): void {
  if (!isOfKind(object, spec)) return
  const steps = splitPath(spec.path)
  try {
    visit(object, steps, 0, setter, spec.create === true ? created : undefined)
  } catch (error) {
    if (!(error instanceof KustomizeError)) throw error
    throw new KustomizeError(`considering field '${spec.path}' of object ${nameOf(object)}: ${error.message}`, error.code, error)
  }
}

function nameOf(object: JsonMap): string {
  const metadata = memberOf(object, 'metadata')
  return `${textOf(memberOf(object, 'kind'))} ${isMap(metadata) ? textOf(memberOf(metadata, 'name')) : ''}`
}

function isOfKind(object: JsonMap, spec: FieldSpec): boolean {
  if (spec.kind !== undefined && spec.kind !== '' && spec.kind !== memberOf(object, 'kind')) return false
  if (!spec.group && !spec.version) return true
  const { group, version } = groupVersionOf(textOf(memberOf(object, 'apiVersion')))
  return (!spec.group || spec.group === group) && (!spec.version || spec.version === version)
}

const specsByKind = new WeakMap<readonly FieldSpec[], Map<unknown, readonly FieldSpec[]>>()

/** Those of a list that may mean an object, by its kind: tables have many entries, and most mean other kinds. In order. */
export function specsFor(specs: readonly FieldSpec[], object: JsonMap): readonly FieldSpec[] {
  const kind = memberOf(object, 'kind')
  const byKind = specsByKind.get(specs) ?? new Map<unknown, readonly FieldSpec[]>()
  const found = byKind.get(kind)
  if (found !== undefined) return found
  const fitting = specs.filter((spec) => spec.kind === undefined || spec.kind === '' || spec.kind === kind)
  specsByKind.set(specs, byKind.set(kind, fitting))
  return fitting
}

const known = new Map<string, readonly string[]>()
const maxKnown = 2000

/** Names of a path. */
export function splitPath(path: string): readonly string[] {
  const found = known.get(path)
  if (found !== undefined) return found
  const steps = path.split(/(?<!\\)\//).map((step) => step.replaceAll('\\/', '/'))
  if (steps[0] === '') steps.shift()
  if (known.size >= maxKnown) known.clear()
  known.set(path, steps)
  return steps
}

function visit(node: unknown, steps: readonly string[], at: number, setter: Setter, created: CreatedKind | undefined): void {
  if (node === null || node === undefined) return
  if (Array.isArray(node)) {
    for (const item of node as unknown[]) visit(item, steps, at, setter, created)
    return
  }
  if (!isMap(node)) throw new KustomizeError('expected sequence or mapping node')
  const step = steps[at] ?? ''
  const isList = step.endsWith('[]')
  const name = isList ? step.slice(0, -2) : step
  if (name === '') throw new KustomizeError('cannot set or create an empty field name')
  const isLast = at === steps.length - 1
  let value = memberOf(node, name)
  const makes = created !== undefined && !isList
  if ((value === undefined && makes) || (value === null && (makes || isList))) {
    value = isList ? [] : isLast && created === 'scalar' ? '' : {}
    setMember(node, name, value)
  }
  if (value === undefined) return
  if (!isLast) return visit(value, steps, at + 1, setter, created)
  if (Array.isArray(value) && isList) return
  const next = setter(value)
  if (next !== undefined) setMember(node, name, next)
}
