// Hooks: objects that run at a phase of a sync. Follows argo-cd `gitops-engine/pkg/sync/hook` and `.../hook/helm`.
import type { HookType, SyncPhase } from '../model/application-status.ts'
import { annotationOf } from '../model/kubernetes-object.ts'
import type { KubernetesObject } from '../model/kubernetes-object.ts'

export const hookFinalizer = 'argocd.argoproj.io/hook-finalizer'

/** When a hook object is deleted. */
export type HookDeletePolicy = 'BeforeHookCreation' | 'HookSucceeded' | 'HookFailed'

const argoHooks: readonly string[] = ['PreSync', 'Sync', 'PostSync', 'SyncFail', 'Skip', 'PreDelete', 'PostDelete']
const helmHooks: Readonly<Record<string, HookType>> = {
  'pre-install': 'PreSync',
  'pre-upgrade': 'PreSync',
  'post-install': 'PostSync',
  'post-upgrade': 'PostSync',
  'pre-delete': 'PreDelete',
  'post-delete': 'PostDelete',
}
const helmPolicies: Readonly<Record<string, HookDeletePolicy>> = {
  'before-hook-creation': 'BeforeHookCreation',
  'hook-succeeded': 'HookSucceeded',
  'hook-failed': 'HookFailed',
}
const policies: readonly string[] = ['BeforeHookCreation', 'HookSucceeded', 'HookFailed']

function listOf(text: string | undefined): string[] {
  return (text ?? '')
    .split(',')
    .map((entry) => entry.trim())
    .filter((entry) => entry !== '')
}

/** Hook types of an object as they are written, Argo CD's annotation first; empty for ordinary objects and for hooks that map to nothing. */
export function hookTypesOf(object: KubernetesObject): readonly HookType[] {
  const own = listOf(annotationOf(object, 'argocd.argoproj.io/hook')).filter((entry): entry is HookType => argoHooks.includes(entry))
  if (own.length > 0) return own
  const mapped = listOf(annotationOf(object, 'helm.sh/hook')).flatMap((entry) => helmHooks[entry] ?? [])
  return mapped
}

/** Whether the object is meant as a hook, also one of no type or an unknown one: that is in no phase, and never applied. Helm's `crd-install` is an ordinary object. */
export function isHook(object: KubernetesObject): boolean {
  const own = annotationOf(object, 'argocd.argoproj.io/hook')
  if (own !== undefined) return own !== 'Skip'
  const helm = listOf(annotationOf(object, 'helm.sh/hook'))
  return helm.length > 0 && !helm.includes('crd-install')
}

/** Whether the object asks not to be applied: `Skip` as the only hook type. */
export function isSkipped(object: KubernetesObject): boolean {
  const types = hookTypesOf(object)
  return types.length > 0 && types.every((type) => type === 'Skip')
}

/** Phases of a sync at which the hook runs. */
export function hookPhasesOf(object: KubernetesObject): readonly SyncPhase[] {
  return [...new Set(hookTypesOf(object))].filter(
    (type): type is SyncPhase => type === 'PreSync' || type === 'Sync' || type === 'PostSync' || type === 'SyncFail',
  )
}

/** Delete policies of both annotations; none known means BeforeHookCreation. */
export function deletePoliciesOf(object: KubernetesObject): readonly HookDeletePolicy[] {
  const own = listOf(annotationOf(object, 'argocd.argoproj.io/hook-delete-policy')).filter((entry): entry is HookDeletePolicy => policies.includes(entry))
  const helm = listOf(annotationOf(object, 'helm.sh/hook-delete-policy')).flatMap((entry) => helmPolicies[entry] ?? [])
  const all = [...new Set([...own, ...helm])]
  return all.length === 0 ? ['BeforeHookCreation'] : all
}
