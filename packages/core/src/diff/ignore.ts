// `spec.ignoreDifferences` by JSON pointers. Group and kind may be globs, name and namespace are exact.
import { applyJsonPatch } from '@plumbline/schema'
import type { IgnoreDifference } from '../model/application.ts'
import type { KubernetesObject } from '../model/kubernetes-object.ts'
import { groupOf } from '../model/resource-id.ts'
import { matchesGlob } from '../model/glob.ts'

/** Takes ignored fields out of an object before it is compared. */
export interface IgnoreRules {
  strip(object: KubernetesObject): KubernetesObject
}

/** Rules from an application's spec. A pointer that leads nowhere is passed over. */
export function createIgnoreRules(rules: readonly IgnoreDifference[]): IgnoreRules {
  return {
    strip(object) {
      let stripped: unknown = object
      for (const rule of rules) {
        if (!appliesTo(rule, object)) continue
        for (const path of rule.jsonPointers ?? []) {
          try {
            stripped = applyJsonPatch(stripped, [{ op: 'remove', path }])
          } catch {
            // Nothing is there to ignore.
          }
        }
      }
      return stripped as KubernetesObject
    },
  }
}

function appliesTo(rule: IgnoreDifference, object: KubernetesObject): boolean {
  return (
    matchesGlob(rule.group ?? '', groupOf(object.apiVersion)) &&
    matchesGlob(rule.kind, object.kind) &&
    (rule.name === undefined || rule.name === '' || rule.name === object.metadata.name) &&
    (rule.namespace === undefined || rule.namespace === '' || rule.namespace === object.metadata.namespace)
  )
}
