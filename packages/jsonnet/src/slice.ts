// Parts of arrays and texts: `a[start:end:step]` and `std.slice`.
import { toText } from './manifest.ts'
import { compare, numberOf, plus } from './operators.ts'
import type { Run } from './run.ts'
import { lengthOf } from './std/definition.ts'
import { isFlat } from './text.ts'
import { ArrayValue, typeOf } from './values.ts'
import type { Value } from './values.ts'

/** @throws {JsonnetRuntimeError} */
export function slice(run: Run, indexable: Value, start: Value, end: Value, step: Value): Value {
  const stride = step === null ? 1 : step
  if (compare(run, stride, 0) < 0) {
    const length = lengthOf(run, indexable)
    const bounds = [start === null ? 0 : fromEnd(run, start, length, 0), end === null ? length : fromEnd(run, end, length), stride]
    throw run.error(`got [${bounds.map((bound) => toText(run, bound)).join(':')}] but negative steps are not supported`)
  }
  if (stride === 0) throw run.error('got 0 but step must be greater than 0')
  if (typeof indexable !== 'string' && !(indexable instanceof ArrayValue))
    throw run.error(`std.slice accepts a string or an array, but got: ${typeOf(indexable)}`)
  const length = lengthOf(run, indexable)
  const from = start === null ? 0 : fromEnd(run, start, length, 0)
  const to = Math.min(length, end === null ? length : fromEnd(run, end, length))
  if (typeof indexable === 'string') return textSlice(run, indexable, from, to, numberOf(run, stride))
  return arraySlice(run, indexable, from, to, numberOf(run, stride))
}

function fromEnd(run: Run, bound: Value, length: number, least: number = Number.NEGATIVE_INFINITY): number {
  if (compare(run, bound, 0) >= 0) return numberOf(run, bound)
  return Math.max(least, length + numberOf(run, bound))
}

function arraySlice(run: Run, { elements }: ArrayValue, from: number, to: number, stride: number): ArrayValue {
  run.elements(Math.max(0, Math.ceil((to - from) / stride)))
  if (stride === 1 && Number.isInteger(from)) return new ArrayValue(elements.slice(from, Math.max(from, to)))
  const result: (typeof elements)[number][] = []
  for (let at = from; at < to; at += stride) result.push(elements[Math.trunc(at)] as (typeof elements)[number])
  return new ArrayValue(result)
}

function textSlice(run: Run, text: string, from: number, to: number, stride: number): string {
  run.text(text.length)
  if (stride === 1 && isFlat(text)) return text.slice(Math.trunc(from), Math.max(Math.trunc(from), Math.ceil(to)))
  const characters = Array.from(text)
  let result = ''
  for (let at = from; at < to; at += stride) result = plus(run, result, characters[Math.trunc(at)] as string) as string
  return result
}
