// JSON Schema of the drafts 4, 6 and 7 with the findings of Helm 3. Follows xeipuuv/gojsonschema `validation.go`: what is looked at first, and what is told of branches.
import { format as formats } from '@cfworker/json-schema'
import { formatFloat, isMap, memberOf, setMember, sortedKeys, toJson } from '@plumbline/gotemplate'
import type { GoMap } from '@plumbline/gotemplate'
import { draftAddressOf, isMultiple, isNumber, isSchema, matches, resolveReference, same, SchemaError, stepCounter } from './schema-rules.ts'

const maxDepth = 500
const typeNames = ['array', 'boolean', 'integer', 'number', 'null', 'object', 'string']

/** What is wrong with a value, in order. @throws {SchemaError | ForeignReference} */
export function schemaFindings(schema: unknown, value: unknown): readonly string[] {
  if (typeof schema !== 'boolean' && !isMap(schema)) throw new SchemaError('schema is invalid')
  const result = new Result()
  new Checker(schema).check(schema, value, '(root)', result, 0)
  return result.findings
}

/** Findings, and how well a branch fitted: of several that fail, the best one is told. */
class Result {
  readonly findings: string[] = []
  score = 0
  add(path: string, text: string): void {
    this.findings.push(`${fieldOf(path)}: ${text}`)
    this.score -= 2
  }
  merge(other: Result | undefined): void {
    if (other === undefined) return
    this.findings.push(...other.findings)
    this.score += other.score
  }
  get isValid(): boolean {
    return this.findings.length === 0
  }
}

const fieldOf = (path: string): string => path.replace(/^\(root\)\./, '')

function typeOf(value: unknown): string {
  if (value === undefined || value === null) return 'null'
  if (Array.isArray(value)) return 'array'
  if (typeof value === 'bigint') return 'integer'
  if (typeof value === 'number') return Number.isInteger(value) ? 'integer' : 'number'
  return isMap(value) ? 'object' : typeof value
}

const shown = (value: number | bigint): string => formatFloat(Number(value))

class Checker {
  readonly #root: unknown
  readonly #draft: number
  readonly #step = stepCounter()
  constructor(root: unknown) {
    this.#root = root
    const id = draftAddressOf(root)
    this.#draft = id.includes('draft-04') ? 4 : id.includes('draft-06') ? 6 : 7
  }

  check(schema: unknown, value: unknown, path: string, result: Result, depth: number): void {
    this.#step()
    if (depth > maxDepth) throw new SchemaError('the schema is nested too deeply')
    if (typeof schema === 'boolean') {
      if (!schema) result.add(path, 'False always fails validation')
      return
    }
    if (!isMap(schema)) throw new SchemaError('schema is invalid')
    const reference = memberOf(schema, '$ref')
    if (typeof reference === 'string')
      return this.check(
        resolveReference(this.#root, reference, (name) => `Object has no key '${name}'`),
        value,
        path,
        result,
        depth + 1,
      )
    const types = this.#types(schema)
    const given = typeOf(value)
    if (types.length > 0 && !types.includes(given) && !(given === 'integer' && types.includes('number'))) {
      result.add(path, `Invalid type. Expected: ${types.length > 1 ? `[${types.join(',')}]` : types.join('')}, given: ${given}`)
      return
    }
    const properties = memberOf(schema, 'properties')
    if (properties !== undefined && !isMap(properties)) throw new SchemaError('properties must be of type object')
    this.#branches(schema, value, path, result, depth)
    if (Array.isArray(value)) this.#list(schema, value, path, result, depth)
    else if (isMap(value)) this.#object(schema, value, path, result, depth)
    else if (isNumber(value)) this.#number(schema, value, path, result)
    this.#common(schema, value, path, result)
    if (isMap(value) && isMap(properties))
      for (const name of sortedKeys(properties)) if (Object.hasOwn(value, name)) this.check(properties[name], value[name], `${path}.${name}`, result, depth + 1)
    if (typeof value === 'string') this.#text(schema, value, path, result)
    result.score++
  }

  #apart(schema: unknown, value: unknown, path: string, depth: number): Result {
    const result = new Result()
    this.check(schema, value, path, result, depth + 1)
    return result
  }

  #types(schema: GoMap): readonly string[] {
    const types = [memberOf(schema, 'type') ?? []].flat()
    for (const type of types)
      if (typeof type !== 'string' || !typeNames.includes(type))
        throw new SchemaError(
          `has a primitive type that is NOT VALID -- given: /${typeof type === 'string' ? type : toJson(type)}/ Expected valid values are:[${typeNames.join(' ')}]`,
        )
    return types as string[]
  }

  #branches(schema: GoMap, value: unknown, path: string, result: Result, depth: number): void {
    const schemasOf = (name: string): readonly unknown[] => {
      const list = memberOf(schema, name)
      return Array.isArray(list) ? list : []
    }
    const tried = (name: string): readonly Result[] => schemasOf(name).map((branch) => this.#apart(branch, value, path, depth))
    const best = (results: readonly Result[]): Result | undefined =>
      results.reduce<Result | undefined>((found, next) => (found === undefined || next.score > found.score ? next : found), undefined)
    const anyOf = tried('anyOf')
    if (anyOf.length > 0 && !anyOf.some(({ isValid }) => isValid)) {
      result.add(path, 'Must validate at least one schema (anyOf)')
      result.merge(best(anyOf))
    }
    const oneOf = tried('oneOf')
    const fitting = oneOf.filter(({ isValid }) => isValid).length
    if (oneOf.length > 0 && fitting !== 1) {
      result.add(path, 'Must validate one and only one schema (oneOf)')
      if (fitting === 0) result.merge(best(oneOf))
    }
    const allOf = tried('allOf')
    for (const branch of allOf) result.merge(branch)
    if (allOf.some(({ isValid }) => !isValid)) result.add(path, 'Must validate all the schemas (allOf)')
    if (isSchema(memberOf(schema, 'not')) && this.#apart(schema['not'], value, path, depth).isValid) result.add(path, 'Must not validate the schema (not)')
    const dependencies = memberOf(schema, 'dependencies')
    if (isMap(dependencies) && isMap(value))
      for (const name of sortedKeys(value)) {
        const dependency = memberOf(dependencies, name)
        if (Array.isArray(dependency)) {
          for (const other of dependency) if (!Object.hasOwn(value, String(other))) result.add(path, `Has a dependency on ${String(other)}`)
        } else if (isSchema(dependency)) this.check(dependency, value, path, result, depth + 1)
      }
    if (this.#draft >= 7 && isSchema(memberOf(schema, 'if'))) {
      const [keyword, verb] = this.#apart(schema['if'], value, path, depth).isValid ? ['then', 'was valid'] : ['else', 'was not valid']
      const branch = isSchema(memberOf(schema, keyword)) ? this.#apart(schema[keyword], value, path, depth) : undefined
      if (branch !== undefined && !branch.isValid) {
        result.add(path, `Must validate "${keyword}" as "if" ${verb}`)
        result.merge(branch)
      }
    }
    result.score++
  }

  #common(schema: GoMap, value: unknown, path: string, result: Result): void {
    if (this.#draft >= 6 && Object.hasOwn(schema, 'const') && !same(schema['const'], value))
      result.add(path, `${fieldOf(path)} does not match: ${toJson(schema['const'])}`)
    const allowed = memberOf(schema, 'enum')
    if (Array.isArray(allowed) && !allowed.some((item) => same(item, value)))
      result.add(path, `${fieldOf(path)} must be one of the following: ${allowed.map((item) => toJson(item)).join(', ')}`)
    result.score++
  }

  #list(schema: GoMap, value: readonly unknown[], path: string, result: Result, depth: number): void {
    const at = (inner: unknown, index: number): Result => this.#apart(inner, value[index], `${path}.${index}`, depth)
    const items = memberOf(schema, 'items')
    if (Array.isArray(items)) {
      for (let index = 0; index < items.length && index < value.length; index++) result.merge(at(items[index], index))
      const more = memberOf(schema, 'additionalItems')
      if (items.length < value.length && more === false) result.add(path, 'No additional items allowed on array')
      else if (isMap(more)) for (let index = items.length; index < value.length; index++) result.merge(at(more, index))
    } else if (isSchema(items)) for (let index = 0; index < value.length; index++) result.merge(at(items, index))
    this.#count(
      schema,
      'minItems',
      (limit) => value.length < limit,
      (limit) => result.add(path, `Array must have at least ${limit} items`),
    )
    this.#count(
      schema,
      'maxItems',
      (limit) => value.length > limit,
      (limit) => result.add(path, `Array must have at most ${limit} items`),
    )
    if (schema['uniqueItems'] === true) {
      const seen = new Map<string, number>()
      for (const [index, item] of value.entries()) {
        const before = seen.get(toJson(item))
        if (before !== undefined) result.add(path, `array items[${before},${index}] must be unique`)
        seen.set(toJson(item), index)
      }
    }
    const contains = memberOf(schema, 'contains')
    if (this.#draft >= 6 && isSchema(contains)) {
      const results = value.map((_, index) => at(contains, index))
      if (!results.some(({ isValid }) => isValid)) {
        result.add(path, 'At least one of the items must match')
        result.merge(results.reduce<Result | undefined>((found, next) => (found === undefined || next.score > found.score ? next : found), undefined))
      }
    }
    result.score++
  }

  #object(schema: GoMap, value: GoMap, path: string, result: Result, depth: number): void {
    const names = sortedKeys(value)
    this.#count(
      schema,
      'minProperties',
      (limit) => names.length < limit,
      (limit) => result.add(path, `Must have at least ${limit} properties`),
    )
    this.#count(
      schema,
      'maxProperties',
      (limit) => names.length > limit,
      (limit) => result.add(path, `Must have at most ${limit} properties`),
    )
    const required = memberOf(schema, 'required')
    for (const name of Array.isArray(required) ? required : []) {
      if (Object.hasOwn(value, String(name))) result.score++
      else result.add(path, `${String(name)} is required`)
    }
    const [properties, patterns, additional] = [memberOf(schema, 'properties'), memberOf(schema, 'patternProperties'), memberOf(schema, 'additionalProperties')]
    for (const name of names) {
      let isKnown = isMap(properties) && Object.hasOwn(properties, name)
      for (const pattern of isMap(patterns) ? sortedKeys(patterns) : []) {
        if (!matches(pattern, name)) continue
        isKnown = true
        result.merge(this.#apart((patterns as GoMap)[pattern], value[name], `${path}.${name}`, depth))
      }
      if (isKnown) continue
      if (additional === false) result.add(path, `Additional property ${name} is not allowed`)
      else if (isMap(additional)) result.merge(this.#apart(additional, value[name], `${path}.${name}`, depth))
    }
    const nameSchema = memberOf(schema, 'propertyNames')
    if (this.#draft >= 6 && isSchema(nameSchema))
      for (const name of names) {
        const found = this.#apart(nameSchema, name, path, depth)
        if (found.isValid) continue
        result.add(path, `Property name of "${name}" does not match`)
        result.merge(found)
      }
    result.score++
  }

  #count(schema: GoMap, keyword: string, isBroken: (limit: number) => boolean, tell: (limit: number) => void): void {
    const limit = memberOf(schema, keyword)
    if (isNumber(limit) && isBroken(Number(limit))) tell(Number(limit))
  }

  #text(schema: GoMap, value: string, path: string, result: Result): void {
    const length = Array.from(value).length
    this.#count(
      schema,
      'minLength',
      (limit) => length < limit,
      (limit) => result.add(path, `String length must be greater than or equal to ${limit}`),
    )
    this.#count(
      schema,
      'maxLength',
      (limit) => length > limit,
      (limit) => result.add(path, `String length must be less than or equal to ${limit}`),
    )
    const [pattern, format] = [memberOf(schema, 'pattern'), memberOf(schema, 'format')]
    if (typeof pattern === 'string' && !matches(pattern, value)) result.add(path, `Does not match pattern '${pattern}'`)
    const isFormat = typeof format === 'string' && Object.hasOwn(formats, format) ? formats[format] : undefined
    if (isFormat !== undefined && !isFormat(value)) result.add(path, `Does not match format '${String(format)}'`)
    result.score++
  }

  #number(schema: GoMap, given: number | bigint, path: string, result: Result): void {
    const value = Number(given)
    const limits: GoMap = {}
    for (const name of ['minimum', 'maximum', 'exclusiveMinimum', 'exclusiveMaximum']) setMember(limits, name, memberOf(schema, name))
    // In draft 4 a flag says that the limit itself is outside.
    for (const [flag, limit] of [
      ['exclusiveMinimum', 'minimum'],
      ['exclusiveMaximum', 'maximum'],
    ] as const) {
      if (limits[flag] === true) [limits[flag], limits[limit]] = [limits[limit], undefined]
      else if (limits[flag] === false) limits[flag] = undefined
    }
    const { minimum, maximum, exclusiveMinimum, exclusiveMaximum } = limits
    const multiple = memberOf(schema, 'multipleOf')
    if (isNumber(multiple) && !isMultiple(value, Number(multiple))) result.add(path, `Must be a multiple of ${shown(multiple)}`)
    if (isNumber(maximum) && value > Number(maximum)) result.add(path, `Must be less than or equal to ${shown(maximum)}`)
    if (isNumber(exclusiveMaximum) && value >= Number(exclusiveMaximum)) result.add(path, `Must be less than ${shown(exclusiveMaximum)}`)
    if (isNumber(minimum) && value < Number(minimum)) result.add(path, `Must be greater than or equal to ${shown(minimum)}`)
    if (isNumber(exclusiveMinimum) && value <= Number(exclusiveMinimum)) result.add(path, `Must be greater than ${shown(exclusiveMinimum)}`)
    result.score++
  }
}
