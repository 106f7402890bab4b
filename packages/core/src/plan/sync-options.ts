// Sync options: `spec.syncPolicy.syncOptions` and the annotation `argocd.argoproj.io/sync-options`, exact texts.
import { annotationOf } from '../model/kubernetes-object.ts'
import type { KubernetesObject } from '../model/kubernetes-object.ts'

/** Options of a resource, from its annotation. */
export function resourceOptionsOf(object: KubernetesObject | undefined): readonly string[] {
  return (annotationOf(object, 'argocd.argoproj.io/sync-options') ?? '')
    .split(',')
    .map((option) => option.trim())
    .filter((option) => option !== '')
}

/** Whether an option is set for a resource, by its annotation or for the whole application. */
export function hasOption(option: string, object: KubernetesObject | undefined, applicationOptions: readonly string[]): boolean {
  return resourceOptionsOf(object).includes(option) || applicationOptions.includes(option)
}

/** Whether the object is applied by server-side apply: the annotation decides before the application, `false` before `true`. */
export function usesServerSideApply(object: KubernetesObject, applicationOptions: readonly string[], isDefault: boolean): boolean {
  const own = resourceOptionsOf(object)
  if (own.includes('ServerSideApply=false')) return false
  if (own.includes('ServerSideApply=true')) return true
  if (applicationOptions.includes('ServerSideApply=false')) return false
  return applicationOptions.includes('ServerSideApply=true') || isDefault
}

/** Propagation of prunes. Default: Foreground. */
export function propagationPolicyOf(applicationOptions: readonly string[]): 'Foreground' | 'Background' | 'Orphan' {
  if (applicationOptions.includes('PrunePropagationPolicy=background')) return 'Background'
  if (applicationOptions.includes('PrunePropagationPolicy=orphan')) return 'Orphan'
  return 'Foreground'
}
