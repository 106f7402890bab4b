// JSON Schema with the findings of Helm 4: a tree of causes. Follows santhosh-tekuri/jsonschema v6 `validator.go` and `output.go`.
import { isMap, memberOf, sortedKeys, sprintf, toJson } from '@plumbline/gotemplate'
import type { GoMap } from '@plumbline/gotemplate'
import { draftAddressOf, ForeignReference, isMultiple, isNumber, isSchema, matches, resolveReference, same, SchemaError, stepCounter } from './schema-rules.ts'

const maxDepth = 500
const typeOrder = ['null', 'boolean', 'number', 'integer', 'string', 'array', 'object']
/** What this validator leaves to another. */
const beyond = ['$dynamicRef', '$recursiveRef', 'unevaluatedProperties', 'unevaluatedItems', '$anchor', 'contentEncoding', 'contentMediaType']

interface Cause {
  readonly path: readonly string[]
  readonly text: string
  readonly causes: readonly Cause[]
  /** A reference with one cause does not show. */
  readonly isReference?: boolean
}

/** What is wrong with a value, a line each, indented below what it is part of. @throws {SchemaError | ForeignReference} */
export function schemaCauses(schema: unknown, value: unknown): readonly string[] {
  const checker = new Checker(schema)
  const found = checker.check(schema, value, [], 0)
  if (found === undefined) return []
  const lines: string[] = []
  for (const cause of found.text === groupText ? found.causes : [found]) show(cause, 0, lines)
  return lines
}

const groupText = 'validation failed'

function show(cause: Cause, indent: number, lines: string[]): void {
  const isSkipped = cause.isReference === true && cause.causes.length === 1
  const pointer = cause.path.map((part) => `/${part.replaceAll('~', '~0').replaceAll('/', '~1')}`).join('')
  if (!isSkipped) lines.push(`${'  '.repeat(indent)}- at ${apostrophed(pointer)}: ${cause.text}`)
  for (const inner of cause.causes) show(inner, indent + (isSkipped ? 0 : 1), lines)
}

function apostrophed(text: string): string {
  return `'${sprintf('%q', [text]).slice(1, -1).replaceAll('\\"', '"').replaceAll("'", "\\'")}'`
}

const listed = (names: readonly string[]): string => names.map(apostrophed).join(', ')
const shown = (value: unknown): string =>
  typeof value === 'string' ? apostrophed(value) : value === null || value === undefined ? '<nil>' : String(value as number)
const counted = (value: unknown): string => Number(value).toLocaleString('en-US', { maximumFractionDigits: 20 })

function typeOf(value: unknown): string {
  if (value === undefined || value === null) return 'null'
  if (Array.isArray(value)) return 'array'
  return isNumber(value) ? 'number' : isMap(value) ? 'object' : typeof value
}

class Checker {
  readonly #root: unknown
  readonly #draft: number
  readonly #step = stepCounter()
  constructor(root: unknown) {
    this.#root = root
    const id = draftAddressOf(root)
    const known = /draft-0([467])|(2019)-09/.exec(id)
    this.#draft = Number(known?.[1] ?? known?.[2] ?? 2020)
  }

  check(schema: unknown, value: unknown, path: readonly string[], depth: number): Cause | undefined {
    const cause = (text: string, causes: readonly Cause[] = []): Cause => ({ path, text, causes })
    this.#step()
    if (depth > maxDepth) throw new SchemaError('the schema is nested too deeply')
    if (typeof schema === 'boolean') return schema ? undefined : cause('false schema')
    if (!isMap(schema)) throw new ForeignReference('a schema that is none')
    const foreign = beyond.find((keyword) => Object.hasOwn(schema, keyword))
    // Formats count in older drafts only.
    if (foreign !== undefined || (this.#draft < 2019 && Object.hasOwn(schema, 'format'))) throw new ForeignReference(foreign ?? 'format')
    const types = [memberOf(schema, 'type') ?? []].flat() as string[]
    const given = typeOf(value)
    const isFitting = types.includes(given) || (given === 'number' && types.includes('integer') && Number.isInteger(Number(value)))
    if (types.some((type) => !typeOrder.includes(type))) throw new ForeignReference('a type that is none')
    if (types.length > 0 && !isFitting) return cause(`got ${given}, want ${typeOrder.filter((type) => types.includes(type)).join(' or ')}`)
    const isPlain = (item: unknown): boolean => typeof item !== 'object' || item === null
    if (this.#draft >= 6 && Object.hasOwn(schema, 'const') && !same(schema['const'], value))
      return cause(isPlain(schema['const']) ? `value must be ${shown(schema['const'])}` : "'const' failed")
    const allowed = memberOf(schema, 'enum')
    if (Array.isArray(allowed) && !allowed.some((item) => same(item, value)))
      return cause(!allowed.every(isPlain) ? "'enum' failed" : `value must be ${allowed.length === 1 ? '' : 'one of '}${allowed.map(shown).join(', ')}`)
    const found: Cause[] = []
    const add = (text: string, causes: readonly Cause[] = []): void => void found.push(cause(text, causes))
    const addCause = (inner: Cause | undefined): void => void (inner !== undefined && found.push(inner))
    const reference = memberOf(schema, '$ref')
    if (typeof reference === 'string') {
      const resolved = resolveReference(this.#root, reference, () => `json-pointer in "file:///values.schema.json${reference}" not found`)
      const inner = this.check(resolved, value, path, depth + 1)
      if (inner !== undefined)
        found.push({ path, text: groupText, causes: inner.text === groupText && inner.isReference !== true ? inner.causes : [inner], isReference: true })
      if (this.#draft < 2019) return found[0]
    }
    if (isMap(value)) this.#object(schema, value, path, depth, add, addCause)
    else if (Array.isArray(value)) this.#list(schema, value, path, depth, add, addCause)
    else if (typeof value === 'string') this.#text(schema, value, add)
    else if (isNumber(value)) this.#number(schema, Number(value), add)
    this.#branches(schema, value, path, depth, add, addCause)
    return found.length > 1 ? cause(groupText, found) : found[0]
  }

  #object(schema: GoMap, value: GoMap, path: readonly string[], depth: number, add: Add, addCause: AddCause): void {
    const names = sortedKeys(value)
    const [least, most, required] = [memberOf(schema, 'minProperties'), memberOf(schema, 'maxProperties'), memberOf(schema, 'required')]
    if (isNumber(least) && names.length < least) add(`minProperties: got ${counted(names.length)}, want ${counted(least)}`)
    if (isNumber(most) && names.length > most) add(`maxProperties: got ${counted(names.length)}, want ${counted(most)}`)
    const missingOf = (list: unknown): string[] => (Array.isArray(list) ? list.map(String).filter((name) => !Object.hasOwn(value, name)) : [])
    const missing = missingOf(required)
    if (missing.length > 0) add(missing.length === 1 ? `missing property ${listed(missing)}` : `missing properties ${listed(missing)}`)
    for (const keyword of ['dependencies', 'dependentSchemas', 'dependentRequired']) {
      const dependencies = memberOf(schema, keyword)
      if (!isMap(dependencies) || (keyword !== 'dependencies' && this.#draft < 2019)) continue
      for (const name of sortedKeys(dependencies)) {
        if (!Object.hasOwn(value, name)) continue
        const dependency = dependencies[name]
        const absent = missingOf(dependency)
        if (absent.length > 0) add(`properties ${listed(absent)} required, if ${apostrophed(name)} exists`)
        else if (isSchema(dependency)) addCause(this.check(dependency, value, path, depth + 1))
      }
    }
    const [properties, patterns, additional] = [memberOf(schema, 'properties'), memberOf(schema, 'patternProperties'), memberOf(schema, 'additionalProperties')]
    const unwanted: string[] = []
    for (const name of names) {
      const inner = (rule: unknown): void => addCause(this.check(rule, value[name], [...path, name], depth + 1))
      let isKnown = false
      if (isMap(properties) && Object.hasOwn(properties, name)) {
        isKnown = true
        inner(properties[name])
      }
      for (const pattern of isMap(patterns) ? sortedKeys(patterns) : []) {
        if (!matches(pattern, name)) continue
        isKnown = true
        inner((patterns as GoMap)[pattern])
      }
      if (isKnown) continue
      if (additional === false) unwanted.push(name)
      else if (isMap(additional)) inner(additional)
    }
    if (unwanted.length > 0) add(`additional properties ${listed(unwanted)} not allowed`)
    const nameSchema = memberOf(schema, 'propertyNames')
    if (this.#draft >= 6 && isSchema(nameSchema))
      for (const name of names) {
        const inner = this.check(nameSchema, name, [], depth + 1)
        if (inner !== undefined) addCause({ ...inner, text: `invalid propertyName ${apostrophed(name)}` })
      }
  }

  #list(schema: GoMap, value: readonly unknown[], path: readonly string[], depth: number, add: Add, addCause: AddCause): void {
    const at = (rule: unknown, index: number): Cause | undefined => this.check(rule, value[index], [...path, String(index)], depth + 1)
    const [least, most] = [memberOf(schema, 'minItems'), memberOf(schema, 'maxItems')]
    if (isNumber(least) && value.length < least) add(`minItems: got ${counted(value.length)}, want ${counted(least)}`)
    if (isNumber(most) && value.length > most) add(`maxItems: got ${counted(value.length)}, want ${counted(most)}`)
    if (schema['uniqueItems'] === true) {
      const texts = value.map((item) => toJson(item))
      const counts = new Map<string, number>()
      for (const text of texts) counts.set(text, (counts.get(text) ?? 0) + 1)
      const first = texts.findIndex((text) => (counts.get(text) ?? 0) > 1)
      if (first !== -1) add(`items at ${first} and ${texts.indexOf(texts[first] ?? '', first + 1)} are equal`)
    }
    const isRecent = this.#draft >= 2020
    const items = memberOf(schema, isRecent ? 'prefixItems' : 'items')
    const rest = memberOf(schema, isRecent ? 'items' : 'additionalItems')
    if (isRecent && Array.isArray(rest)) throw new ForeignReference('items of older drafts')
    const fixed = Array.isArray(items) ? items.slice(0, value.length) : []
    for (const [index, rule] of fixed.entries()) addCause(at(rule, index))
    const everyone = Array.isArray(items) || isRecent ? rest : items
    if (!isRecent && everyone === false && fixed.length < value.length) add(`last ${value.length - fixed.length} additionalItem(s) not allowed`)
    else if (isSchema(everyone)) for (let index = fixed.length; index < value.length; index++) addCause(at(everyone, index))
    const contains = memberOf(schema, 'contains')
    if (this.#draft < 6 || !isSchema(contains) || Object.hasOwn(schema, 'minContains') || Object.hasOwn(schema, 'maxContains')) return
    const failures = value.map((_, index) => at(contains, index)).filter((inner) => inner !== undefined)
    if (failures.length === value.length) add('no items match contains schema', failures)
  }

  #text(schema: GoMap, value: string, add: Add): void {
    const length = Array.from(value).length
    const [least, most, pattern] = [memberOf(schema, 'minLength'), memberOf(schema, 'maxLength'), memberOf(schema, 'pattern')]
    if (isNumber(least) && length < least) add(`minLength: got ${counted(length)}, want ${counted(least)}`)
    if (isNumber(most) && length > most) add(`maxLength: got ${counted(length)}, want ${counted(most)}`)
    if (typeof pattern === 'string' && !matches(pattern, value)) add(`${apostrophed(value)} does not match pattern ${apostrophed(pattern)}`)
  }

  #number(schema: GoMap, value: number, add: Add): void {
    const rules: readonly (readonly [string, (limit: number) => boolean])[] = [
      ['minimum', (limit) => (schema['exclusiveMinimum'] === true ? false : value < limit)],
      ['maximum', (limit) => (schema['exclusiveMaximum'] === true ? false : value > limit)],
      ['exclusiveMinimum', (limit) => value <= limit],
      ['exclusiveMaximum', (limit) => value >= limit],
      ['multipleOf', (limit) => !isMultiple(value, limit)],
    ]
    for (const [keyword, isBroken] of rules) {
      // In draft 4 a flag says that the limit itself is outside.
      const limit = schema[keyword] === true ? schema[keyword === 'exclusiveMinimum' ? 'minimum' : 'maximum'] : memberOf(schema, keyword)
      if (isNumber(limit) && isBroken(Number(limit))) add(`${keyword}: got ${counted(value)}, want ${counted(limit)}`)
    }
  }

  #branches(schema: GoMap, value: unknown, path: readonly string[], depth: number, add: Add, addCause: AddCause): void {
    const tried = (name: string): readonly (Cause | undefined)[] => {
      const list = memberOf(schema, name)
      return Array.isArray(list) ? list.map((branch) => this.check(branch, value, path, depth + 1)) : []
    }
    const failed = (results: readonly (Cause | undefined)[]): readonly Cause[] => results.filter((result) => result !== undefined)
    const not = memberOf(schema, 'not')
    if (isSchema(not) && this.check(not, value, path, depth + 1) === undefined) add("'not' failed")
    const all = failed(tried('allOf'))
    if (all.length > 0) add("'allOf' failed", all)
    const any = tried('anyOf')
    if (any.length > 0 && failed(any).length === any.length) add("'anyOf' failed", failed(any))
    const one = tried('oneOf')
    const fitting = [...one.keys()].filter((index) => one[index] === undefined)
    if (one.length > 0 && fitting.length === 0) add("'oneOf' failed, none matched", failed(one))
    else if (fitting.length > 1) add(`'oneOf' failed, subschemas ${fitting[0]}, ${fitting[1]} matched`)
    if (this.#draft < 7 || !isSchema(memberOf(schema, 'if'))) return
    const branch = memberOf(schema, this.check(schema['if'], value, path, depth + 1) === undefined ? 'then' : 'else')
    if (isSchema(branch)) addCause(this.check(branch, value, path, depth + 1))
  }
}

type Add = (text: string, causes?: readonly Cause[]) => void
type AddCause = (cause: Cause | undefined) => void
