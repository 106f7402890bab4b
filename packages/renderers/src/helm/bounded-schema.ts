// A schema for a validator that sets no limits of its own: its expressions cannot backtrack, and reading it takes a bounded number of steps.
import { isMap, setMember } from '@plumbline/gotemplate'
import type { GoMap } from '@plumbline/gotemplate'
import { matches, stepCounter } from './schema-rules.ts'

/** Reads of members; a step of the validator takes about forty. */
const maxReads = 5_000_000

/**
 * The same rules for one value. Expressions are replaced by the texts of the value that they match: the engine of the language would
 * backtrack for hours on some of them. @throws {SchemaError} when an expression is none; reading the result throws at the limit
 */
export function boundedSchema(schema: unknown, value: unknown): unknown {
  const texts = new Set<string>()
  collectTexts(value, texts)
  return counting(withoutExpressions(schema, [...texts]), stepCounter(maxReads))
}

function collectTexts(value: unknown, into: Set<string>): void {
  if (typeof value === 'string') into.add(value)
  else if (Array.isArray(value)) for (const item of value) collectTexts(item, into)
  else if (isMap(value))
    for (const [name, member] of Object.entries(value)) {
      into.add(name)
      collectTexts(member, into)
    }
}

function withoutExpressions(schema: unknown, texts: readonly string[]): unknown {
  if (Array.isArray(schema)) return schema.map((item) => withoutExpressions(item, texts))
  if (!isMap(schema)) return schema
  const next: GoMap = {}
  for (const [name, rule] of Object.entries(schema)) {
    if (name === 'pattern' && typeof rule === 'string') next[name] = expressionFor(rule, texts)
    else if (name === 'patternProperties' && isMap(rule)) {
      const rules: GoMap = {}
      const byExpression = Object.entries(rule).map(([pattern, inner]) => [expressionFor(pattern, texts), withoutExpressions(inner, texts)] as const)
      // Two expressions can match the same texts.
      for (const [expression, inner] of byExpression)
        setMember(rules, expression, Object.hasOwn(rules, expression) ? { allOf: [rules[expression], inner] } : inner)
      next[name] = rules
    } else if (namedSchemas.has(name) && isMap(rule)) setMember(next, name, mapped(rule, texts))
    else if (name === 'enum' || name === 'const' || name === 'default' || name === 'examples') setMember(next, name, rule)
    else setMember(next, name, withoutExpressions(rule, texts))
  }
  return next
}

/** Members whose own members are schemas by name, whatever the names. */
const namedSchemas = new Set(['properties', 'definitions', '$defs', 'dependentSchemas', 'dependencies'])

function mapped(schemas: GoMap, texts: readonly string[]): GoMap {
  const next: GoMap = {}
  for (const [name, schema] of Object.entries(schemas)) setMember(next, name, withoutExpressions(schema, texts))
  return next
}

/** Matches, whole, those of the texts that the pattern matches anywhere. */
function expressionFor(pattern: string, texts: readonly string[]): string {
  const fitting = texts.filter((text) => matches(pattern, text))
  return fitting.length === 0 ? '(?!)' : `^(?:${fitting.map((text) => text.replaceAll(/[\\^$.*+?()[\]{}|/]/g, '\\$&')).join('|')})$`
}

function counting(schema: unknown, step: () => void): unknown {
  if (typeof schema !== 'object' || schema === null) return schema
  const known = new Map<string | symbol, unknown>()
  return new Proxy(schema, {
    get(target, name, receiver) {
      step()
      const value: unknown = Reflect.get(target, name, receiver)
      if (typeof value !== 'object' || value === null) return value
      const wrapped = known.get(name) ?? counting(value, step)
      known.set(name, wrapped)
      return wrapped
    },
  })
}
