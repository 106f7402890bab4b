// Health of one object, and of an application from its objects.
// Follows argo-cd `gitops-engine/pkg/health/health.go` and `controller/health.go`.
import type { HealthStatus, HealthStatusCode } from '../model/application-status.ts'
import { annotationOf } from '../model/kubernetes-object.ts'
import type { KubernetesObject } from '../model/kubernetes-object.ts'
import { groupOf } from '../model/resource-id.ts'
import { hookFinalizer } from '../plan/hooks.ts'

/** Health without a time. */
export interface Health {
  readonly status: HealthStatusCode
  readonly message?: string
}

/** Checks one kind. Pure; `undefined` means that the kind says nothing about its health. */
export interface HealthCheck {
  /** A group, or `*.` before the end of several; a kind `*` is every kind of them. A check of the kind itself comes first. */
  readonly group: string
  readonly kind: string
  check(object: KubernetesObject): Health | undefined
}

const ranks: readonly HealthStatusCode[] = ['Healthy', 'Suspended', 'Progressing', 'Missing', 'Degraded', 'Unknown']

export const healthy = (message?: string): Health => withMessage('Healthy', message)
export const progressing = (message?: string): Health => withMessage('Progressing', message)
export const degraded = (message?: string): Health => withMessage('Degraded', message)
export const suspended = (message?: string): Health => withMessage('Suspended', message)
export const unknownHealth = (message?: string): Health => withMessage('Unknown', message)

function withMessage(status: HealthStatusCode, message: string | undefined): Health {
  return message === undefined || message === '' ? { status } : { status, message }
}

/** Whether `a` is worse than `b`. */
export function isWorse(a: HealthStatusCode, b: HealthStatusCode): boolean {
  return ranks.indexOf(a) > ranks.indexOf(b)
}

/** Describe a health check; identity, for inference and discovery. */
export function defineHealthCheck(group: string, kind: string, check: (object: KubernetesObject) => Health | undefined): HealthCheck {
  return { group, kind, check }
}

/** A registry of checks, later ones win. */
export type HealthRegistry = (object: KubernetesObject) => Health | undefined

/** Combine checks into a function from object to health. An object being deleted is Progressing whatever its kind. */
export function createHealthRegistry(checks: readonly HealthCheck[]): HealthRegistry {
  const byKind = new Map(checks.map((check) => [`${check.group}/${check.kind}`, check]))
  const families = checks.filter(({ group, kind }) => group.startsWith('*.') || kind === '*').toReversed()
  const familyOf = (group: string, kind: string): HealthCheck | undefined =>
    families.find(
      (family) =>
        (family.kind === '*' || family.kind === kind) &&
        (family.group.startsWith('*.') ? group.endsWith(family.group.slice(1)) : family.group === group || family.group === '*'),
    )
  return (object) => {
    if (object.metadata.deletionTimestamp !== undefined && !(object.metadata.finalizers ?? []).includes(hookFinalizer)) return progressing('Pending deletion')
    const group = groupOf(object.apiVersion)
    return (byKind.get(`${group}/${object.kind}`) ?? familyOf(group, object.kind))?.check(object)
  }
}

/** One object that counts for an application's health. */
export interface HealthContribution {
  readonly id: { readonly group: string; readonly kind: string; readonly namespace: string; readonly name: string }
  readonly live: KubernetesObject | undefined
  readonly health: Health | undefined
}

const causesShown = 3

/**
 * Worst health of an application's direct resources. Missing objects do not count unless all are missing.
 * @param contributions direct resources, without hooks
 */
export function aggregateHealth(contributions: readonly HealthContribution[]): Omit<HealthStatus, 'lastTransitionTime'> {
  if (contributions.length > 0 && contributions.every(({ live }) => live === undefined)) return { status: 'Missing' }
  let worst: HealthStatusCode = 'Healthy'
  let causes: string[] = []
  for (const { id, live, health } of contributions) {
    if (live === undefined || health === undefined || annotationOf(live, 'argocd.argoproj.io/ignore-healthcheck') === 'true') continue
    if (isWorse(health.status, worst)) {
      worst = health.status
      causes = []
    }
    if (health.status === worst && worst !== 'Healthy')
      causes.push(`${id.group === '' ? '' : `${id.group}/`}${id.kind}:${id.namespace === '' ? '' : `${id.namespace}/`}${id.name}`)
  }
  if (causes.length === 0) return { status: worst }
  const more = causes.length > causesShown ? ` and ${causes.length - causesShown} more` : ''
  return { status: worst, message: `Caused by ${causes.slice(0, causesShown).join(', ')}${more}` }
}
