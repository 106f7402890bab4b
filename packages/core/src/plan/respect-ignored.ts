// `RespectIgnoreDifferences=true`: what a comparison passes over is not written either, so that whoever else sets it keeps it.
// Follows argo-cd `controller/sync.go` (normalizeTargetResources).
import { applyMergePatch, applyStrategicMergePatch, createThreeWayMergePatch } from '@plumbline/schema'
import type { IgnoreRules } from '../diff/ignore.ts'
import { schemaOfObject } from '../diff/normalize.ts'
import { isRecord } from '../model/kubernetes-object.ts'
import type { KubernetesObject } from '../model/kubernetes-object.ts'

/**
 * The desired object with the ignored fields as they live. Ignored fields that do not live are left out.
 * @returns the very same object when the rules pass over nothing of it
 */
export function withIgnoredAsLive(desired: KubernetesObject, live: KubernetesObject, rules: IgnoreRules): KubernetesObject {
  const bare = rules.strip(desired, live)
  if (bare === desired) return desired
  const schema = schemaOfObject(desired)
  const bareLive = rules.strip(live)
  const wanted = createThreeWayMergePatch(bare, desired, bare, schema)
  const living = createThreeWayMergePatch(bareLive, live, bareLive, schema)
  const patch = common(wanted, living)
  if (!isRecord(patch) || Object.keys(patch).length === 0) return bare
  return (schema === undefined ? applyMergePatch(bare, patch) : applyStrategicMergePatch(bare, patch, schema)) as KubernetesObject
}

/** Members that both patches have, with the values of the second. Elements of lists are those at the same place. */
function common(wanted: unknown, living: unknown): unknown {
  if (Array.isArray(wanted) && Array.isArray(living))
    return wanted
      .slice(0, living.length)
      .map((item: unknown, at) => (isRecord(item) && isRecord(living[at]) ? common(item, living[at]) : (living[at] as unknown)))
  if (!isRecord(wanted) || !isRecord(living)) return living
  return Object.fromEntries(Object.keys(wanted).flatMap((name) => (Object.hasOwn(living, name) ? [[name, common(wanted[name], living[name])]] : [])))
}
