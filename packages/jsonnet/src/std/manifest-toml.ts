// Values as TOML and INI. Follows go-jsonnet v0.21 `builtins.go` and `std.jsonnet`.
import { toText } from '../manifest.ts'
import { formatNumber } from '../numbers.ts'
import { fieldNames, fieldOf, visibilitiesOf } from '../objects.ts'
import { objectValueOf, textOf } from '../operators.ts'
import type { Run } from '../run.ts'
import { quoted } from '../text.ts'
import { ArrayValue, FunctionValue, ObjectValue, typeOf } from '../values.ts'
import type { Value } from '../values.ts'
import { binaryDefinition, unaryDefinition } from './definition.ts'
import type { Definition } from './definition.ts'

type Path = readonly string[]

function keyText(name: string): string {
  if (name === '') return "''"
  return /^[\w-]+$/.test(name) ? name : quoted(name)
}

function isSection(run: Run, value: Value): boolean {
  if (value instanceof ObjectValue) return true
  if (!(value instanceof ArrayValue) || value.elements.length === 0) return false
  return value.elements.every((item) => run.force(item) instanceof ObjectValue)
}

function inline(run: Run, value: Value, path: Path): string {
  run.step()
  if (value === null) throw run.error(`Tried to manifest "null" at [${path.join(' ')}]`)
  if (typeof value === 'boolean') return String(value)
  if (typeof value === 'number') return formatNumber(value)
  if (typeof value === 'string') return quoted(value)
  if (value instanceof FunctionValue) throw run.error(`Tried to manifest function at [${path.join(' ')}]`)
  if (value instanceof ArrayValue) return value.elements.length === 0 ? '[]' : `[ ${inlineItems(run, value, path).join(', ')} ]`
  const members = fieldNames(value).map((name) => `${keyText(name)} = ${inline(run, fieldOf(run, value, name), [...path, name])}`)
  return `{ ${members.join(', ')} }`
}

function inlineItems(run: Run, { elements }: ArrayValue, path: Path): string[] {
  return elements.map((item, index) => inline(run, run.force(item), [...path, String(index)]))
}

/** A value behind a key: arrays have a line for each element. */
function valueLines(run: Run, value: Value, step: string, path: Path): string {
  if (!(value instanceof ArrayValue) || value.elements.length === 0) return inline(run, value, path)
  const items = inlineItems(run, value, path).map((item) => step + item)
  return `[\n${items.join(',\n')}\n]`
}

function table(run: Run, object: ObjectValue, step: string, path: Path, indexed: Path, indent: string): string {
  run.step()
  const lines: string[] = []
  const sections = ['']
  for (const name of fieldNames(object)) {
    const value = fieldOf(run, object, name)
    const [inner, innerIndexed] = [
      [...path, name],
      [...indexed, name],
    ]
    if (!isSection(run, value)) lines.push(...`${keyText(name)} = ${valueLines(run, value, step, innerIndexed)}`.split('\n'))
    else if (value instanceof ObjectValue) sections.push(section(run, value, step, inner, innerIndexed, indent, ['[', ']']))
    else if (value instanceof ArrayValue) {
      const tables = value.elements.map((item, index) =>
        section(run, run.force(item) as ObjectValue, step, inner, [...innerIndexed, String(index)], indent, ['[[', ']]']),
      )
      sections.push(tables.join('\n\n'))
    }
  }
  const text = `${lines.length > 0 ? indent : ''}${lines.join(`\n${indent}`)}${sections.join('\n\n')}`
  run.text(text.length)
  return text
}

function section(run: Run, object: ObjectValue, step: string, path: Path, indexed: Path, indent: string, [open, close]: readonly [string, string]): string {
  const newline = fieldNames(object).length > 0 ? '\n' : ''
  return `${indent}${open}${path.map(keyText).join('.')}${close}${newline}${table(run, object, step, path, indexed, indent + step)}`
}

function toml(run: Run, value: Value, indent: Value): string {
  const step = textOf(run, indent)
  if (!(value instanceof ObjectValue)) throw run.error(`TOML body must be an object. Got ${typeOf(value)}`)
  return table(run, value, step, [], [], '')
}

function iniLines(run: Run, body: Value): string[] {
  const object = objectValueOf(run, body)
  return fieldNames(object).flatMap((name) => {
    const value = fieldOf(run, object, name)
    const values = value instanceof ArrayValue ? value.elements.map((item) => run.force(item)) : [value]
    return values.map((item) => `${name} = ${toText(run, item)}`)
  })
}

function ini(run: Run, value: Value): string {
  const object = objectValueOf(run, value)
  const lines = visibilitiesOf(object).get('main') === true ? iniLines(run, fieldOf(run, object, 'main')) : []
  const sections = objectValueOf(run, fieldOf(run, object, 'sections'))
  for (const name of fieldNames(sections)) lines.push(`[${name}]`, ...iniLines(run, fieldOf(run, sections, name)))
  const text = lines.map((line) => `${line}\n`).join('')
  run.text(text.length)
  return text
}

export const manifestTomlDefinitions: readonly Definition[] = [
  unaryDefinition('manifestToml', 'value', (run, value) => toml(run, value, '  ')),
  binaryDefinition('manifestTomlEx', ['value', 'indent'], toml),
  unaryDefinition('manifestIni', 'ini', ini),
]
