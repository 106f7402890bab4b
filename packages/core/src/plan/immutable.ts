// Fields of built-in kinds that the API server never changes: found before anything is written, not by the refusal of one object among many.
// https://kubernetes.io/docs/reference/kubernetes-api/ ("immutable", "cannot be updated"); follows Kubernetes v1.34 `pkg/apis/*/validation`.
import type { ValueDifference } from '../diff/equal.ts'
import { valueAt } from '../model/kubernetes-object.ts'
import type { KubernetesObject } from '../model/kubernetes-object.ts'
import { groupOf } from '../model/resource-id.ts'

interface FixedFields {
  /** Paths of which nothing changes. */
  readonly fixed?: readonly string[]
  /** A path below which only these members change. */
  readonly within?: readonly [path: string, members: readonly string[]]
  /** Paths that can be set once; who no longer names them leaves them as they are. */
  readonly once?: readonly string[]
}

const selector: FixedFields = { fixed: ['spec.selector'] }
const roleRef: FixedFields = { fixed: ['roleRef'] }

const kinds: Readonly<Record<string, FixedFields>> = {
  'apps/Deployment': selector,
  'apps/DaemonSet': selector,
  'apps/ReplicaSet': selector,
  'apps/StatefulSet': {
    within: ['spec', ['replicas', 'ordinals', 'template', 'updateStrategy', 'revisionHistoryLimit', 'persistentVolumeClaimRetentionPolicy', 'minReadySeconds']],
  },
  'batch/Job': { fixed: ['spec.selector', 'spec.template', 'spec.completionMode', 'spec.podFailurePolicy', 'spec.backoffLimitPerIndex', 'spec.managedBy'] },
  '/PersistentVolumeClaim': { within: ['spec', ['resources', 'volumeAttributesClassName', 'volumeName']], once: ['spec.volumeName'] },
  '/Secret': { fixed: ['type'] },
  '/Service': { once: ['spec.clusterIP', 'spec.clusterIPs'] },
  'rbac.authorization.k8s.io/RoleBinding': roleRef,
  'rbac.authorization.k8s.io/ClusterRoleBinding': roleRef,
  'storage.k8s.io/StorageClass': { fixed: ['provisioner', 'parameters', 'reclaimPolicy', 'volumeBindingMode'] },
  'scheduling.k8s.io/PriorityClass': { fixed: ['value', 'preemptionPolicy'] },
  'node.k8s.io/RuntimeClass': { fixed: ['handler'] },
  'networking.k8s.io/IngressClass': { fixed: ['spec.controller'] },
  'apiextensions.k8s.io/CustomResourceDefinition': { fixed: ['spec.group', 'spec.scope'] },
}
const frozen: FixedFields = { fixed: ['data', 'binaryData', 'stringData', 'immutable'] }

/**
 * Paths that would have to change and cannot, such as `spec.selector`; empty when the change can be made in place.
 * @param differences from what lives to what will live
 */
export function immutableChanges(live: KubernetesObject, differences: readonly ValueDifference[]): readonly string[] {
  if (differences.length === 0) return []
  const group = groupOf(live.apiVersion)
  const rules = kinds[`${group}/${live.kind}`]
  const isFrozen = group === '' && (live.kind === 'Secret' || live.kind === 'ConfigMap') && valueAt(live, 'immutable') === true
  const found = new Set<string>()
  for (const { path, from, to } of differences)
    for (const rule of [rules, isFrozen ? frozen : undefined]) {
      const at = rule === undefined ? undefined : fixedAt(rule, path.map(String), isSet(from) && isSet(to))
      if (at !== undefined) found.add(at)
    }
  return [...found].toSorted()
}

function isSet(value: unknown): boolean {
  return value !== undefined && value !== null && value !== ''
}

function fixedAt({ fixed = [], within, once = [] }: FixedFields, path: readonly string[], isReplaced: boolean): string | undefined {
  const reaches = (prefix: string): boolean => prefix.split('.').every((name, at) => path[at] === name)
  const found = fixed.find(reaches) ?? (isReplaced ? once.find(reaches) : undefined)
  if (found !== undefined || within === undefined) return found
  const [prefix, members] = within
  const name = path[prefix.split('.').length]
  return reaches(prefix) && name !== undefined && !members.includes(name) ? `${prefix}.${name}` : undefined
}
