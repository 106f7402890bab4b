// From values to JSON, forcing all of them. Follows go-jsonnet v0.21 `interpreter.go` (manifestJSON).
import { formatJsonLine, setMember } from './json-text.ts'
import type { Json } from './json-text.ts'
import { checkAsserts, fieldNames, fieldOf, objectOf } from './objects.ts'
import { nowhere } from './run.ts'
import type { Place, Run } from './run.ts'
import { ArrayValue, arrayOf, FunctionValue, ObjectValue } from './values.ts'
import type { Value } from './values.ts'

/** The JSON of a value. @throws {JsonnetRuntimeError} for functions, and for what fails inside */
export function toJson(run: Run, value: Value): Json {
  const depth = run.enter()
  run.current = nowhere
  const json = value instanceof ArrayValue ? arrayToJson(run, value) : value instanceof ObjectValue ? objectToJson(run, value) : value
  if (json instanceof FunctionValue) throw run.error("couldn't manifest function as JSON")
  run.leave(depth)
  return json
}

function arrayToJson(run: Run, { elements }: ArrayValue): Json[] {
  const result: Json[] = []
  for (const [index, element] of elements.entries()) {
    run.current = { part: index }
    result.push(toJson(run, run.force(element)))
  }
  return result
}

const checking: Place = { words: 'Checking object assertions' }

function objectToJson(run: Run, object: ObjectValue): { [member: string]: Json } {
  run.current = checking
  checkAsserts(run, object)
  const result: Record<string, Json> = {}
  for (const name of fieldNames(object)) {
    run.current = { part: name }
    setMember(result, name, toJson(run, fieldOf(run, object, name)))
  }
  return result
}

/** A value as text: texts as they are, all else as JSON in one line. @throws {JsonnetRuntimeError} */
export function toText(run: Run, value: Value): string {
  if (typeof value === 'string') return value
  if (value === null || typeof value === 'boolean') return String(value)
  const caller = run.current
  const text = formatJsonLine(toJson(run, value))
  run.current = caller
  run.text(text.length)
  return text
}

/** A value of JSON, all fields shown. */
export function fromJson(run: Run, json: Json): Value {
  if (json === null || typeof json !== 'object') return json
  run.step()
  if (Array.isArray(json)) return arrayOf((json as readonly Json[]).map((item) => fromJson(run, item)))
  return objectOf(
    Object.entries(json).map(([name, member]): [string, () => Value] => {
      const value = fromJson(run, member)
      return [name, () => value]
    }),
  )
}
