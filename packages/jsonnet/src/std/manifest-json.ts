// Values as JSON, Python and XML. Follows go-jsonnet v0.21 `builtins.go` and `std.jsonnet`.
import { toText } from '../manifest.ts'
import { formatPlainNumber } from '../numbers.ts'
import { fieldNames, fieldOf } from '../objects.ts'
import { objectValueOf, textOf } from '../operators.ts'
import type { Run } from '../run.ts'
import { slice } from '../slice.ts'
import { quoted } from '../text.ts'
import { ArrayValue, FunctionValue, ObjectValue, typeOf } from '../values.ts'
import type { Value } from '../values.ts'
import { define, forced, unaryDefinition } from './definition.ts'
import type { Definition } from './definition.ts'

interface JsonStyle {
  readonly indent: string
  readonly newline: string
  readonly colon: string
}

/** A text as Go's `encoding/json` writes it. */
function jsonText(text: string): string {
  return JSON.stringify(text).replaceAll('\u2028', '\\u2028').replaceAll('\u2029', '\\u2029')
}

function json(run: Run, value: Value, style: JsonStyle, current: string, path: readonly string[]): string {
  run.step()
  if (value === null || typeof value === 'boolean') return String(value)
  if (typeof value === 'string') return jsonText(value)
  if (typeof value === 'number') return formatPlainNumber(value)
  if (value instanceof FunctionValue) throw run.error(`tried to manifest function at [${path.join(' ')}]`)
  const inner = current + style.indent
  const parts =
    value instanceof ArrayValue
      ? value.elements.map((item, index) => inner + json(run, run.force(item), style, inner, [...path, String(index)]))
      : fieldNames(value).map((name) => inner + jsonText(name) + style.colon + json(run, fieldOf(run, value, name), style, inner, [...path, name]))
  const [open, close] = value instanceof ArrayValue ? '[]' : '{}'
  const text = `${open}${style.newline}${parts.join(`,${style.newline}`)}${style.newline}${current}${close}`
  run.text(text.length)
  return text
}

function python(run: Run, value: Value): string {
  run.step()
  if (value === null) return 'None'
  if (typeof value === 'boolean') return value ? 'True' : 'False'
  if (typeof value === 'string') return quoted(value)
  if (value instanceof FunctionValue) throw run.error('cannot manifest function')
  if (value instanceof ArrayValue) return made(run, `[${value.elements.map((item) => python(run, run.force(item))).join(', ')}]`)
  if (value instanceof ObjectValue)
    return made(
      run,
      `{${fieldNames(value)
        .map((name) => `${quoted(name)}: ${python(run, fieldOf(run, value, name))}`)
        .join(', ')}}`,
    )
  return toText(run, value)
}

function made(run: Run, text: string): string {
  run.text(text.length)
  return text
}

/** JsonML: `[tag, attributes?, ...children]`. */
function xml(run: Run, value: Value): string {
  if (typeof value === 'string') return value
  const array = value instanceof ArrayValue ? value : undefined
  if (array === undefined || array.elements[0] === undefined) throw run.error(`Expected a JSONML value (an array), got ${typeOf(value)}`)
  const tag = textOf(run, run.force(array.elements[0]))
  const second = array.elements[1] === undefined ? null : run.force(array.elements[1])
  const attributes = second instanceof ObjectValue ? second : undefined
  const shown = attributes === undefined ? [] : fieldNames(attributes).map((name) => ` ${name}="${toText(run, fieldOf(run, attributes, name))}"`)
  const children = slice(run, array, attributes === undefined ? 1 : 2, null, null) as ArrayValue
  return made(run, `<${tag}${shown.join('')}>${children.elements.map((child) => xml(run, run.force(child))).join('')}</${tag}>`)
}

export const manifestJsonDefinitions: readonly Definition[] = [
  unaryDefinition('manifestJson', 'value', (run, value) => json(run, value, { indent: '    ', newline: '\n', colon: ': ' }, '', [])),
  unaryDefinition('manifestJsonMinified', 'value', (run, value) => json(run, value, { indent: '', newline: '', colon: ':' }, '', [])),
  define('manifestJsonEx', ['value', 'indent', 'newline?', 'key_val_sep?'], (run, [value, indent, newline, colon]) => {
    const [shown, first, second, third] = [forced(run, value), forced(run, indent), forced(run, newline, '\n'), forced(run, colon, ': ')]
    return json(run, shown, { indent: textOf(run, first), newline: textOf(run, second), colon: textOf(run, third) }, '', [])
  }),
  unaryDefinition('manifestPython', 'v', python),
  unaryDefinition('manifestPythonVars', 'conf', (run, value) => {
    const object = objectValueOf(run, value)
    return fieldNames(object)
      .map((name) => `${name} = ${python(run, fieldOf(run, object, name))}\n`)
      .join('')
  }),
  unaryDefinition('manifestXmlJsonml', 'value', (run, value) => {
    if (!(value instanceof ArrayValue)) throw run.error(`Expected a JSONML value (an array), got ${typeOf(value)}`)
    return xml(run, value)
  }),
]
