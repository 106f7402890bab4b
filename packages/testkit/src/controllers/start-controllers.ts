// The controllers of a cluster, each on its own; off for those who want a bare API.
import type { ClusterApi } from '../api-server/cluster-api.ts'
import type { Clock } from '../api-server/types.ts'
import { startAutoscalers } from './autoscalers.ts'
import { startClusterRoles } from './cluster-roles.ts'
import { startCronJobs } from './cron-jobs.ts'
import { startDaemonSets } from './daemon-sets.ts'
import { startDeployments } from './deployments.ts'
import { startDisruptionBudgets } from './disruption-budgets.ts'
import { startGarbageCollector } from './garbage-collector.ts'
import { startJobs } from './jobs.ts'
import { startNamespaces } from './namespaces.ts'
import { startNodes } from './nodes.ts'
import { startPods } from './pods.ts'
import type { PodScript } from './pods.ts'
import { startReplicaSets, startReplicationControllers } from './replica-sets.ts'
import { startResourceQuotas } from './resource-quotas.ts'
import { startScheduler } from './scheduler.ts'
import { startServices } from './services.ts'
import { startStatefulSets } from './stateful-sets.ts'
import { startVolumeClaims } from './volume-claims.ts'
import { startServiceAccounts } from './service-accounts.ts'

export type { PodOutcome, PodScript } from './pods.ts'

/** How workloads behave, for tests to change. */
export interface Workloads {
  /** Decide what becomes of pods; the script added last is asked first. Returns a function that ends it. */
  script(script: PodScript): () => void
}

/** Controllers that run. */
export interface Controllers {
  readonly workloads: Workloads
  stop(): void
}

/** A running controller. */
export type StopController = () => void

/** Start every controller, or none, over a number of nodes. */
export function startControllers(api: ClusterApi, clock: Clock, { isOn, nodes }: { readonly isOn: boolean; readonly nodes: number }): Controllers {
  const scripts: PodScript[] = []
  const stops: StopController[] = isOn
    ? [
        startNodes(api, clock, nodes),
        startNamespaces(api, clock),
        startGarbageCollector(api, clock),
        startServiceAccounts(api, clock),
        startResourceQuotas(api, clock),
        startDeployments(api, clock),
        startReplicaSets(api, clock),
        startReplicationControllers(api, clock),
        startStatefulSets(api, clock),
        startDaemonSets(api, clock),
        startJobs(api, clock),
        startCronJobs(api, clock),
        startAutoscalers(api, clock),
        startClusterRoles(api, clock),
        startVolumeClaims(api, clock),
        startServices(api, clock),
        startDisruptionBudgets(api, clock),
        startScheduler(api, clock),
        startPods(api, clock, scripts),
      ]
    : []
  return {
    workloads: {
      script(script) {
        scripts.unshift(script)
        return () => void scripts.splice(scripts.indexOf(script), 1)
      },
    },
    stop: () => {
      for (const stop of stops) stop()
    },
  }
}
