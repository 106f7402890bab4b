// All containers of a pod with the places where they stand.
import { objectsOf } from '../types.ts'
import type { JsonObject } from '../types.ts'

/** In the order in which the server visits them, kubernetes `pkg/apis/core/pods`. */
export function placedContainers(pod: JsonObject, path: string): readonly (readonly [path: string, container: JsonObject])[] {
  return ['initContainers', 'containers', 'ephemeralContainers'].flatMap((list) =>
    objectsOf(pod[list]).map((container, index) => [`${path}.${list}[${index}]`, container] as const),
  )
}
