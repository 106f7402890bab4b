// Role-based access control over the stored roles and bindings.
import { printed } from '@plumbline/schema'
import { quoteGo } from '../status-errors.ts'
import type { Storage } from '../storage.ts'
import { objectOf, objectsOf } from '../types.ts'
import type { JsonObject, KubeObject, UserInfo } from '../types.ts'
import type { AccessAttributes } from './attributes.ts'
import { allows, ruleOf } from './rules.ts'
import type { PolicyRule } from './rules.ts'
import { isMaster, serviceAccountOf } from './users.ts'

/** An answer, with the reason where there is one. */
export interface Decision {
  readonly isAllowed: boolean
  readonly reason: string
}

/** Decides by roles. */
export interface Authorizer {
  decide(attributes: AccessAttributes): Decision
  /** Every rule that holds for a user in a namespace ('' for the cluster alone), and what could not be resolved. */
  rulesFor(user: UserInfo, namespace: string): { readonly rules: readonly PolicyRule[]; readonly errors: readonly string[] }
  /** Rules of the role a binding names, or undefined when it is missing. */
  rulesOfRole(reference: JsonObject, namespace: string): readonly PolicyRule[] | undefined
}

interface Grant {
  readonly rules: readonly PolicyRule[] | undefined
  /** Such as `RoleBinding "b/ns" of Role "r" to User "u"`. */
  readonly text: string
  readonly error: string
}

const rbac = 'rbac.authorization.k8s.io'

export function createAuthorizer(storage: Storage): Authorizer {
  function rulesOfRole(reference: JsonObject, namespace: string): readonly PolicyRule[] | undefined {
    const isNamespaced = reference['kind'] === 'Role'
    const name = printed(reference['name'] ?? '')
    const role = isNamespaced ? storage.get(`${rbac}/roles`, namespace, name) : storage.get(`${rbac}/clusterroles`, '', name)
    return role === undefined ? undefined : objectsOf(role.object['rules']).map(ruleOf)
  }

  function* grantsOf(user: UserInfo, namespace: string): Generator<Grant> {
    for (const { object } of storage.list(`${rbac}/clusterrolebindings`, undefined)) yield* grantsOfBinding(object, user, '')
    if (namespace === '') return
    for (const { object } of storage.list(`${rbac}/rolebindings`, namespace)) yield* grantsOfBinding(object, user, namespace)
  }

  function* grantsOfBinding(binding: KubeObject, user: UserInfo, namespace: string): Generator<Grant> {
    const subject = objectsOf(binding['subjects']).find((candidate) => isSubject(candidate, user, namespace))
    if (subject === undefined) return
    const reference = objectOf(binding['roleRef'])
    const role = printed(reference['name'] ?? '')
    const kind = printed(reference['kind'] ?? '')
    const name = binding.metadata.name ?? ''
    yield {
      rules: rulesOfRole(reference, namespace),
      text: `${namespace === '' ? `ClusterRoleBinding ${quoteGo(name)}` : `RoleBinding ${quoteGo(`${name}/${namespace}`)}`} of ${kind} ${quoteGo(role)} to ${subjectText(subject, namespace)}`,
      error: `${kind.toLowerCase()}.rbac.authorization.k8s.io ${quoteGo(role)} not found`,
    }
  }

  return {
    rulesOfRole,
    rulesFor(user, namespace) {
      const grants = [...grantsOf(user, namespace)]
      return {
        rules: grants.flatMap(({ rules }) => rules ?? []),
        errors: [...new Set(grants.filter(({ rules }) => rules === undefined).map(({ error }) => error))],
      }
    },
    decide(attributes) {
      if (isMaster(attributes.user)) return { isAllowed: true, reason: '' }
      const errors = new Set<string>()
      for (const { rules, text, error } of grantsOf(attributes.user, attributes.resource?.namespace ?? '')) {
        if (rules === undefined) errors.add(error)
        else if (rules.some((rule) => allows(rule, attributes))) return { isAllowed: true, reason: `RBAC: allowed by ${text}` }
      }
      const texts = [...errors]
      return { isAllowed: false, reason: texts.length === 0 ? '' : `RBAC: ${texts.length === 1 ? texts.join('') : `[${texts.join(', ')}]`}` }
    },
  }
}

function isSubject(subject: JsonObject, user: UserInfo, namespace: string): boolean {
  switch (subject['kind']) {
    case 'User':
      return subject['name'] === user.name
    case 'Group':
      return user.groups.includes(printed(subject['name'] ?? ''))
    case 'ServiceAccount': {
      const account = serviceAccountOf(user.name)
      return account !== undefined && account.name === subject['name'] && account.namespace === (subject['namespace'] ?? namespace)
    }
    default:
      return false
  }
}

function subjectText(subject: JsonObject, namespace: string): string {
  const name = printed(subject['name'] ?? '')
  if (subject['kind'] !== 'ServiceAccount') return `${printed(subject['kind'])} ${quoteGo(name)}`
  return `ServiceAccount ${quoteGo(`${name}/${printed(subject['namespace'] ?? namespace)}`)}`
}
