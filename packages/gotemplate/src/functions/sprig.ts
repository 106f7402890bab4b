// All of Sprig.
import type { FunctionMap } from '../functions.ts'
import { cryptoFunctions } from './crypto.ts'
import { dateFunctions } from './dates.ts'
import { defaultFunctions } from './defaults.ts'
import { dictFunctions } from './dicts.ts'
import { encodingFunctions } from './encoding.ts'
import { listFunctions } from './lists.ts'
import { mathFunctions } from './math.ts'
import { pathFunctions } from './paths.ts'
import type { SprigPorts } from './ports.ts'
import { randomFunctions } from './random.ts'
import { reflectionFunctions } from './reflection.ts'
import { regexFunctions } from './regexes.ts'
import { semverFunctions } from './semver.ts'
import { stringFunctions } from './strings.ts'
import { urlFunctions } from './urls.ts'

/** The functions of Sprig, but those that read the environment of the process. */
export function sprigFunctions(ports: SprigPorts): FunctionMap {
  return {
    ...stringFunctions,
    ...listFunctions,
    ...dictFunctions,
    ...defaultFunctions,
    ...mathFunctions,
    ...encodingFunctions,
    ...regexFunctions,
    ...semverFunctions,
    ...urlFunctions,
    ...pathFunctions,
    ...reflectionFunctions,
    ...dateFunctions(ports),
    ...randomFunctions(ports),
    ...cryptoFunctions(ports),
  }
}
