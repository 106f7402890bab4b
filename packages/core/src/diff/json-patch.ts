// A difference as a JSON patch (RFC 6902), for tools that take one.
import fastJsonPatch from 'fast-json-patch'

/** One operation. */
export interface JsonPatchOperation {
  readonly op: string
  readonly path: string
  readonly value?: unknown
}

/** The operations that turn one document into another. */
export function jsonPatchOf(from: object, to: object): readonly JsonPatchOperation[] {
  return fastJsonPatch
    .compare(from, to)
    .map((operation) => ({ op: operation.op, path: operation.path, ...('value' in operation ? { value: operation.value as unknown } : {}) }))
}
