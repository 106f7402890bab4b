// Aggregated ClusterRoles hold the rules of all roles that their selectors find. Follows kubernetes `pkg/controller/clusterroleaggregation`.
import type { ClusterApi } from '../api-server/cluster-api.ts'
import { isEqual, objectsOf, valueAt } from '../api-server/types.ts'
import type { Clock, JsonObject } from '../api-server/types.ts'
import { startControlLoop } from './control-loop.ts'
import { isSelectedBy } from '../api-server/label-selector.ts'

const roles = { group: 'rbac.authorization.k8s.io', plural: 'clusterroles' }

export function startClusterRoles(api: ClusterApi, clock: Clock): () => void {
  const aggregated = (): string[] => api.list(roles).flatMap((role) => (role['aggregationRule'] === undefined ? [] : [`/${role.metadata.name ?? ''}`]))
  return startControlLoop({
    api,
    clock,
    resource: roles,
    dependents: [{ resource: roles, keysOf: aggregated }],
    reconcile(role) {
      if (role['aggregationRule'] === undefined || role['aggregationRule'] === null) return
      const rules: JsonObject[] = []
      for (const selector of objectsOf(valueAt(role, 'aggregationRule', 'clusterRoleSelectors')))
        for (const source of api.list(roles)) {
          if (source.metadata.name === role.metadata.name || !isSelectedBy(selector, source.metadata.labels)) continue
          for (const rule of objectsOf(source['rules'])) if (!rules.some((held) => isEqual(held, rule))) rules.push(rule)
        }
      if (!isEqual(role['rules'] ?? [], rules)) api.store({ ...role, rules })
    },
  })
}
