// The order of kinds inside a wave. Follows argo-cd `gitops-engine/pkg/sync/sync_tasks.go`, which extends Helm's install order.

const order: ReadonlyMap<string, number> = new Map(
  (
    'Namespace NetworkPolicy ResourceQuota LimitRange PodSecurityPolicy PodDisruptionBudget ServiceAccount Secret SecretList ConfigMap StorageClass ' +
    'PersistentVolume PersistentVolumeClaim CustomResourceDefinition ClusterRole ClusterRoleList ClusterRoleBinding ClusterRoleBindingList Role RoleList ' +
    'RoleBinding RoleBindingList Service DaemonSet Pod ReplicationController ReplicaSet Deployment HorizontalPodAutoscaler StatefulSet Job CronJob ' +
    'IngressClass Ingress APIService'
  )
    .split(' ')
    .map((kind, index) => [kind, index]),
)

/** Rank of a kind; kinds that are not in the list come after all that are. */
export function kindRankOf(kind: string): number {
  return order.get(kind) ?? order.size
}
