// CEL, for whoever writes down checks instead of code.
export { createCelHealth } from './cel-health.ts'
export type { CelHealth, CelHealthRule, CelHealthStatus } from './cel-health.ts'
export { CelError } from './expression.ts'
