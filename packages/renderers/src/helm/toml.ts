// `toToml`, as BurntSushi's encoder writes it.
import { FunctionError, GoInt, isMap, sortedKeys } from '@plumbline/gotemplate'
import type { GoMap, GoValue } from '@plumbline/gotemplate'
import type { HelmVersion } from './helm-version.ts'

const escapes: Readonly<Record<string, string>> = { '\b': '\\b', '\t': '\\t', '\n': '\\n', '\f': '\\f', '\r': '\\r', '"': '\\"', '\\': '\\\\' }

/** A map as TOML; what TOML cannot hold gives the encoder's message instead. */
export function toToml(value: GoValue, helm: HelmVersion): string {
  if (value === undefined || value === null) throw new FunctionError('reflect: call of reflect.Value.Type on zero Value')
  const lines: string[] = []
  try {
    // The encoder writes what is no table as it would write it behind a key.
    if (!isMap(value)) return inline(value, helm)
    writeTable(value, [], lines, helm)
  } catch (error) {
    return error instanceof TomlError ? error.message : String(error)
  }
  return lines.length === 0 ? '' : `${lines.join('\n')}\n`
}

class TomlError extends Error {}

const key = (name: string): string => (/^[A-Za-z0-9_-]+$/.test(name) ? name : quoted(name))

function quoted(text: string): string {
  // oxlint-disable-next-line no-control-regex -- control characters are what it looks for
  return `"${text.replace(/[\x00-\x1f"\\\x7f]/g, (character) => escapes[character] ?? `\\u${character.charCodeAt(0).toString(16).padStart(4, '0')}`)}"`
}

const isTables = (value: GoValue): value is readonly GoMap[] => Array.isArray(value) && value.length > 0 && value.every(isMap)

function writeTable(table: GoMap, path: readonly string[], lines: string[], helm: HelmVersion): void {
  const keys = sortedKeys(table)
  const indent = '  '.repeat(Math.max(0, path.length))
  const direct = keys.filter((name) => !isMap(table[name]) && !isTables(table[name]))
  for (const name of direct) {
    const value = table[name]
    if (value === undefined || value === null) continue
    lines.push(`${indent}${key(name)} = ${inline(value, helm)}`)
  }
  for (const name of keys) {
    const value = table[name]
    const inner = [...path, name]
    const header = inner.map(key).join('.')
    if (isMap(value)) {
      if (lines.length > 0 && path.length === 0) lines.push('')
      lines.push(`${indent}[${header}]`)
      writeTable(value, inner, lines, helm)
    } else if (isTables(value))
      for (const item of value) {
        if (lines.length > 0) lines.push('')
        lines.push(`${indent}[[${header}]]`)
        writeTable(item, inner, lines, helm)
      }
  }
}

function inline(value: GoValue, helm: HelmVersion): string {
  if (typeof value === 'string') return quoted(value)
  if (typeof value === 'boolean') return String(value)
  if (value instanceof GoInt) return String(value.value)
  if (typeof value === 'number') return float(value, helm)
  if (value instanceof Uint8Array) return `[${Array.from(value).join(', ')}]`
  if (Array.isArray(value)) {
    if (value.some((item) => item === undefined || item === null)) throw new TomlError('toml: cannot encode array with nil element')
    return `[${value.map((item) => inline(item, helm)).join(', ')}]`
  }
  if (isMap(value))
    return `{${sortedKeys(value)
      .filter((name) => value[name] !== undefined && value[name] !== null)
      .map((name) => `${key(name)} = ${inline(value[name], helm)}`)
      .join(', ')}}`
  throw new TomlError('toml: unsupported type')
}

function float(value: number, helm: HelmVersion): string {
  if (Number.isNaN(value)) return 'nan'
  if (!Number.isFinite(value)) return value > 0 ? 'inf' : '-inf'
  const [mantissa = '', exponentText = '0'] = Math.abs(value).toExponential().split('e')
  const exponent = Number(exponentText)
  const sign = value < 0 || Object.is(value, -0) ? '-' : ''
  // The older encoder never writes exponents.
  if (helm === 4 && value !== 0 && (exponent < -4 || exponent >= 6)) {
    return `${sign}${mantissa}e${exponent < 0 ? '-' : '+'}${String(Math.abs(exponent)).padStart(2, '0')}`
  }
  const digits = mantissa.replace('.', '')
  const whole = exponent < 0 ? '0' : digits.slice(0, exponent + 1).padEnd(exponent + 1, '0')
  const fraction = exponent < 0 ? '0'.repeat(-exponent - 1) + digits : digits.slice(exponent + 1)
  return `${sign}${whole}.${fraction === '' || value === 0 ? '0' : fraction}`
}
