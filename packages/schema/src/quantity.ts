// Quantities such as `100m`, `1.5Gi` or `1e3`. https://kubernetes.io/docs/reference/kubernetes-api/common-definitions/quantity/
// Follows apimachinery `pkg/api/resource/quantity.go`: values are exact decimals, rounded up to nano.
import { SchemaError } from './errors.ts'
import { copyMap, isMap, setMember } from './values.ts'
import { memberSchema } from './type-schema.ts'
import type { TypeSchema } from './type-schema.ts'

/** How a quantity was written, which decides how it is printed. */
export type QuantityFormat = 'BinarySI' | 'DecimalSI' | 'DecimalExponent'

/** An exact quantity: `value` × 10^-9. */
export interface Quantity {
  readonly nano: bigint
  readonly format: QuantityFormat
}

const binary: Readonly<Record<string, bigint>> = { Ki: 1n << 10n, Mi: 1n << 20n, Gi: 1n << 30n, Ti: 1n << 40n, Pi: 1n << 50n, Ei: 1n << 60n }
const decimal: Readonly<Record<string, number>> = { n: -9, u: -6, m: -3, '': 0, k: 3, M: 6, G: 9, T: 12, P: 15, E: 18 }
const decimalSuffixes = Object.entries(decimal).map(([suffix, exponent]) => ({ suffix, exponent }))
const pattern = /^([+-]?)(\d*)(?:\.(\d*))?(Ki|Mi|Gi|Ti|Pi|Ei|[numkMGTPE]|[eE][+-]?\d+)?$/
const message = "quantities must match the regular expression '^([+-]?[0-9.]+)([eEinumkKMGTP]*[-+]?[0-9]*)$'"
const maxLength = 64
const maxExponent = 100
const nanoPlaces = 9

/** @throws {SchemaError} `QUANTITY_INVALID` in the words of the API server */
export function parseQuantity(text: string | number | bigint): Quantity {
  const source = String(text)
  const match = source.length > maxLength ? null : pattern.exec(source)
  const [, sign = '', whole = '', fraction = '', suffix = ''] = match ?? []
  if (match === null || (whole === '' && fraction === '')) throw new SchemaError('QUANTITY_INVALID', message)
  const factor = binary[suffix]
  const isExponent = /^[eE][+-]?\d/.test(suffix)
  const exponent = isExponent ? Number(suffix.slice(1)) : (decimal[suffix] ?? 0)
  if (Math.abs(exponent) > maxExponent) throw new SchemaError('QUANTITY_INVALID', message)
  const digits = BigInt(`${whole}${fraction}` || '0') * (factor ?? 1n)
  const nano = scaled(digits, (factor === undefined ? exponent : 0) - fraction.length + nanoPlaces)
  return { nano: sign === '-' ? -nano : nano, format: factor === undefined ? (isExponent ? 'DecimalExponent' : 'DecimalSI') : 'BinarySI' }
}

/** digits × 10^places, rounded up. */
function scaled(digits: bigint, places: number): bigint {
  if (places >= 0) return digits * 10n ** BigInt(places)
  const divisor = 10n ** BigInt(-places)
  return (digits + divisor - 1n) / divisor
}

/** The canonical text: no fraction, the largest suffix that keeps it whole. */
export function formatQuantity({ nano, format }: Quantity): string {
  if (nano === 0n) return '0'
  const sign = nano < 0n ? '-' : ''
  const size = nano < 0n ? -nano : nano
  const one = 10n ** BigInt(nanoPlaces)
  // Below 1024, and for fractions, binary quantities are printed as decimal ones.
  if (format === 'BinarySI' && size >= 1024n * one && size % one === 0n) {
    let value = size / one
    let suffix = ''
    for (const [name, factor] of Object.entries(binary)) if (value % factor === 0n) [suffix] = [name]
    value /= binary[suffix] ?? 1n
    return `${sign}${value}${suffix}`
  }
  let value = size
  let exponent = -nanoPlaces
  while (value % 1000n === 0n && exponent < 18) {
    value /= 1000n
    exponent += 3
  }
  if (format === 'DecimalExponent') return exponent === 0 ? `${sign}${value}` : `${sign}${value}e${exponent}`
  const suffix = decimalSuffixes.find((entry) => entry.exponent === exponent)?.suffix ?? ''
  return `${sign}${value}${suffix}`
}

/** -1, 0 or 1. */
export function compareQuantities(a: Quantity, b: Quantity): number {
  return a.nano < b.nano ? -1 : a.nano > b.nano ? 1 : 0
}

/** The canonical text of a quantity. @throws {SchemaError} */
export function canonicalQuantity(text: string | number | bigint): string {
  return formatQuantity(parseQuantity(text))
}

const maxKnown = 5000

/** A function of texts that are few and come again and again. */
function remembered(work: (text: string) => string): (text: string) => string {
  const known = new Map<string, string>()
  return (text) => {
    const found = known.get(text)
    if (found !== undefined) return found
    const made = work(text)
    if (known.size >= maxKnown) known.clear()
    if (text.length <= maxLength) known.set(text, made)
    return made
  }
}

const canonicalOrSame = remembered((text) => (isQuantity(text) ? canonicalQuantity(text) : text))
const millisOrSame = remembered((text) => (isQuantity(text) ? inMillis(text) : text))

/** Whether a value can be read as a quantity. */
export function isQuantity(value: unknown): value is string | number | bigint {
  if (typeof value === 'number' || typeof value === 'bigint') return true
  if (typeof value !== 'string') return false
  try {
    parseQuantity(value)
    return true
  } catch {
    return false
  }
}

/** Lists of resources are maps from their names to quantities. */
function isResourceList(schema: TypeSchema): boolean {
  return schema.kind === 'map' && schema.values.kind === 'scalar' && schema.values.type === 'quantity'
}

function wholeMillis(value: unknown): unknown {
  return typeof value === 'string' ? millisOrSame(value) : isQuantity(value) ? inMillis(value) : value
}

/** Resources are counted in thousandths; what is less is rounded up. */
function inMillis(value: string | number | bigint): string {
  const quantity = parseQuantity(value)
  const rest = quantity.nano % nanosPerMilli
  const nano = rest === 0n ? quantity.nano : quantity.nano - rest + (quantity.nano > 0n ? nanosPerMilli : 0n)
  return formatQuantity({ ...quantity, nano })
}

const nanosPerMilli = 1_000_000n

const quantityTypes = new WeakMap<TypeSchema, boolean>()

/** Whether a value of a type can have quantities in it: most cannot, and are not looked at. */
function mayHaveQuantities(schema: TypeSchema): boolean {
  const known = quantityTypes.get(schema)
  if (known !== undefined) return known
  const seen = new Set<TypeSchema>()
  const reaches = (type: TypeSchema): boolean => {
    if (type.kind === 'scalar') return type.type === 'quantity'
    if (type.kind === 'any' || seen.has(type)) return false
    seen.add(type)
    if (type.kind === 'list') return reaches(type.items)
    if (type.kind === 'map') return reaches(type.values)
    for (const field of type.fields.values()) if (reaches(field)) return true
    return false
  }
  const found = reaches(schema)
  quantityTypes.set(schema, found)
  return found
}

/**
 * The value with every quantity of its type in canonical form. What does not change is not copied; what is no quantity is left as it is.
 */
export function canonicalizeQuantities(value: unknown, schema: TypeSchema): unknown {
  if (schema.kind === 'scalar') {
    if (schema.type !== 'quantity') return value
    return typeof value === 'string' ? canonicalOrSame(value) : isQuantity(value) ? canonicalQuantity(value) : value
  }
  if (schema.kind === 'any' || typeof value !== 'object' || value === null) return value
  if (Array.isArray(value)) {
    if (schema.kind !== 'list' || !mayHaveQuantities(schema)) return value
    let copy: unknown[] | undefined
    for (const [index, item] of value.entries()) {
      const next = canonicalizeQuantities(item, schema.items)
      if (next !== item) (copy ??= [...(value as unknown[])])[index] = next
    }
    return copy ?? value
  }
  if (!isMap(value) || !mayHaveQuantities(schema)) return value
  let copy: Record<string, unknown> | undefined
  for (const name of Object.keys(value)) {
    const inner = memberSchema(schema, name)
    if (inner === undefined || inner.kind === 'any') continue
    const next = isResourceList(schema) ? wholeMillis(value[name]) : canonicalizeQuantities(value[name], inner)
    if (next !== value[name]) setMember((copy ??= copyMap(value)), name, next)
  }
  return copy ?? value
}
