// The controllers of a cluster, each on its own; off for those who want a bare API.
import type { ClusterApi } from '../api-server/cluster-api.ts'
import type { Clock, KubeObject } from '../api-server/types.ts'

/** How workloads behave, for tests to change. */
export interface Workloads {
  /** Decide what becomes of matching pods; the last script that answers counts. Returns a function that ends it. */
  script(script: PodScript): () => void
}

/** What becomes of a pod. */
export type PodOutcome = 'ready' | 'hang' | 'fail' | 'crash' | 'complete'

/** Asked when a pod is scheduled; undefined leaves it to others. */
export type PodScript = (pod: KubeObject) => PodOutcome | undefined

export interface Controllers {
  readonly workloads: Workloads
  stop(): void
}

export function startControllers(_api: ClusterApi, _clock: Clock, _isOn: boolean): Controllers {
  const scripts: PodScript[] = []
  return { workloads: { script: (script) => { scripts.push(script); return () => void scripts.splice(scripts.indexOf(script), 1) } }, stop: () => undefined }
}
