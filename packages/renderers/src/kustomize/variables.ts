// `$(NAME)` in the fields that may have it. Follows kustomize v5.7 `api/filters/refvar` and `api/internal/accumulator/resaccumulator.go`.
import { KustomizeError } from './errors.ts'
import { visitField } from './field-spec.ts'
import type { FieldSpec } from './field-spec.ts'
import { effectiveNamespace, formatGvk, groupVersionOf } from './resource-id.ts'
import type { Id } from './resource-id.ts'
import type { ResourceMap } from './resource-map.ts'
import { idsOf, isMap, setMember, textOf } from './resource.ts'
import type { JsonMap, Resource } from './resource.ts'
import { splitFieldPath, valueAt } from './transformers/field-path.ts'

/** One entry of `vars`. */
export interface Variable {
  readonly name: string
  readonly object: Id
  readonly fieldPath: string
}

/** @throws {KustomizeError} */
export function parseVariable(entry: JsonMap): Variable {
  const name = textOf(entry['name'])
  if (name === '') throw new KustomizeError('vars: a variable needs a name')
  const object = isMap(entry['objref']) ? entry['objref'] : {}
  const field = isMap(entry['fieldref']) ? entry['fieldref'] : {}
  const path = textOf(field['fieldPath'])
  return {
    name,
    object: {
      ...groupOf(object),
      kind: textOf(object['kind']),
      name: textOf(object['name']),
      namespace: textOf(object['namespace']),
    },
    fieldPath: path === '' ? 'metadata.name' : path,
  }
}

/** As one text, or as two fields. */
function groupOf(object: JsonMap): { readonly group: string; readonly version: string } {
  const apiVersion = textOf(object['apiVersion'])
  return apiVersion === '' ? { group: textOf(object['group']), version: textOf(object['version']) } : groupVersionOf(apiVersion)
}

/** Note which resource holds the value of each variable. @throws {KustomizeError} for two variables of one name, and two resources for one */
export function mergeVariables(known: readonly Variable[], added: readonly Variable[], map: ResourceMap): readonly Variable[] {
  const merged = [...known]
  for (const variable of added) {
    if (merged.some(({ name }) => name === variable.name)) throw new KustomizeError(`var '${variable.name}' already encountered`)
    merged.push(variable)
    const found = map.list.filter((resource) => idsOf(resource).some((id) => isMeant(id, variable.object)))
    const [only, second] = found
    if (second !== undefined) throw new KustomizeError(`found ${found.length} resId matches for var ${variable.name} (unable to disambiguate)`)
    if (only !== undefined) only.variables = [...only.variables, variable.name]
  }
  return merged
}

/** Two layers joined. @throws {KustomizeError} for two variables of one name */
export function joinVariables(first: readonly Variable[], second: readonly Variable[]): readonly Variable[] {
  for (const { name } of second) if (first.some((variable) => variable.name === name)) throw new KustomizeError(`var '${name}' already encountered`)
  return [...first, ...second]
}

function isMeant(id: Id, wanted: Id): boolean {
  if (id.group !== wanted.group || id.version !== wanted.version || id.kind !== wanted.kind || id.name !== wanted.name) return false
  return wanted.namespace === '' || effectiveNamespace(id) === effectiveNamespace(wanted)
}

/** Replace them all. @throws {KustomizeError} for a variable without a value */
export function resolveVariables(map: ResourceMap, variables: readonly Variable[], fieldSpecs: readonly FieldSpec[]): void {
  if (variables.length === 0) return
  const holders = new Map<string, Resource>()
  for (const resource of map.list) for (const name of resource.variables) if (!holders.has(name)) holders.set(name, resource)
  const values = new Map(variables.map((variable) => [variable.name, valueOf(variable, holders.get(variable.name))]))
  const byKind = new Map<string, FieldSpec[]>()
  for (const spec of fieldSpecs) byKind.set(spec.kind ?? '', [...(byKind.get(spec.kind ?? '') ?? []), spec])
  for (const { object } of map.list)
    for (const spec of [...(byKind.get(textOf(object['kind'])) ?? []), ...(byKind.get('') ?? [])]) visitField(object, spec, (value) => replaced(value, values))
}

function valueOf(variable: Variable, holder: Resource | undefined): unknown {
  const { name, fieldPath } = variable
  const shown = `'{${name} ${formatGvk(variable.object)} {${fieldPath}}}'`
  if (holder === undefined) throw new KustomizeError(`var ${shown} cannot be mapped to a field in the set of known resources`)
  const value = valueAt(holder.object, splitFieldPath(fieldPath.replaceAll(/\[(\d+)\]/g, '.$1')))
  if (value === undefined) throw new KustomizeError(`field specified in var ${shown} not found in corresponding resource`)
  return value
}

function replaced(value: unknown, values: ReadonlyMap<string, unknown>): unknown {
  if (typeof value === 'string') return value.includes('$') ? expand(value, values) : undefined
  if (Array.isArray(value)) {
    for (const [at, item] of (value as unknown[]).entries()) {
      if (typeof item !== 'string') throw new KustomizeError('invalid value type expect a string')
      value[at] = expand(item, values)
    }
  } else if (isMap(value)) {
    for (const key of Object.keys(value)) if (typeof value[key] === 'string') setMember(value, key, expand(value[key], values))
  }
  return undefined
}

/** A text that is nothing but a variable takes its value with its type; `$$` is a dollar. */
function expand(text: string, values: ReadonlyMap<string, unknown>): unknown {
  const whole = /^\$\(([^)]*)\)$/.exec(text)?.[1]
  const known = (name: string): unknown => {
    const value = values.get(name)
    return value === undefined || value === null || typeof value === 'object' ? undefined : value
  }
  if (whole !== undefined) return known(whole) ?? text
  return text.replaceAll(/\$\$|\$\(([^)]*)\)/g, (match, name: string | undefined) => (name === undefined ? '$' : textOf(known(name) ?? match)))
}
