// Validation of custom resources against their schema. Texts follow kube-openapi `pkg/validation` and apiextensions-apiserver
// `pkg/apiserver/validation`.
import { canonicalText, isMap, isSame } from '../values.ts'
import type { JsonMap } from '../values.ts'
import { compilePattern } from './pattern.ts'

/** A violated rule. `type` names the kind of cause, `detail` is the text behind it. */
export interface FieldProblem {
  readonly type: 'Required' | 'Invalid' | 'TypeInvalid' | 'NotSupported' | 'TooLong' | 'TooMany' | 'Duplicate' | 'Forbidden'
  readonly path: string
  readonly value?: unknown
  readonly detail: string
}

const maxProblems = 100

/** Problems of an object, in order of the schema's members. */
export function validateStructural(object: unknown, schema: JsonMap): FieldProblem[] {
  const problems: FieldProblem[] = []
  validate(object, schema, '', problems, true)
  return problems.slice(0, maxProblems)
}

function validate(value: unknown, schema: JsonMap, path: string, problems: FieldProblem[], isRoot = false): void {
  if (value === null && schema['nullable'] === true) return
  if (!checkType(value, schema, path, problems)) {
    // The values that are permitted are told all the same.
    checkEnum(value, schema, path, problems)
    return
  }
  // In the order of the server's validators.
  checkCombinations(value, schema, path, problems)
  if (typeof value === 'string') checkString(value, schema, path, problems)
  if (typeof value === 'number' || typeof value === 'bigint') checkNumber(Number(value), schema, path, problems)
  if (Array.isArray(value)) checkList(value, schema, path, problems)
  checkEnum(value, schema, path, problems)
  if (isMap(value)) checkMap(value, schema, path, problems, isRoot)
}

function typeOf(value: unknown): string {
  if (value === null) return 'null'
  if (Array.isArray(value)) return 'array'
  if (isMap(value)) return 'object'
  if (typeof value === 'bigint') return BigInt.asIntN(64, value) === value ? 'integer' : 'number'
  if (Number.isSafeInteger(value)) return 'integer'
  return typeof value
}

/** Types are quoted in the place of values. */
function checkType(value: unknown, schema: JsonMap, path: string, problems: FieldProblem[]): boolean {
  if (schema['x-kubernetes-int-or-string'] === true) {
    const found = typeOf(value)
    if (found === 'integer' || found === 'string') return true
    problems.push({ type: 'TypeInvalid', path, value: found, detail: `${path} in body must be of type integer,string: "${found}"` })
    return false
  }
  const wanted = schema['type']
  if (typeof wanted !== 'string') return true
  const found = typeOf(value)
  if (found === wanted || (wanted === 'number' && found === 'integer')) return true
  problems.push({ type: 'TypeInvalid', path, value: found, detail: `${path} in body must be of type ${wanted}: "${found}"` })
  return false
}

function checkEnum(value: unknown, schema: JsonMap, path: string, problems: FieldProblem[]): void {
  const allowed = schema['enum']
  if (!Array.isArray(allowed) || allowed.some((entry) => isSame(entry, value))) return
  problems.push({
    type: 'NotSupported',
    path,
    value,
    detail: `supported values: ${allowed.map((entry) => JSON.stringify(typeof entry === 'string' ? entry : JSON.stringify(entry))).join(', ')}`,
  })
}

function checkNumber(value: number, schema: JsonMap, path: string, problems: FieldProblem[]): void {
  const { minimum, maximum, exclusiveMinimum, exclusiveMaximum, multipleOf } = schema
  const add = (detail: string): void => void problems.push({ type: 'Invalid', path, value, detail: `${path} in body ${detail}` })
  if (typeof minimum === 'number' && (exclusiveMinimum === true ? value <= minimum : value < minimum))
    add(`should be greater than ${exclusiveMinimum === true ? '' : 'or equal to '}${minimum}`)
  if (typeof maximum === 'number' && (exclusiveMaximum === true ? value >= maximum : value > maximum))
    add(`should be less than ${exclusiveMaximum === true ? '' : 'or equal to '}${maximum}`)
  if (typeof multipleOf === 'number' && Math.abs(value / multipleOf - Math.round(value / multipleOf)) > 1e-9) add(`should be a multiple of ${multipleOf}`)
}

function checkString(value: string, schema: JsonMap, path: string, problems: FieldProblem[]): void {
  const { minLength, maxLength, pattern, format } = schema
  const length = Array.from(value).length
  // The server counts characters and says bytes.
  if (typeof maxLength === 'number' && length > maxLength) problems.push({ type: 'TooLong', path, value, detail: `may not be more than ${maxLength} bytes` })
  if (typeof minLength === 'number' && length < minLength)
    problems.push({ type: 'Invalid', path, value, detail: `${path} in body should be at least ${minLength} chars long` })
  if (typeof pattern === 'string') {
    const expression = compilePattern(pattern)
    if (expression !== undefined && !expression.test(value))
      problems.push({ type: 'Invalid', path, value, detail: `${path} in body should match '${pattern}'` })
  }
  if (typeof format === 'string' && !matchesFormat(value, format))
    problems.push({ type: 'TypeInvalid', path, value, detail: `${path} in body must be of type ${format}: ${JSON.stringify(value)}` })
}

const formats: Readonly<Record<string, (value: string) => boolean>> = {
  'date-time': (value) => /^\d{4}-\d\d-\d\d[Tt ]\d\d:\d\d:\d\d(?:\.\d+)?(?:[Zz]|[-+]\d\d:?\d\d)$/.test(value),
  date: (value) => /^\d{4}-\d\d-\d\d$/.test(value),
  duration: (value) => /^-?(?:\d+(?:\.\d+)?(?:ns|us|µs|ms|s|m|h))+$/.test(value) || /^\d+ ?(?:s|sec|m|min|h|hr|hour|d|day|w|wk|week)s?$/.test(value),
  byte: (value) => value.length % 4 === 0 && /^[A-Za-z0-9+/]*={0,2}$/.test(value),
  ipv4: (value) => value.split('.').length === 4 && value.split('.').every((part) => /^(?:0|[1-9]\d{0,2})$/.test(part) && Number(part) < 256),
  ipv6: (value) => /^[0-9a-fA-F:.]+$/.test(value) && value.includes(':') && (value.match(/::/g) ?? []).length <= 1,
  uri: (value) => /^[a-zA-Z][\w+.-]*:\S+$/.test(value) || value.startsWith('/'),
  email: (value) => /^[^@\s]+@[^@\s]+$/.test(value),
  hostname: (value) => value.length <= 253 && /^[A-Za-z0-9]([-A-Za-z0-9]*[A-Za-z0-9])?(\.[A-Za-z0-9]([-A-Za-z0-9]*[A-Za-z0-9])?)*$/.test(value),
  cidr: (value) => /^(?:\d{1,3}(?:\.\d{1,3}){3}|[0-9a-fA-F:.]*:[0-9a-fA-F:.]*)\/\d{1,3}$/.test(value),
  mac: (value) => /^[0-9a-fA-F]{2}([:-][0-9a-fA-F]{2}){5}(?:([:-][0-9a-fA-F]{2}){2})?$/.test(value),
  hexcolor: (value) => /^#?(?:[0-9a-fA-F]{3}|[0-9a-fA-F]{6})$/.test(value),
  uuid: (value) => /^[0-9a-f]{8}-?[0-9a-f]{4}-?[0-9a-f]{4}-?[0-9a-f]{4}-?[0-9a-f]{12}$/i.test(value),
}

function matchesFormat(value: string, format: string): boolean {
  return formats[format]?.(value) ?? true
}

function checkList(list: readonly unknown[], schema: JsonMap, path: string, problems: FieldProblem[]): void {
  const { minItems, maxItems, uniqueItems, items } = schema
  if (typeof maxItems === 'number' && list.length > maxItems)
    problems.push({ type: 'TooMany', path, value: list.length, detail: `must have at most ${maxItems} items` })
  if (typeof minItems === 'number' && list.length < minItems)
    problems.push({ type: 'Invalid', path, value: list.length, detail: `${path} in body should have at least ${minItems} items` })
  if (uniqueItems === true && new Set(list.map(canonicalText)).size < list.length)
    problems.push({ type: 'Duplicate', path, value: list, detail: `${path} in body shouldn't contain duplicates` })
  if (isMap(items)) for (const [index, item] of list.entries()) validate(item, items, `${path}[${index}]`, problems)
  checkUnique(list, schema, path, problems)
}

/** Sets have no equal elements, maps none with equal keys. */
function checkUnique(list: readonly unknown[], schema: JsonMap, path: string, problems: FieldProblem[]): void {
  const kind = schema['x-kubernetes-list-type']
  const keys = Array.isArray(schema['x-kubernetes-list-map-keys']) ? schema['x-kubernetes-list-map-keys'].map(String) : []
  if (kind !== 'set' && kind !== 'map') return
  const odd = kind === 'map' ? list.findIndex((item) => item !== null && !isMap(item)) : -1
  if (odd >= 0) {
    problems.push({ type: 'Invalid', path: `${path}[${odd}]`, value: list[odd], detail: 'must be an object for an array of list-type map' })
    return
  }
  const seen = new Set<string>()
  for (const [index, item] of list.entries()) {
    const identity = kind === 'set' || !isMap(item) ? item : Object.fromEntries(keys.flatMap((key) => (item[key] === undefined ? [] : [[key, item[key]]])))
    const text = canonicalText(identity)
    if (seen.has(text)) problems.push({ type: 'Duplicate', path: `${path}[${index}]`, value: identity, detail: '' })
    seen.add(text)
  }
}

function checkMap(map: JsonMap, schema: JsonMap, path: string, problems: FieldProblem[], isRoot: boolean): void {
  const { properties, required, additionalProperties, minProperties, maxProperties } = schema
  const known = isMap(properties) ? properties : {}
  const count = Object.keys(map).length
  if (typeof maxProperties === 'number' && count > maxProperties)
    problems.push({ type: 'TooMany', path, value: count, detail: `must have at most ${maxProperties} items` })
  if (typeof minProperties === 'number' && count < minProperties)
    problems.push({ type: 'Invalid', path, value: count, detail: `${path} in body should have at least ${minProperties} properties` })
  const at = (name: string): string => (path === '' ? name : `${path}.${name}`)
  for (const name of Object.keys(map)) {
    if (isRoot && name === 'metadata') {
      const metadata = known['metadata']
      if (isMap(metadata)) validate(map[name], metadata, 'metadata', problems)
      continue
    }
    const inner = Object.hasOwn(known, name) ? known[name] : additionalProperties
    if (isMap(inner)) validate(map[name], inner, at(name), problems)
  }
  for (const name of Array.isArray(required) ? required.map(String) : [])
    if (!Object.hasOwn(map, name)) problems.push({ type: 'Required', path: at(name), value: '', detail: '' })
}

function checkCombinations(value: unknown, schema: JsonMap, path: string, problems: FieldProblem[]): void {
  const branches = (name: string): JsonMap[] => (Array.isArray(schema[name]) ? schema[name].filter(isMap) : [])
  const isValid = (branch: JsonMap): boolean => {
    const found: FieldProblem[] = []
    validate(value, branch, path, found)
    return found.length === 0
  }
  const shown = path === '' ? '<nil>' : path
  const findingsOf = (branch: JsonMap): FieldProblem[] => {
    const found: FieldProblem[] = []
    validate(value, branch, path, found)
    return found
  }
  const combined = (detail: string): void => void problems.push({ type: 'Invalid', path: '<nil>', value: '', detail: `"${shown}" ${detail}` })
  const all = branches('allOf').map(findingsOf)
  problems.push(...all.flat())
  if (all.some((found) => found.length > 0))
    combined(`must validate all the schemas (allOf)${all.every((found) => found.length > 0) ? '. None validated' : ''}`)
  if (branches('anyOf').length > 0 && !branches('anyOf').some(isValid)) {
    combined('must validate at least one schema (anyOf)')
    problems.push(...(branches('anyOf').map(findingsOf)[0] ?? []))
  }
  if (branches('oneOf').length > 0) {
    const count = branches('oneOf').filter(isValid).length
    if (count !== 1) combined(`must validate one and only one schema (oneOf). ${count === 0 ? 'Found none valid' : `Found ${count} valid alternatives`}`)
    if (count === 0) problems.push(...(branches('oneOf').map(findingsOf)[0] ?? []))
  }
  if (isMap(schema['not']) && isValid(schema['not'])) combined('must not validate the schema (not)')
}
