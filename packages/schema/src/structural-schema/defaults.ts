// Defaults of a structural schema. Follows apiextensions-apiserver `pkg/apiserver/schema/defaulting`.
import { copyMap, isMap, setMember } from '../values.ts'
import type { JsonMap } from '../values.ts'

/** The object with absent members set to their defaults; null for what may not be null is replaced. */
export function defaultStructural(value: unknown, schema: JsonMap): unknown {
  if (Array.isArray(value)) {
    const items = schema['items']
    return isMap(items) ? value.map((item) => defaultStructural(item, items)) : value
  }
  if (!isMap(value)) return value
  const properties = isMap(schema['properties']) ? schema['properties'] : {}
  const additional = schema['additionalProperties']
  const result = copyMap(value)
  for (const [name, inner] of Object.entries(properties)) {
    if (!isMap(inner)) continue
    const isNullable = inner['nullable'] === true
    const isMissing = !Object.hasOwn(result, name) || (result[name] === null && !isNullable)
    if (isMissing && inner['default'] !== undefined && inner['default'] !== null) setMember(result, name, inner['default'])
  }
  for (const name of Object.keys(result)) {
    const inner = Object.hasOwn(properties, name) ? properties[name] : additional
    if (isMap(inner)) setMember(result, name, defaultStructural(result[name], inner))
  }
  return result
}

/** The object without nulls that its schema does not allow and has no default for, as the server reads a request. */
export function dropNulls(value: unknown, schema: JsonMap): unknown {
  if (Array.isArray(value)) {
    const items = schema['items']
    return isMap(items) ? value.map((item) => dropNulls(item, items)) : value
  }
  if (!isMap(value)) return value
  const properties = isMap(schema['properties']) ? schema['properties'] : {}
  const result = copyMap(value)
  for (const name of Object.keys(result)) {
    const inner = Object.hasOwn(properties, name) ? properties[name] : schema['additionalProperties']
    if (!isMap(inner)) continue
    if (result[name] === null && inner['nullable'] !== true && (inner['default'] ?? null) === null) delete result[name]
    else setMember(result, name, dropNulls(result[name], inner))
  }
  return result
}
