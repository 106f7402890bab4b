// When a project lets its applications sync. Follows argo-cd `pkg/apis/application/v1alpha1/types.go` (SyncWindows).
import { printed } from '@plumbline/schema'
import type { Application } from './application.ts'
import { localTime, nextAfter, parseSchedule } from './cron.ts'
import { matchesGlob } from './glob.ts'
import { isRecord, valueAt } from './kubernetes-object.ts'
import type { KubernetesObject } from './kubernetes-object.ts'
import { inCluster } from './parse-application.ts'

/** The answer, and until when it holds. */
export interface SyncPermission {
  readonly isPermitted: boolean
  /** Why not, in words. */
  readonly reason?: string
  /** Epoch ms of the next opening or closing of a window; undefined where there is none. */
  readonly changesAt?: number
}

interface Window {
  readonly isDeny: boolean
  readonly allowsManual: boolean
  readonly isActive: boolean
  readonly changesAt: number | undefined
  readonly schedule: string
}

/** Whether an application may sync now. @param isManual a person asked for it @param now epoch ms */
export function syncPermission(project: KubernetesObject | undefined, application: Application, isManual: boolean, now: number): SyncPermission {
  const declared = project === undefined ? undefined : valueAt(project, 'spec', 'syncWindows')
  const windows = (Array.isArray(declared) ? declared : []).flatMap((window: unknown) =>
    isRecord(window) && concerns(window, application) ? (windowOf(window, now) ?? []) : [],
  )
  if (windows.length === 0) return { isPermitted: true }
  const changes = windows.map(({ changesAt }) => changesAt).filter((time) => time !== undefined)
  const until = changes.length === 0 ? {} : { changesAt: Math.min(...changes) }
  const answer = (isPermitted: boolean, reason: string): SyncPermission => (isPermitted ? { isPermitted, ...until } : { isPermitted, reason, ...until })
  const denying = windows.filter(({ isDeny, isActive }) => isDeny && isActive)
  if (denying.length > 0) {
    const shown = denying.map(({ schedule }) => JSON.stringify(schedule)).join(', ')
    return answer(isManual && denying.every(({ allowsManual }) => allowsManual), `a deny window of the project is open: ${shown}`)
  }
  const allowing = windows.filter(({ isDeny }) => !isDeny)
  if (allowing.length === 0 || allowing.some(({ isActive }) => isActive)) return answer(true, '')
  return answer(isManual && allowing.every(({ allowsManual }) => allowsManual), 'no allow window of the project is open')
}

/** Names, namespaces and clusters by globs: one that matches is enough, unless all are to. Lists that are empty say nothing. */
function concerns(window: Record<string, unknown>, { metadata, spec }: Application): boolean {
  const { destination } = spec
  const servers = [destination.server ?? (destination.name === undefined ? inCluster.server : ''), destination.name ?? ''].filter((text) => text !== '')
  const subjects: Readonly<Record<string, readonly string[]>> = {
    applications: [metadata.name ?? ''],
    clusters: servers,
    namespaces: [destination.namespace ?? ''],
  }
  const matches = Object.entries(subjects).flatMap(([name, values]) => {
    const globs = window[name]
    return Array.isArray(globs) && globs.length > 0 ? [globs.some((glob) => values.some((value) => matchesGlob(printed(glob), value)))] : []
  })
  return window['andOperator'] === true ? matches.length > 0 && matches.every((isMatch) => isMatch) : matches.includes(true)
}

/** Undefined for a window whose schedule, duration or zone cannot be read: it opens never, as in Argo CD, which refuses it when it is written. */
function windowOf(window: Record<string, unknown>, now: number): Window | undefined {
  const [text, durationText, zone] = [window['schedule'], window['duration'], window['timeZone']]
  const duration = durationMs(printed(durationText ?? ''))
  if (typeof text !== 'string' || duration === undefined) return undefined
  try {
    const schedule = parseSchedule(text)
    const local = localTime(typeof zone === 'string' && zone !== '' ? zone : 'UTC')
    const opened = nextAfter(schedule, local, now - duration)
    const isActive = opened !== undefined && opened <= now
    const next = nextAfter(schedule, local, now)
    const changesAt = isActive ? opened + duration : next
    return { isDeny: window['kind'] === 'deny', allowsManual: window['manualSync'] === true, isActive, changesAt, schedule: text }
  } catch {
    return undefined
  }
}

const unitMs: Readonly<Record<string, number>> = { ms: 1, s: 1000, m: 60_000, h: 3_600_000 }

function durationMs(text: string): number | undefined {
  if (!/^(?:\d+(?:\.\d+)?(?:ms|[smh]))+$/.test(text)) return undefined
  return [...text.matchAll(/(\d+(?:\.\d+)?)(ms|[smh])/g)].reduce((sum, [, amount, unit]) => sum + Number(amount) * (unitMs[unit ?? ''] ?? 0), 0)
}
