// Types, lengths, equality, and what comes from outside.
import { toText } from '../manifest.ts'
import { booleanOf, equals, plus, textOf } from '../operators.ts'
import { lineOf } from '../source.ts'
import { quoted } from '../text.ts'
import { ArrayValue, FunctionValue, ObjectValue, typeOf } from '../values.ts'
import type { Value } from '../values.ts'
import { binaryDefinition, lengthOf, unaryDefinition } from './definition.ts'
import type { Definition } from './definition.ts'

const types = ['String', 'Number', 'Boolean', 'Object', 'Array', 'Function']

export const typeDefinitions: readonly Definition[] = [
  ...types.map((type) => unaryDefinition(`is${type}`, 'v', (_, value) => typeOf(value) === type.toLowerCase())),
  unaryDefinition('id', 'x', (_, value) => value),
  unaryDefinition('type', 'x', (_, value) => typeOf(value)),
  unaryDefinition('length', 'x', lengthOf),
  unaryDefinition('toString', 'a', toText),
  unaryDefinition('native', 'x', (run, name) => {
    textOf(run, name)
    return null
  }),
  binaryDefinition('equals', ['x', 'y'], equals),
  binaryDefinition('primitiveEquals', ['x', 'y'], (run, a, b) => {
    if (typeOf(a) !== typeOf(b)) return false
    if (a instanceof FunctionValue) throw run.error('Cannot test equality of functions')
    if (a instanceof ArrayValue || a instanceof ObjectValue) throw run.error(`primitiveEquals operates on primitive types, got ${typeOf(a)}`)
    return a === b
  }),
  binaryDefinition('assertEqual', ['a', 'b'], (run, a, b) => {
    if (equals(run, a, b)) return true
    const shown = (value: Value): Value => (typeof value === 'string' ? quoted(value) : value)
    throw run.error(toText(run, plus(run, plus(run, plus(run, 'Assertion failed. ', shown(a)), ' != '), shown(b))))
  }),
  binaryDefinition('xor', ['x', 'y'], (run, a, b) => booleanOf(run, a) !== booleanOf(run, b)),
  binaryDefinition('xnor', ['x', 'y'], (run, a, b) => booleanOf(run, a) === booleanOf(run, b)),
  binaryDefinition('trace', ['str', 'rest'], (run, message, rest) => {
    const { span } = run.current
    run.traces.push(`TRACE: ${span === undefined ? '' : `${span.source.name}:${lineOf(span)}`} ${textOf(run, message)}`)
    return rest
  }),
]
