// What those need who make or read objects and nothing else of the engine.
export { matchesGlob } from './glob.ts'
export { isKubernetesObject, isRecord } from './kubernetes-object.ts'
export type { KubernetesObject } from './kubernetes-object.ts'
