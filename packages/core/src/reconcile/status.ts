// The status that a comparison leads to, in Argo CD's fields. Pure.
import { linksOf } from '../compare/external-urls.ts'
import { resourceStatusesOf } from '../compare/compare.ts'
import type { Comparison } from '../compare/compare.ts'
import { hasMultipleSources, sourcesOf } from '../model/application.ts'
import type { Application } from '../model/application.ts'
import type { ApplicationStatus, ComparedTo, Condition, HealthStatus } from '../model/application-status.ts'
import { compareTexts } from '../model/resource-id.ts'

/** What a refresh found out. */
export interface RefreshOutcome {
  readonly comparison: Comparison | undefined
  /** One a source; empty when none could be resolved. */
  readonly revisions: readonly string[]
  readonly sourceTypes: readonly string[]
  readonly conditions: readonly Omit<Condition, 'lastTransitionTime'>[]
}

/** Condition types that a refresh decides; others stay as they are. */
const evaluated: readonly string[] = [
  'InvalidSpecError',
  'ComparisonError',
  'SyncError',
  'UnknownError',
  'SharedResourceWarning',
  'RepeatedResourceWarning',
  'ExcludedResourceWarning',
  'OrphanedResourceWarning',
]

/** The next status. `now` is RFC 3339. Operation and history are not touched. */
export function nextStatus(application: Application, outcome: RefreshOutcome, now: string, controllerNamespace: string): ApplicationStatus {
  const { spec, status: before = {} } = application
  const isMultiple = hasMultipleSources(spec)
  if (outcome.comparison === undefined) return invalidStatus(before, outcome, now)
  const targets = sourcesOf(spec).map((source) => source.targetRevision ?? '')
  const revisions = outcome.revisions.length > 0 ? outcome.revisions : targets
  const comparison = outcome.comparison
  const health = healthOf(before.health, comparison.health, now)
  const { resources: _resources, conditions: _conditions, sync: _sync, sourceType: _type, sourceTypes: _types, summary: _summary, ...kept } = before
  const resources = resourceStatusesOf(comparison)
  const conditions = conditionsOf(before.conditions ?? [], outcome.conditions, now)
  const hasTypes = outcome.sourceTypes.length > 0
  const summary = summaryOf(application, comparison)
  return {
    ...kept,
    ...(conditions.length === 0 ? {} : { conditions }),
    controllerNamespace,
    health,
    reconciledAt: now,
    resourceHealthSource: 'appTree',
    ...(resources.length === 0 ? {} : { resources }),
    ...(hasTypes ? (isMultiple ? { sourceTypes: outcome.sourceTypes } : { sourceType: outcome.sourceTypes[0] ?? '' }) : {}),
    ...(summary === undefined ? {} : { summary }),
    sync: {
      comparedTo: comparedToOf(application),
      ...(isMultiple ? { revisions } : revisions[0] === undefined || revisions[0] === '' ? {} : { revision: revisions[0] }),
      status: comparison.status,
    },
  }
}

/** A spec that is wrong is not compared: what was known of the last comparison stays, and counts for nothing. */
function invalidStatus(before: ApplicationStatus, outcome: RefreshOutcome, now: string): ApplicationStatus {
  const { conditions: _conditions, ...kept } = before
  const conditions = conditionsOf(before.conditions ?? [], outcome.conditions, now)
  return {
    ...kept,
    ...(conditions.length === 0 ? {} : { conditions }),
    health: healthOf(before.health, { status: 'Unknown' }, now),
    sync: { ...before.sync, status: 'Unknown' },
  }
}

/** What is compared, to be held against the spec later. */
export function comparedToOf({ spec }: Application): ComparedTo {
  return {
    destination: spec.destination,
    ...(hasMultipleSources(spec) ? { sources: spec.sources ?? [] } : spec.source === undefined ? {} : { source: spec.source }),
    ...(spec.ignoreDifferences === undefined ? {} : { ignoreDifferences: spec.ignoreDifferences }),
  }
}

/** Times move only when the status does. */
function healthOf(before: HealthStatus | undefined, health: Omit<HealthStatus, 'lastTransitionTime'>, now: string): HealthStatus {
  const lastTransitionTime = before?.status === health.status && before.lastTransitionTime !== undefined ? before.lastTransitionTime : now
  return { lastTransitionTime, ...(health.message === undefined ? {} : { message: health.message }), status: health.status }
}

/** Conditions sorted by type, then message; an unchanged one keeps its time. */
export function conditionsOf(before: readonly Condition[], found: readonly Omit<Condition, 'lastTransitionTime'>[], now: string): Condition[] {
  const kept = before.filter(({ type }) => !evaluated.includes(type))
  const next = found.map(({ type, message }) => ({
    lastTransitionTime: before.find((condition) => condition.type === type && condition.message === message)?.lastTransitionTime ?? now,
    message,
    type,
  }))
  return [...kept, ...next].toSorted((a, b) => compareTexts(a.type, b.type) || compareTexts(a.message, b.message))
}

function summaryOf(application: Application, { images, externalURLs: found, isAppOfApps }: Comparison): ApplicationStatus['summary'] | undefined {
  const externalURLs = [...new Set([...found, ...linksOf(application)])].toSorted()
  if (images.length === 0 && externalURLs.length === 0 && !isAppOfApps) return undefined
  return {
    ...(externalURLs.length === 0 ? {} : { externalURLs }),
    ...(images.length === 0 ? {} : { images }),
    ...(isAppOfApps ? { isAppOfApps } : {}),
  }
}
