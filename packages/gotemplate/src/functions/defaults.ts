// Values that stand in for empty ones.
import { fn } from '../functions.ts'
import type { FunctionMap } from '../functions.ts'
import { isTrue } from '../values.ts'

export const defaultFunctions: FunctionMap = {
  default: fn('any any...', ([fallback, ...given]) => (given.length > 0 && isTrue(given[0]) ? given[0] : fallback)),
  empty: fn('any', ([value]) => !isTrue(value)),
  coalesce: fn('any...', (args) => args.find(isTrue)),
  ternary: fn('any any bool', ([yes, no, which]) => (which === true ? yes : no)),
}
