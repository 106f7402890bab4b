// The four patch types, over the functions of @plumbline/schema.
import { applyJsonPatch, applyMergePatch, applyStrategicMergePatch, PatchError, untypedSchema } from '@plumbline/schema'
import type { ResourceType } from './resource-type.ts'
import { badRequest, internalFailure, StatusError, unsupportedMediaType } from './status-errors.ts'
import { isObject } from './types.ts'
import type { KubeObject } from './types.ts'
import { withWrappedIntegers } from './wrapped-integers.ts'

export const jsonPatch = 'application/json-patch+json'
export const mergePatch = 'application/merge-patch+json'
export const strategicPatch = 'application/strategic-merge-patch+json'
export const applyPatch = 'application/apply-patch+yaml'

/** Media types that a resource can be patched with. */
export function patchTypesOf(type: ResourceType): readonly string[] {
  return type.defined === undefined ? [jsonPatch, mergePatch, strategicPatch, applyPatch] : [jsonPatch, mergePatch, applyPatch]
}

/** The object after a patch that is not an apply. @throws {StatusError} */
export function patched(object: KubeObject, patch: unknown, contentType: string, type: ResourceType): unknown {
  switch (contentType) {
    case jsonPatch:
      try {
        return applyJsonPatch(object, patch)
      } catch (error) {
        if (error instanceof PatchError && error.code === 'PATCH_INVALID' && !Array.isArray(patch))
          throw badRequest(
            `error decoding patch: json: cannot unmarshal ${isObject(patch) ? 'object' : typeof patch} into Go value of type []handlers.jsonPatchOp`,
          )
        throw jsonPatchFailed()
      }
    case mergePatch:
      if (!isObject(patch))
        throw badRequest(`json: cannot unmarshal ${Array.isArray(patch) ? 'array' : typeof patch} into Go value of type map[string]interface {}`)
      return applyMergePatch(object, patch)
    case strategicPatch:
      try {
        if (!isObject(patch))
          throw badRequest(`json: cannot unmarshal ${Array.isArray(patch) ? 'array' : typeof patch} into Go value of type map[string]interface {}`)
        return withWrappedIntegers(applyStrategicMergePatch(object, patch, type.schema ?? untypedSchema), type.schema ?? untypedSchema)
      } catch (error) {
        if (error instanceof PatchError) throw internalFailure(error.message)
        throw error
      }
    default:
      throw unsupportedMediaType(patchTypesOf(type))
  }
}

/** Every failure of a JSON patch has this one text. */
function jsonPatchFailed(): StatusError {
  return new StatusError({
    kind: 'Status',
    apiVersion: 'v1',
    metadata: {},
    status: 'Failure',
    message: 'the server rejected our request due to an error in our request',
    reason: 'Invalid',
    details: {},
    code: 422,
  })
}
