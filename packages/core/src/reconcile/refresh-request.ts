// Why and how thoroughly an application is looked at again.
import { isNamespaceOutdated } from './namespace-metadata.ts'
import type { Application } from '../model/application.ts'
import { isEqual } from '../diff/equal.ts'
import { annotationOf } from '../model/kubernetes-object.ts'
import { comparedToOf } from './status.ts'

export const refreshAnnotation = 'argocd.argoproj.io/refresh'
export const skipReconcileAnnotation = 'argocd.argoproj.io/skip-reconcile'

/**
 * How thoroughly: `recent` reuses the last revisions, `latest` resolves them (an answer of the last seconds will do), `force` asks the remote,
 * `hard` also renders again.
 */
export type RefreshLevel = 'recent' | 'latest' | 'force' | 'hard'

const levels: readonly RefreshLevel[] = ['recent', 'latest', 'force', 'hard']

/** Merged requests for one application. */
export interface RefreshRequest {
  readonly level: RefreshLevel
  readonly reason: string
  /** When it was asked for, where that counts: what the remote said before is no answer to it. */
  readonly at?: number
}

/** The more thorough of two requests. */
export function mergeRequests(a: RefreshRequest, b: RefreshRequest): RefreshRequest {
  const thorough = levels.indexOf(b.level) > levels.indexOf(a.level) ? b : a
  const at = Math.max(a.at ?? 0, b.at ?? 0)
  return at === 0 ? thorough : { ...thorough, at }
}

/** What the Application itself asks for: an annotation, or a spec that has moved since it was last compared. */
export function requestOf(application: Application): RefreshRequest | undefined {
  const annotation = annotationOf(application, refreshAnnotation)
  if (annotation !== undefined) return { level: annotation === 'hard' ? 'hard' : 'force', reason: `${annotation} refresh requested` }
  const before = application.status?.sync?.comparedTo
  if (before === undefined) return { level: 'force', reason: 'it was not compared before' }
  const now = comparedToOf(application)
  if (!isEqual(before.source ?? {}, now.source ?? {}) || !isEqual(before.sources ?? [], now.sources ?? []))
    return { level: 'force', reason: 'spec.source differs' }
  if (!isEqual(before.destination, now.destination)) return { level: 'latest', reason: 'spec.destination differs' }
  if (!isEqual(before.ignoreDifferences ?? [], now.ignoreDifferences ?? [])) return { level: 'latest', reason: 'spec.ignoreDifferences differs' }
  // Once it is found out of sync, a sync alone can change that.
  if (application.status?.sync?.status === 'Synced' && isNamespaceOutdated(application))
    return { level: 'latest', reason: 'spec.syncPolicy.managedNamespaceMetadata differs' }
  return undefined
}

/** Whether the application is to be left alone. */
export function isSkipped(application: Application): boolean {
  return annotationOf(application, skipReconcileAnnotation) === 'true'
}
