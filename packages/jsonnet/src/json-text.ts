// JSON as go-jsonnet prints it: members in order of code points, an indent of three.
import { formatNumber } from './numbers.ts'
import { compareTexts, quoted } from './text.ts'

/** JSON: null, booleans, numbers, texts, arrays, plain objects. */
export type Json = null | boolean | number | string | readonly Json[] | { readonly [member: string]: Json }

/** Print a result in several lines, as `jsonnet` does, without the newline at its end. */
export function formatJson(value: Json): string {
  return formatted(value, '', true)
}

/** Print a value in one line, as `std.toString` does. */
export function formatJsonLine(value: Json): string {
  return formatted(value, '', false)
}

function formatted(value: Json, indent: string, isMultiline: boolean): string {
  if (value === null || typeof value === 'boolean') return String(value)
  if (typeof value === 'number') return formatNumber(value)
  if (typeof value === 'string') return quoted(value)
  const inner = isMultiline ? `${indent}   ` : ''
  if (Array.isArray(value)) {
    return enclosed(
      '[',
      value.map((item: Json) => formatted(item, inner, isMultiline)),
      ']',
      indent,
      isMultiline,
    )
  }
  const map = value as { readonly [member: string]: Json }
  const members = Object.keys(map)
    .sort(compareTexts)
    .map((name) => `${quoted(name)}: ${formatted(map[name] as Json, inner, isMultiline)}`)
  return enclosed('{', members, '}', indent, isMultiline)
}

function enclosed(open: string, parts: readonly string[], close: string, indent: string, isMultiline: boolean): string {
  if (parts.length === 0) return `${open} ${close}`
  if (!isMultiline) return `${open}${parts.join(', ')}${close}`
  return `${open}\n${parts.map((part) => `${indent}   ${part}`).join(',\n')}\n${indent}${close}`
}

/** Set a member whatever its name: `__proto__` is one like all others. */
export function setMember(map: Record<string, Json>, name: string, value: Json): void {
  if (name === '__proto__') Object.defineProperty(map, name, { value, enumerable: true, configurable: true, writable: true })
  else map[name] = value
}
