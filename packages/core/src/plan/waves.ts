// Sync waves. Follows argo-cd `gitops-engine/pkg/sync/syncwaves`.
import { annotationOf } from '../model/kubernetes-object.ts'
import type { KubernetesObject } from '../model/kubernetes-object.ts'

/** Wave of an object: `argocd.argoproj.io/sync-wave`, else `helm.sh/hook-weight`, else 0. Only what Go's Atoi reads counts. */
export function waveOf(object: KubernetesObject): number {
  return integerOf(annotationOf(object, 'argocd.argoproj.io/sync-wave')) ?? integerOf(annotationOf(object, 'helm.sh/hook-weight')) ?? 0
}

function integerOf(text: string | undefined): number | undefined {
  return text !== undefined && /^[+-]?\d+$/.test(text) ? Number(text) : undefined
}
