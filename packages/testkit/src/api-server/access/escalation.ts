// Nobody grants what they do not hold: checked when roles and bindings are written.
import type { ResourceType } from '../resource-type.ts'
import { forbidden, notFound, quoteGo } from '../status-errors.ts'
import { isEqual, objectOf, objectsOf } from '../types.ts'
import type { KubeObject, UserInfo } from '../types.ts'
import type { Authorizer } from './rbac.ts'
import { missingRules, ruleOf } from './rules.ts'
import type { PolicyRule } from './rules.ts'
import { isMaster } from './users.ts'

const rbacGroup = 'rbac.authorization.k8s.io'

/** @throws {StatusError} 403 naming the rules that are missing, 404 when a bound role does not exist */
export function checkEscalation(type: ResourceType, object: KubeObject, previous: KubeObject | undefined, user: UserInfo, authorizer: Authorizer): void {
  if (type.group !== rbacGroup || isMaster(user)) return
  const namespace = type.isNamespaced ? (object.metadata.namespace ?? '') : ''
  const name = object.metadata.name ?? ''
  const mayAlways = (verb: string, plural: string, named: string): boolean =>
    authorizer.decide({ user, verb, path: '', resource: { group: rbacGroup, plural, subresource: '', namespace, name: named } }).isAllowed
  if (type.kind === 'Role' || type.kind === 'ClusterRole') {
    if (previous !== undefined && isEqual(previous['rules'], object['rules']) && isEqual(previous['aggregationRule'], object['aggregationRule'])) return
    if (mayAlways('escalate', type.plural, name)) return
    const everything: readonly PolicyRule[] =
      object['aggregationRule'] === undefined || object['aggregationRule'] === null
        ? []
        : [
            { verbs: ['*'], apiGroups: ['*'], resources: ['*'], resourceNames: [], nonResourceURLs: [] },
            { verbs: ['*'], apiGroups: [], resources: [], resourceNames: [], nonResourceURLs: ['*'] },
          ]
    confirm([...everything, ...objectsOf(object['rules']).map(ruleOf)])
    return
  }
  if (previous !== undefined && isEqual(previous['roleRef'], object['roleRef']) && isEqual(previous['subjects'], object['subjects'])) return
  const reference = objectOf(object['roleRef'])
  const role = typeof reference['name'] === 'string' ? reference['name'] : ''
  if (mayAlways('bind', reference['kind'] === 'Role' ? 'roles' : 'clusterroles', role)) return
  const rules = authorizer.rulesOfRole(reference, namespace)
  if (rules === undefined) throw notFound({ group: rbacGroup, resource: type.plural }, role)
  confirm(rules)

  function confirm(asked: readonly PolicyRule[]): void {
    const { rules: held, errors } = authorizer.rulesFor(user, namespace)
    const missing = missingRules(held, asked)
    if (missing.length === 0) return
    const who = `user ${quoteGo(user.name)} (groups=[${user.groups.map(quoteGo).join(' ')}])`
    const resolution = errors.length === 0 ? '' : `; resolution errors: [${errors.join(' ')}]`
    throw forbidden(
      { group: rbacGroup, resource: type.plural },
      name,
      `${who} is attempting to grant RBAC permissions not currently held:\n${missing.join('\n')}${resolution}`,
    )
  }
}
