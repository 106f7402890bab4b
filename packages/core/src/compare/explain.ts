// Why a resource is out of sync, as data: what differs, who wrote it, and which rules pass over what.
import { isEqual } from '../diff/equal.ts'
import { diffObjects } from '../diff/diff.ts'
import type { DiffSettings } from '../diff/diff.ts'
import { fieldOwners } from '../diff/field-owner.ts'
import type { FieldOwner } from '../diff/field-owner.ts'
import { createIgnoreRules } from '../diff/ignore.ts'
import { lastAppliedAnnotation } from '../diff/predict.ts'
import type { Health } from '../health/health.ts'
import type { IgnoreDifference } from '../model/application.ts'
import type { SyncStatusCode } from '../model/application-status.ts'
import { valueAt } from '../model/kubernetes-object.ts'
import type { KubernetesObject } from '../model/kubernetes-object.ts'
import type { ManifestOrigin } from '../model/manifest.ts'
import type { ResourceId } from '../model/resource-id.ts'
import type { ComparedResource } from './compare.ts'

/** One field that differs. Values of Secrets are left out. */
export interface ExplainedDifference {
  readonly path: readonly (string | number)[]
  /** What will live after a sync; undefined for a field that goes away. */
  readonly desired: unknown
  readonly live: unknown
  /** What client-side apply wrote last, where it did. */
  readonly lastApplied?: unknown
  /** Who wrote the live value, the latest first. */
  readonly owners: readonly FieldOwner[]
  /** The rule of `ignoreDifferences` that passes over it: then it does not make the resource out of sync. */
  readonly ignoredBy?: IgnoreDifference
}

/** Why a resource stands as it does. */
export interface Explanation {
  readonly id: ResourceId
  readonly status: SyncStatusCode | undefined
  /** In one sentence. */
  readonly reason: string
  readonly origin?: ManifestOrigin
  readonly health?: Health
  readonly wave: number
  readonly differences: readonly ExplainedDifference[]
  /** Rules of the application that pass over nothing of this resource. */
  readonly unusedRules: readonly IgnoreDifference[]
}

/**
 * @param rules `spec.ignoreDifferences` and those of the installation
 * @param settings of the comparison; their own rules are not asked
 */
export function explainResource(resource: ComparedResource, rules: readonly IgnoreDifference[], settings: Omit<DiffSettings, 'ignore'>): Explanation {
  const { id, status, desired, live, origin, health, wave } = resource
  const differences = desired === undefined || live === undefined ? [] : explained(desired, live, rules, settings)
  const used = new Set(differences.map(({ ignoredBy }) => ignoredBy))
  return {
    id,
    status,
    reason: reasonOf(resource, differences),
    wave,
    differences,
    unusedRules: rules.filter((rule) => !used.has(rule)),
    ...(origin === undefined ? {} : { origin }),
    ...(health === undefined ? {} : { health }),
  }
}

function reasonOf(resource: ComparedResource, differences: readonly ExplainedDifference[]): string {
  if (resource.isHook) return 'it is a hook: it runs at a sync and is not compared'
  if (resource.live === undefined) return 'it is in git and not in the cluster'
  if (resource.desired === undefined)
    return resource.requiresPruning ? 'it is in the cluster and no longer in git: a sync that prunes deletes it' : 'it is in the cluster and not in git'
  const real = differences.filter(({ ignoredBy }) => ignoredBy === undefined).length
  const ignored = differences.length - real
  if (real > 0) return `${real === 1 ? 'one field differs' : `${real} fields differ`}${ignored > 0 ? `, ${ignored} more by rules that pass over them` : ''}`
  return ignored > 0 ? `nothing differs but what rules pass over (${ignored})` : 'nothing differs'
}

function explained(
  desired: KubernetesObject,
  live: KubernetesObject,
  rules: readonly IgnoreDifference[],
  settings: Omit<DiffSettings, 'ignore'>,
): ExplainedDifference[] {
  const all = diffObjects(desired, live, settings).differences
  const left = new Set(diffObjects(desired, live, { ...settings, ignore: createIgnoreRules(rules) }).differences.map(({ path }) => JSON.stringify(path)))
  // Each rule alone tells what it passes over.
  const byRule = rules.map((rule) => ({
    rule,
    left: new Set(diffObjects(desired, live, { ...settings, ignore: createIgnoreRules([rule]) }).differences.map(({ path }) => JSON.stringify(path))),
  }))
  const isSecret = live.kind === 'Secret' && live.apiVersion === 'v1'
  const lastApplied = parsed(live.metadata.annotations?.[lastAppliedAnnotation])
  return all.map(({ path, from, to }) => {
    const key = JSON.stringify(path)
    const ignoredBy = left.has(key) ? undefined : byRule.find((entry) => !entry.left.has(key))?.rule
    const applied: unknown = lastApplied === undefined ? undefined : path.reduce<unknown>((value, step) => valueAt(value, String(step)), lastApplied)
    const isMasked = isSecret && (path[0] === 'data' || path[0] === 'stringData')
    const masked = (value: unknown): unknown => (isMasked && value !== undefined ? '(masked)' : value)
    return {
      path,
      desired: masked(to),
      live: isMasked && isEqual(from, to) ? masked(to) : masked(from),
      owners: fieldOwners(live, path),
      ...(applied === undefined ? {} : { lastApplied: masked(applied) }),
      ...(ignoredBy === undefined ? {} : { ignoredBy }),
    }
  })
}

function parsed(text: string | undefined): unknown {
  try {
    return text === undefined ? undefined : (JSON.parse(text) as unknown)
  } catch {
    return undefined
  }
}
