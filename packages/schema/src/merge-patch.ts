// JSON merge patch: https://www.rfc-editor.org/rfc/rfc7386
import { copyMap, isMap, setMember } from './values.ts'

/** The document after the patch; neither is changed. */
export function applyMergePatch(document: unknown, patch: unknown): unknown {
  if (!isMap(patch)) return patch
  const result = isMap(document) ? copyMap(document) : {}
  for (const name of Object.keys(patch)) {
    const value = patch[name]
    if (value === null) delete result[name]
    else setMember(result, name, applyMergePatch(Object.hasOwn(result, name) ? result[name] : undefined, value))
  }
  return result
}
