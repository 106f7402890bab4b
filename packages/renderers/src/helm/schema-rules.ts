// What both validators of JSON Schema share: references, numbers and patterns.
import { isMap, memberOf, toJson } from '@plumbline/gotemplate'
import { RE2JS } from 're2js'

/** A schema that is none, in the words of the validator. */
export class SchemaError extends Error {}

/** A schema that refers to others, which are not at hand. */
export class ForeignReference extends Error {}

/** What a schema says it is written in; '' where it says nothing. */
export function draftAddressOf(schema: unknown): string {
  return isMap(schema) && typeof schema['$schema'] === 'string' ? schema['$schema'] : ''
}

/** Steps of one check; a schema of a few lines can ask for more than there is time for. */
const maxSteps = 300_000

/** Counts steps. @throws {SchemaError} at the limit */
export function stepCounter(most: number = maxSteps): () => void {
  let count = 0
  return () => {
    if (++count > most) throw new SchemaError(`the schema takes more than ${most} steps to check`)
  }
}

export const same = (a: unknown, b: unknown): boolean => toJson(a) === toJson(b)
export const isNumber = (value: unknown): value is number | bigint => typeof value === 'number' || typeof value === 'bigint'
export const isSchema = (value: unknown): boolean => typeof value === 'boolean' || isMap(value)

/** What a reference inside a schema stands for. @throws {SchemaError | ForeignReference} */
export function resolveReference(root: unknown, reference: string, missing: (name: string) => string): unknown {
  const given = isMap(root) ? (memberOf(root, '$id') ?? memberOf(root, 'id')) : undefined
  const id = typeof given === 'string' ? given.replace(/#$/, '') : ''
  const local = id !== '' && reference.startsWith(id) ? reference.slice(id.length) || '#' : reference
  if (!/^#(?:\/|$)/.test(local)) throw new ForeignReference(reference)
  let current = root
  for (const part of local.slice(1).split('/').slice(1)) {
    const name = decodeURIComponent(part).replaceAll('~1', '/').replaceAll('~0', '~')
    const holder: unknown = current
    if (Array.isArray(holder)) current = holder[Number(name)] as unknown
    else if (isMap(holder) && Object.hasOwn(holder, name)) current = holder[name]
    else throw new SchemaError(missing(name))
  }
  return current
}

/** Exactly, as fractions are. */
export function isMultiple(value: number, multiple: number): boolean {
  const parts = (number: number): readonly [bigint, number] => {
    const [mantissa = '0', exponent = '0'] = number.toExponential().split('e')
    const [whole = '0', fraction = ''] = mantissa.split('.')
    return [BigInt(whole + fraction), Number(exponent) - fraction.length]
  }
  const [[a, first], [b, second]] = [parts(value), parts(multiple)]
  const low = Math.min(first, second)
  return b !== 0n && (a * 10n ** BigInt(first - low)) % (b * 10n ** BigInt(second - low)) === 0n
}

/** @throws {SchemaError} when the pattern is none */
export function matches(pattern: string, text: string): boolean {
  try {
    return RE2JS.compile(pattern).matcher(text).find()
  } catch {
    throw new SchemaError('pattern must be a valid regex')
  }
}
