// Members without a value (`key:` and nothing behind it). They are written as null, but a strategic merge drops them where it keeps a null that is written out.
// Follows kustomize v5.7 `kyaml/yaml/merge2`.

type JsonMap = Record<string, unknown>

const missing = new WeakMap<JsonMap, Set<string>>()

export function noteMissing(map: JsonMap, name: string): void {
  const known = missing.get(map)
  if (known === undefined) missing.set(map, new Set([name]))
  else known.add(name)
}

export function isMissing(map: JsonMap, name: string): boolean {
  return missing.get(map)?.has(name) === true && map[name] === null
}

/** A copy lacks what the original lacks. */
export function keepMissing(copy: JsonMap, original: JsonMap): void {
  const known = missing.get(original)
  if (known !== undefined) missing.set(copy, known)
}
