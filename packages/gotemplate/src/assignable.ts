// Which values go where, and how messages name them. Follows go `text/template/exec.go`.
import type { ParameterType } from './functions.ts'
import { nodeText } from './nodes.ts'
import type { TemplateNode } from './nodes.ts'
import { GoInt } from './numbers.ts'
import { quoted } from './quote.ts'
import { HostObject, isMap, isNil, typeName } from './values.ts'
import type { GoValue } from './values.ts'

/** Whether a value may be an argument of the type. */
export function isAssignable(value: GoValue, type: ParameterType): boolean {
  switch (type) {
    case 'any':
    case 'value':
      return true
    case 'string':
      return typeof value === 'string'
    case 'bool':
      return typeof value === 'boolean'
    case 'float64':
      return typeof value === 'number'
    case 'int':
    case 'int64':
    case 'uint32':
      return value instanceof GoInt && value.kind === type
    case 'time.Time':
    case 'sprig.certificate':
      return value instanceof HostObject && value.typeName === type
    case 'map':
      return isMap(value) && ['map[string]interface {}', 'chartutil.Values', 'common.Values'].includes(typeName(value))
    case 'list':
      return Array.isArray(value) && typeName(value) === '[]interface {}'
    case '[]string':
      return Array.isArray(value) && (typeName(value) === '[]string' || value.every((item) => typeof item === 'string'))
  }
}

/** A template action as messages show it. */
export function templateText({ name, pipe }: TemplateNode): string {
  return `{{template ${quoted(name)}${pipe === undefined ? '' : ` ${nodeText(pipe)}`}}}`
}

/** A value as Go's `reflect.Value` names itself. */
export function reflectedText(value: GoValue): string {
  if (isNil(value)) return '<invalid Value>'
  return typeof value === 'string' ? value : `<${typeName(value)} Value>`
}
