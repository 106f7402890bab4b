// Cheap reads of untyped objects for health checks.
import { isRecord, valueAt } from '../model/kubernetes-object.ts'
import type { KubernetesObject } from '../model/kubernetes-object.ts'

/** A number at a path; `missing` (default 0, Go's zero value) when there is none. */
export function numberAt(object: unknown, ...path: readonly (string | number)[]): number {
  const value = valueAt(object, ...path)
  return typeof value === 'number' ? value : 0
}

/** A text at a path, or ''. */
export function textAt(object: unknown, ...path: readonly (string | number)[]): string {
  const value = valueAt(object, ...path)
  return typeof value === 'string' ? value : ''
}

/** The maps of a list at a path; empty when there is none. */
export function recordsAt(object: unknown, ...path: readonly (string | number)[]): readonly Record<string, unknown>[] {
  const value = valueAt(object, ...path)
  return Array.isArray(value) ? value.filter(isRecord) : []
}

/** The first condition of a type in `status.conditions`. */
export function conditionOf(object: KubernetesObject, type: string): Record<string, unknown> | undefined {
  return recordsAt(object, 'status', 'conditions').find((condition) => condition['type'] === type)
}

/** Whether the controller has not yet seen the current spec. */
export function isGenerationBehind(object: KubernetesObject): boolean {
  return (object.metadata.generation ?? 0) > numberAt(object, 'status', 'observedGeneration')
}
