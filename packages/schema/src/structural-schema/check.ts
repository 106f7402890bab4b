// Whether the schema of a custom resource is structural, and well-formed otherwise. Rules and texts follow apiextensions-apiserver
// `pkg/apis/apiextensions/validation/validation.go` and `pkg/apiserver/schema/validation.go`.
import { isMap, printed } from '../values.ts'
import type { JsonMap } from '../values.ts'
import { defaultProblems } from './check-default.ts'
import { patternProblem } from './pattern.ts'
import type { FieldProblem } from './validate.ts'

/** Where a schema stands: decides what its type may be. */
type Level = 'root' | 'field' | 'item'

const maxDepth = 256
const types = new Set(['array', 'boolean', 'integer', 'number', 'object', 'string'])
const unsupported: Readonly<Record<string, string>> = {
  $ref: '$ref is not supported',
  definitions: 'definitions is not supported',
  dependencies: 'dependencies is not supported',
  id: 'id is not supported',
  patternProperties: 'patternProperties is not supported',
  additionalItems: 'additionalItems is not supported',
}

/** Problems of an OpenAPI v3 schema, in order. `path` is that of the schema itself. */
export function checkStructuralSchema(schema: JsonMap, path: string): FieldProblem[] {
  const problems: FieldProblem[] = []
  check(schema, path, 'root', problems, 0)
  return problems
}

function check(schema: JsonMap, path: string, level: Level, problems: FieldProblem[], depth: number): void {
  if (depth > maxDepth) {
    problems.push({ type: 'Forbidden', path, detail: 'the schema is nested too deeply' })
    return
  }
  checkKeywords(schema, path, problems)
  checkType(schema, path, level, problems)
  checkExtensions(schema, path, problems)
  checkList(schema, path, problems)
  if (level === 'root' || schema['x-kubernetes-embedded-resource'] === true) checkMetadata(schema, path, problems)
  for (const [name, inner] of membersOf(schema, 'properties')) check(inner, `${path}.properties[${name}]`, 'field', problems, depth + 1)
  const additional = schema['additionalProperties']
  if (isMap(additional)) check(additional, `${path}.additionalProperties`, 'field', problems, depth + 1)
  if (isMap(schema['items'])) check(schema['items'], `${path}.items`, 'item', problems, depth + 1)
  for (const combination of ['allOf', 'anyOf', 'oneOf'])
    for (const [index, inner] of (Array.isArray(schema[combination]) ? schema[combination] : []).entries())
      if (isMap(inner)) checkNested(inner, `${path}.${combination}[${index}]`, problems, depth + 1, schema['x-kubernetes-int-or-string'] === true)
  if (isMap(schema['not'])) checkNested(schema['not'], `${path}.not`, problems, depth + 1, false)
  problems.push(...defaultProblems(schema, path))
}

function membersOf(schema: JsonMap, name: string): [string, JsonMap][] {
  const members = schema[name]
  if (!isMap(members)) return []
  return Object.entries(members).flatMap(([key, value]): [string, JsonMap][] => (isMap(value) ? [[key, value]] : []))
}

function checkKeywords(schema: JsonMap, path: string, problems: FieldProblem[]): void {
  for (const [name, detail] of Object.entries(unsupported))
    if (schema[name] !== undefined) problems.push({ type: 'Forbidden', path: `${path}.${name}`, detail })
  if (schema['uniqueItems'] === true)
    problems.push({
      type: 'Forbidden',
      path: `${path}.uniqueItems`,
      detail: 'uniqueItems cannot be set to true since the runtime complexity becomes quadratic',
    })
  const hasProperties = membersOf(schema, 'properties').length > 0
  if (schema['additionalProperties'] !== undefined && hasProperties)
    problems.push({ type: 'Forbidden', path: `${path}.additionalProperties`, detail: 'additionalProperties and properties are mutual exclusive' })
  else if (schema['additionalProperties'] === false)
    problems.push({ type: 'Forbidden', path: `${path}.additionalProperties`, detail: 'additionalProperties cannot be set to false' })
  if (Array.isArray(schema['items'])) problems.push({ type: 'Forbidden', path: `${path}.items`, detail: 'items must be a schema object and not an array' })
  const pattern = schema['pattern']
  const problem = typeof pattern === 'string' ? patternProblem(pattern) : undefined
  if (problem !== undefined)
    problems.push({ type: 'Invalid', path: `${path}.pattern`, value: pattern, detail: `must be a valid regular expression, but isn't: ${problem}` })
}

function checkType(schema: JsonMap, path: string, level: Level, problems: FieldProblem[]): void {
  const type = schema['type']
  const isOpen = schema['x-kubernetes-preserve-unknown-fields'] === true
  const isIntOrString = schema['x-kubernetes-int-or-string'] === true
  if (level === 'root' && type !== 'object' && type !== undefined && type !== '') {
    problems.push({ type: 'Invalid', path: `${path}.type`, value: type, detail: 'must be object at the root' })
    return
  }
  if (type === undefined || type === '') {
    if (level === 'root') problems.push({ type: 'Required', path: `${path}.type`, detail: 'must not be empty at the root' })
    else if (!isOpen && !isIntOrString)
      problems.push({
        type: 'Required',
        path: `${path}.type`,
        detail: level === 'field' ? 'must not be empty for specified object fields' : 'must not be empty for specified array items',
      })
    return
  }
  if (typeof type !== 'string' || !types.has(type)) {
    problems.push({
      type: 'NotSupported',
      path: `${path}.type`,
      value: type,
      detail: 'supported values: "array", "boolean", "integer", "number", "object", "string"',
    })
    return
  }
  if (type === 'array' && schema['items'] === undefined) problems.push({ type: 'Required', path: `${path}.items`, detail: 'must be specified' })
}

function checkExtensions(schema: JsonMap, path: string, problems: FieldProblem[]): void {
  const at = (name: string): string => `${path}.${name}`
  if (schema['x-kubernetes-preserve-unknown-fields'] === false)
    problems.push({ type: 'Invalid', path: at('x-kubernetes-preserve-unknown-fields'), value: false, detail: 'must be true or undefined' })
  if (schema['x-kubernetes-embedded-resource'] === true) {
    if (schema['type'] !== 'object')
      problems.push({
        type: schema['type'] === undefined ? 'Required' : 'Invalid',
        path: at('type'),
        value: schema['type'] ?? '',
        detail: 'must be object if x-kubernetes-embedded-resource is true',
      })
    const isBare = schema['x-kubernetes-preserve-unknown-fields'] !== true && membersOf(schema, 'properties').length === 0
    if (isBare)
      problems.push({
        type: 'Required',
        path: at('properties'),
        detail: 'must not be empty if x-kubernetes-embedded-resource is true without x-kubernetes-preserve-unknown-fields',
      })
  }
  const mapType = schema['x-kubernetes-map-type']
  if (mapType !== undefined) {
    if (mapType !== 'atomic' && mapType !== 'granular')
      problems.push({ type: 'NotSupported', path: at('x-kubernetes-map-type'), value: mapType, detail: 'supported values: "atomic", "granular"' })
    if (schema['type'] !== 'object')
      problems.push({
        type: schema['type'] === undefined ? 'Required' : 'Invalid',
        path: at('type'),
        value: schema['type'] ?? '',
        detail: 'must be object if x-kubernetes-map-type is specified',
      })
  }
  for (const [index, rule] of (Array.isArray(schema['x-kubernetes-validations']) ? schema['x-kubernetes-validations'] : []).entries())
    if (isMap(rule)) checkRule(rule, `${path}.x-kubernetes-validations[${index}]`, problems)
}

const reasons = ['FieldValueForbidden', 'FieldValueInvalid', 'FieldValueRequired', 'FieldValueDuplicate']

function checkRule({ rule, message, reason }: JsonMap, path: string, problems: FieldProblem[]): void {
  if (typeof rule !== 'string' || rule.trim() === '') problems.push({ type: 'Required', path: `${path}.rule`, detail: 'rule is not specified' })
  else if (rule.includes('\n') && (message === undefined || message === ''))
    problems.push({ type: 'Required', path: `${path}.message`, detail: 'message must be specified if rule contains line breaks' })
  if (typeof message === 'string' && message !== '') {
    if (message.trim() === '') problems.push({ type: 'Invalid', path: `${path}.message`, value: message, detail: 'message must be non-empty if specified' })
    else if (/[\n\r]/.test(message)) problems.push({ type: 'Invalid', path: `${path}.message`, value: message, detail: 'must not contain line breaks' })
  }
  if (reason !== undefined && !reasons.includes(printed(reason)))
    problems.push({
      type: 'NotSupported',
      path: `${path}.reason`,
      value: reason,
      detail: `supported values: ${reasons
        .toSorted()
        .map((name) => JSON.stringify(name))
        .join(', ')}`,
    })
}

function checkList(schema: JsonMap, path: string, problems: FieldProblem[]): void {
  const listType = schema['x-kubernetes-list-type']
  const keys = Array.isArray(schema['x-kubernetes-list-map-keys']) ? schema['x-kubernetes-list-map-keys'].map(String) : []
  const at = `${path}.x-kubernetes-list-type`
  if (listType !== undefined && schema['type'] !== 'array')
    problems.push({
      type: schema['type'] === undefined ? 'Required' : 'Invalid',
      path: `${path}.type`,
      value: schema['type'] ?? '',
      detail: 'must be array if x-kubernetes-list-type is specified',
    })
  if (listType !== undefined && !['atomic', 'set', 'map'].includes(printed(listType)))
    problems.push({ type: 'NotSupported', path: at, value: listType, detail: 'supported values: "atomic", "set", "map"' })
  if (keys.length > 0 && listType !== 'map') {
    if (listType === undefined) problems.push({ type: 'Required', path: at, detail: 'must be map if x-kubernetes-list-map-keys is non-empty' })
    else problems.push({ type: 'Invalid', path: at, value: listType, detail: 'must be map if x-kubernetes-list-map-keys is non-empty' })
  }
  if (listType === 'map' && keys.length === 0)
    problems.push({ type: 'Required', path: `${path}.x-kubernetes-list-map-keys`, detail: 'must not be empty if x-kubernetes-list-type is map' })
  const items = schema['items']
  if (!isMap(items)) return
  if (listType === 'set') checkSetItems(items, `${path}.items`, problems)
  if (listType === 'map') checkMapItems(items, keys, `${path}.items`, problems)
}

/** Elements of a set are compared whole, so nobody may own a part of one. */
function checkSetItems(items: JsonMap, path: string, problems: FieldProblem[]): void {
  if (items['nullable'] === true)
    problems.push({ type: 'Forbidden', path: `${path}.nullable`, detail: 'cannot be nullable when x-kubernetes-list-type is set' })
  if (items['type'] === 'array' && items['x-kubernetes-list-type'] !== 'atomic' && items['x-kubernetes-list-type'] !== undefined)
    problems.push({
      type: 'Invalid',
      path: `${path}.x-kubernetes-list-type`,
      value: items['x-kubernetes-list-type'] ?? null,
      detail: 'must be atomic as item of a list with x-kubernetes-list-type=set',
    })
  if (items['type'] === 'object' && items['x-kubernetes-map-type'] !== 'atomic')
    problems.push({
      type: 'Invalid',
      path: `${path}.x-kubernetes-map-type`,
      value: items['x-kubernetes-map-type'] ?? null,
      detail: 'must be atomic as item of a list with x-kubernetes-list-type=set',
    })
}

function checkMapItems(items: JsonMap, keys: readonly string[], path: string, problems: FieldProblem[]): void {
  if (items['type'] !== 'object')
    problems.push({
      type: 'Invalid',
      path: `${path}.type`,
      value: items['type'] ?? '',
      detail: "must be object if parent array's x-kubernetes-list-type is map",
    })
  if (items['nullable'] === true)
    problems.push({ type: 'Forbidden', path: `${path}.nullable`, detail: 'cannot be nullable when x-kubernetes-list-type is map' })
  const properties = isMap(items['properties']) ? items['properties'] : {}
  const required = Array.isArray(items['required']) ? items['required'] : []
  for (const key of keys) {
    const inner = Object.hasOwn(properties, key) ? properties[key] : undefined
    if (!isMap(inner)) {
      problems.push({
        type: 'Invalid',
        path: `${path.replace(/\.items$/, '')}.x-kubernetes-list-map-keys`,
        value: keys,
        detail: 'entries must all be names of item properties',
      })
      continue
    }
    if (inner['type'] === 'array' || inner['type'] === 'object')
      problems.push({
        type: 'Invalid',
        path: `${path}.properties[${key}].type`,
        // The server shows the type of the items.
        value: items['type'] ?? '',
        detail: "must be a scalar type if parent array's x-kubernetes-list-type is map",
      })
    if (inner['default'] === undefined && !required.includes(key))
      problems.push({
        type: 'Required',
        path: `${path}.properties[${key}].default`,
        detail: 'this property is in x-kubernetes-list-map-keys, so it must have a default or be a required property',
      })
  }
}

/** Every object has metadata; a schema may restrict its names and nothing else. */
function checkMetadata(schema: JsonMap, path: string, problems: FieldProblem[]): void {
  const metadata = isMap(schema['properties']) ? schema['properties']['metadata'] : undefined
  if (!isMap(metadata)) return
  const at = `${path}.properties[metadata]`
  const names = membersOf(metadata, 'properties').map(([name]) => name)
  const others = Object.keys(metadata).filter((name) => !['type', 'properties', 'description'].includes(name))
  if (names.some((name) => name !== 'name' && name !== 'generateName') || others.length > 0)
    problems.push({ type: 'Forbidden', path: at, detail: 'must not specify anything other than name and generateName, but metadata is implicitly specified' })
  if (metadata['type'] !== undefined && metadata['type'] !== 'object')
    problems.push({ type: 'Invalid', path: `${at}.type`, value: metadata['type'], detail: 'must be object' })
}

const structural: readonly (readonly [name: string, detail: string])[] = [
  ['additionalProperties', 'must be undefined to be structural'],
  ['default', 'must be undefined to be structural'],
  ['description', 'must be empty to be structural'],
  ['nullable', 'must be false to be structural'],
  ['title', 'must be empty to be structural'],
  ['type', 'must be empty to be structural'],
  ['x-kubernetes-embedded-resource', 'must be false to be structural'],
  ['x-kubernetes-int-or-string', 'must be false to be structural'],
  ['x-kubernetes-list-map-keys', 'must be empty to be structural'],
  ['x-kubernetes-list-type', 'must be undefined to be structural'],
  ['x-kubernetes-map-type', 'must be undefined to be structural'],
  ['x-kubernetes-preserve-unknown-fields', 'must be false to be structural'],
]

/** Branches of a combination may restrict values; what the object looks like is said outside. */
function checkNested(schema: JsonMap, path: string, problems: FieldProblem[], depth: number, isIntOrString: boolean): void {
  if (depth > maxDepth) return
  // The one place for types: `anyOf: [{type: integer}, {type: string}]` of a field that takes both.
  const hasType = isIntOrString && Object.keys(schema).length === 1 && (schema['type'] === 'integer' || schema['type'] === 'string')
  for (const [name, detail] of structural) {
    const value = schema[name]
    if (value === undefined || value === false || value === '' || (name === 'type' && hasType)) continue
    problems.push({ type: 'Forbidden', path: `${path}.${name}`, detail })
  }
  const problem = typeof schema['pattern'] === 'string' ? patternProblem(schema['pattern']) : undefined
  if (problem !== undefined)
    problems.push({ type: 'Invalid', path: `${path}.pattern`, value: schema['pattern'], detail: `must be a valid regular expression, but isn't: ${problem}` })
  for (const [name, inner] of membersOf(schema, 'properties')) checkNested(inner, `${path}.properties[${name}]`, problems, depth + 1, false)
  if (isMap(schema['items'])) checkNested(schema['items'], `${path}.items`, problems, depth + 1, false)
  for (const combination of ['allOf', 'anyOf', 'oneOf'])
    for (const [index, inner] of (Array.isArray(schema[combination]) ? schema[combination] : []).entries())
      if (isMap(inner)) checkNested(inner, `${path}.${combination}[${index}]`, problems, depth + 1, isIntOrString)
  if (isMap(schema['not'])) checkNested(schema['not'], `${path}.not`, problems, depth + 1, false)
}
