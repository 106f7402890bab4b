// values.schema.json: checked by a JSON Schema validator that compiles no code, and worded as Helm's.
import { Validator } from '@cfworker/json-schema'
import type { OutputUnit, Schema, SchemaDraft } from '@cfworker/json-schema'
import { isMap } from '@plumbline/gotemplate'
import type { GoMap } from '@plumbline/gotemplate'
import { ChartError } from './chart.ts'
import { parseGoJson } from './go-json.ts'
import { plain } from './helm-yaml.ts'
import type { HelmVersion } from './helm-version.ts'
import type { ChartInstance } from './instances.ts'
import { boundedSchema } from './bounded-schema.ts'
import { schemaCauses } from './schema-causes.ts'
import { schemaFindings } from './schema-findings.ts'
import { ForeignReference, SchemaError } from './schema-rules.ts'

const decoder = new TextDecoder()

/** @throws {ChartError} listing what every chart finds wrong */
export function checkSchemas(root: ChartInstance, values: GoMap, helm: HelmVersion): void {
  const problems = [...problemsOf(root, values, helm)]
  if (problems.length > 0)
    throw new ChartError('CHART_VALUES', `values don't meet the specifications of the schema(s) in the following chart(s):\n${problems.join('')}`)
}

function* problemsOf(chart: ChartInstance, values: GoMap, helm: HelmVersion): Generator<string> {
  if (chart.chart.schema !== undefined) {
    const found = validate(chart.chart.schema.data, values, helm)
    if (typeof found === 'string') yield `${chart.name}:\n${found}`
    else if (found.length > 0) yield `${chart.name}:\n${found.map((text) => `${text}\n`).join('')}`
  }
  for (const child of chart.charts) {
    const own = Object.hasOwn(values, child.name) ? values[child.name] : undefined
    if (typeof own === 'object' && own !== null) yield* problemsOf(child, own as GoMap, helm)
  }
}

function draftOf(schema: GoMap): SchemaDraft {
  const id = typeof schema['$schema'] === 'string' ? schema['$schema'] : ''
  if (id.includes('draft-04')) return '4'
  if (id.includes('2020-12')) return '2020-12'
  return id.includes('2019-09') ? '2019-09' : '7'
}

/** What is wrong with the values, or with the schema itself. */
function validate(data: Uint8Array, values: GoMap, helm: HelmVersion): readonly string[] | string {
  let schema: unknown
  try {
    schema = parseGoJson(decoder.decode(data))
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error)
    if (reason === 'unexpected end of JSON input') return decoder.decode(data).trim() === '' ? 'EOF' : 'unexpected EOF'
    return reason
  }
  try {
    if (typeof schema !== 'boolean' && !isMap(schema) && helm === 4)
      return `"file:///values.schema.json#" is not valid against metaschema: jsonschema validation failed with 'https://json-schema.org/draft/2020-12/schema#'\n- at '': got ${jsonType(schema)}, want boolean or object`
    if (helm === 3) return schemaFindings(schema, plain(values)).map((text) => `- ${text}`)
    return schemaCauses(schema, plain(values))
  } catch (error) {
    if (error instanceof SchemaError) return error.message
    if (!(error instanceof ForeignReference)) throw error
  }
  try {
    const { errors } = new Validator(boundedSchema(schema, plain(values)) as Schema, draftOf(schema as GoMap), false).validate(plain(values))
    return [...new Set(errors.flatMap((unit) => messageOf(unit, schema as GoMap, values) ?? []))].map((text) => `- ${text}`)
  } catch (error) {
    return [`- ${error instanceof Error ? error.message : String(error)}`]
  }
}

function at(root: unknown, pointer: string): unknown {
  return pointer
    .replace(/^#/, '')
    .split('/')
    .slice(1)
    .reduce<unknown>((value, part) => {
      const name = decodeURIComponent(part).replaceAll('~1', '/').replaceAll('~0', '~')
      return typeof value === 'object' && value !== null && Object.hasOwn(value, name) ? (value as GoMap)[name] : undefined
    }, root)
}

function jsonType(value: unknown): string {
  if (value === null || value === undefined) return 'null'
  if (Array.isArray(value)) return 'array'
  if (typeof value === 'number') return Number.isInteger(value) ? 'integer' : 'number'
  return typeof value
}

/** The text for one finding, or undefined where another one says it. */
function messageOf(unit: OutputUnit, schema: GoMap, values: GoMap): string | undefined {
  const path = unit.instanceLocation.replace(/^#\/?/, '').replaceAll('/', '.')
  const where = path === '' ? '(root)' : path
  const rule = at(schema, unit.keywordLocation)
  const value = at(values, unit.instanceLocation)
  switch (unit.keyword) {
    case 'type':
      return `${where}: Invalid type. Expected: ${Array.isArray(rule) ? rule.join('/') : String(rule)}, given: ${jsonType(value)}`
    case 'required': {
      const missing = /required property "([^"]*)"/.exec(unit.error)?.[1]
      return `${where}: ${missing ?? ''} is required`
    }
    case 'enum':
      return `${where}: ${path} must be one of the following: ${(rule as unknown[]).map((item) => JSON.stringify(item)).join(', ')}`
    case 'const':
      return `${where}: ${path} does not match: ${JSON.stringify(rule)}`
    case 'minimum':
      return `${where}: Must be greater than or equal to ${String(rule)}`
    case 'maximum':
      return `${where}: Must be less than or equal to ${String(rule)}`
    case 'exclusiveMinimum':
      return `${where}: Must be greater than ${String(rule)}`
    case 'exclusiveMaximum':
      return `${where}: Must be less than ${String(rule)}`
    case 'multipleOf':
      return `${where}: Must be a multiple of ${String(rule)}`
    case 'minLength':
      return `${where}: String length must be greater than or equal to ${String(rule)}`
    case 'maxLength':
      return `${where}: String length must be less than or equal to ${String(rule)}`
    case 'pattern':
      return `${where}: Does not match pattern '${String(rule)}'`
    case 'format':
      return `${where}: Does not match format '${String(rule)}'`
    case 'minItems':
      return `${where}: Array must have at least ${String(rule)} items`
    case 'maxItems':
      return `${where}: Array must have at most ${String(rule)} items`
    case 'uniqueItems':
      return `${where}: array items must be unique`
    case 'additionalProperties': {
      const name = /Property "([^"]*)" does not match additional properties schema/.exec(unit.error)?.[1]
      return name === undefined ? undefined : `${where}: Additional property ${name} is not allowed`
    }
    case 'oneOf':
      return `${where}: Must validate one and only one schema (oneOf)`
    case 'anyOf':
      return `${where}: Must validate at least one schema (anyOf)`
    case 'not':
      return `${where}: Must not validate the schema (not)`
    default:
      return undefined
  }
}
