// The object that `std` is.
import { layerOf } from '../objects.ts'
import type { Run } from '../run.ts'
import { textOf } from '../operators.ts'
import { ObjectValue } from '../values.ts'
import type { Field, Thunk, Value } from '../values.ts'
import { arrayDefinitions } from './arrays.ts'
import { functionValueOf, unaryDefinition } from './definition.ts'
import type { Definition } from './definition.ts'
import { encodingDefinitions } from './encoding.ts'
import { formatDefinitions } from './format.ts'
import { manifestJsonDefinitions } from './manifest-json.ts'
import { manifestTomlDefinitions } from './manifest-toml.ts'
import { manifestYamlDefinitions } from './manifest-yaml.ts'
import { mathDefinitions, pi } from './math.ts'
import { objectDefinitions } from './objects.ts'
import { parseDefinitions } from './parse.ts'
import type { YamlReader } from './parse.ts'
import { setDefinitions } from './sets.ts'
import { stringDefinitions } from './strings.ts'
import { typeDefinitions } from './types.ts'

/** What the library knows of its surroundings. */
export interface LibraryOptions {
  readonly extVars: ReadonlyMap<string, Thunk>
  readonly readYaml: YamlReader | undefined
}

/** Makes `std` for files: all have the same members but `thisFile`. All members are hidden. */
export function createLibrary(run: Run, { extVars, readYaml }: LibraryOptions): (file: string) => ObjectValue {
  const extVar = unaryDefinition('extVar', 'x', (inner, name) => {
    const variable = extVars.get(textOf(inner, name))
    if (variable === undefined) throw inner.error(`Undefined external variable: ${name as string}`)
    return inner.force(variable)
  })
  const definitions: readonly Definition[] = [
    ...typeDefinitions,
    ...mathDefinitions,
    ...stringDefinitions,
    ...arrayDefinitions,
    ...setDefinitions,
    ...objectDefinitions,
    ...encodingDefinitions,
    ...formatDefinitions,
    ...manifestJsonDefinitions,
    ...manifestYamlDefinitions,
    ...manifestTomlDefinitions,
    ...parseDefinitions(readYaml),
    extVar,
  ]
  const fields = new Map<string, Field>(definitions.map((definition) => [definition.name, constant(functionValueOf(run, definition))]))
  fields.set('pi', constant(pi))
  const base = ObjectValue.of(layerOf(fields))
  return (file) => ObjectValue.merged(base, ObjectValue.of(layerOf(new Map([['thisFile', constant(file)]]))))
}

function constant(value: Value): Field {
  return { visibility: 'hidden', code: () => value }
}
