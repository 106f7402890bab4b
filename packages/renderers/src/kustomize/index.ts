// Kustomize alone: nothing of Helm is loaded.
export { buildKustomization, formatBuild } from './build.ts'
export type { BuildLimits, BuildOptions } from './build.ts'
export type { ChartInflater } from './builtin-generators.ts'
export { KustomizeError } from './errors.ts'
export type { KustomizeErrorCode } from './errors.ts'
export type { SortOrder } from './sort-order.ts'
