// jq without I/O, bounded in steps and time.
export { compileJq, compileJqDelete } from './run-jq.ts'
export type { JqProgram } from './run-jq.ts'
export { defaultLimits } from './evaluate.ts'
export type { JqLimits } from './evaluate.ts'
export { JqSyntaxError } from './lexer.ts'
export { JqError, JqLimitError } from './values.ts'
