// Kinds that are questions about access: answered, and not stored.
import type { ResourceType } from '../resource-type.ts'
import { badRequest, invalid } from '../status-errors.ts'
import type { FieldError } from '../status-errors.ts'
import { arrayOf, formatTime, isObject, objectOf, textOf } from '../types.ts'
import type { Clock, JsonObject, KubeObject, UserInfo } from '../types.ts'
import type { AccessAttributes } from './attributes.ts'
import type { Authorizer } from './rbac.ts'
import type { PolicyRule } from './rules.ts'
import { defaultAudience } from './tokens.ts'
import type { TokenAuthority } from './tokens.ts'
import { isMaster } from './users.ts'

/** Whether objects of the type are questions. */
export function isReview(type: ResourceType): boolean {
  return (type.group === 'authorization.k8s.io' || type.group === 'authentication.k8s.io') && type.verbs.length === 1 && type.verbs[0] === 'create'
}

/** What answers are found with. */
export interface ReviewContext {
  readonly authorizer: Authorizer
  readonly tokens: TokenAuthority
  /** Bearer token of the administrator. */
  readonly isAdministrator: (token: string) => boolean
  readonly clock: Clock
}

/** The question with its answer. @throws {StatusError} */
export function answerReview({ kind, apiVersion, group }: ResourceType, question: KubeObject, user: UserInfo, context: ReviewContext): KubeObject {
  const spec = objectOf(question['spec'])
  switch (kind) {
    case 'SelfSubjectReview':
      return { kind, apiVersion, metadata: { creationTimestamp: formatTime(context.clock.now()) }, status: { userInfo: userInfo(user) } }
    case 'SelfSubjectRulesReview': {
      const namespace = textOf(spec['namespace'])
      if (namespace === '') throw badRequest('no namespace on request')
      return { kind, apiVersion, metadata: {}, spec: {}, status: rulesStatus(user, namespace, context.authorizer) }
    }
    case 'TokenReview': {
      if (textOf(spec['token']) === '') throw badRequest('token is required for TokenReview in authentication')
      return { ...question, status: tokenStatus(textOf(spec['token']), arrayOf(spec['audiences']), context) }
    }
    case 'SelfSubjectAccessReview':
      refuseInvalid(group, attributeErrors(spec))
      return { ...question, status: accessStatus(attributesIn(spec, user), context.authorizer) }
    default: {
      const groups = arrayOf(spec['groups']).filter((name) => typeof name === 'string')
      const name = textOf(spec['user'])
      const errors = attributeErrors(spec)
      if (name === '' && groups.length === 0)
        errors.push({ type: 'Invalid', path: 'spec.user', value: '', detail: 'at least one of user or group must be specified' })
      if (kind === 'LocalSubjectAccessReview') {
        const { namespace } = objectOf(spec['resourceAttributes'])
        if (isObject(spec['nonResourceAttributes']))
          errors.push({
            type: 'Invalid',
            path: 'spec.nonResourceAttributes',
            value: spec['nonResourceAttributes'],
            detail: 'disallowed on this kind of request',
          })
        if (namespace !== question.metadata.namespace)
          errors.push({ type: 'Invalid', path: 'spec.resourceAttributes.namespace', value: namespace, detail: 'must match metadata.namespace' })
      }
      refuseInvalid(group, errors)
      return { ...question, status: accessStatus(attributesIn(spec, { name, groups }), context.authorizer) }
    }
  }
}

function refuseInvalid(group: string, errors: readonly FieldError[]): void {
  if (errors.length === 0) return
  const error = invalid({ group, resource: '' }, '', errors)
  error.status.message = (error.status.message ?? '').replace(/^\.?/, '.')
  const { kind: _kind, ...details } = error.status.details ?? {}
  error.status.details = details
  throw error
}

function attributeErrors(spec: JsonObject): FieldError[] {
  const hasResource = isObject(spec['resourceAttributes'])
  const hasPath = isObject(spec['nonResourceAttributes'])
  if (hasResource && hasPath)
    return [
      {
        type: 'Invalid',
        path: 'spec.nonResourceAttributes',
        value: spec['nonResourceAttributes'],
        detail: 'cannot be specified in combination with resourceAttributes',
      },
    ]
  if (hasResource || hasPath) return []
  return [
    { type: 'Invalid', path: 'spec.resourceAttributes', value: null, detail: 'exactly one of nonResourceAttributes or resourceAttributes must be specified' },
  ]
}

function attributesIn(spec: JsonObject, user: UserInfo): AccessAttributes {
  const asked = spec['resourceAttributes']
  if (!isObject(asked)) {
    const { path, verb } = objectOf(spec['nonResourceAttributes'])
    return { user, verb: textOf(verb), path: textOf(path) }
  }
  return {
    user,
    verb: textOf(asked['verb']),
    path: '',
    resource: {
      group: textOf(asked['group']),
      plural: textOf(asked['resource']),
      subresource: textOf(asked['subresource']),
      namespace: textOf(asked['namespace']),
      name: textOf(asked['name']),
    },
  }
}

function accessStatus(attributes: AccessAttributes, authorizer: Authorizer): JsonObject {
  const { isAllowed, reason } = authorizer.decide(attributes)
  return { allowed: isAllowed, ...(reason === '' ? {} : { reason }) }
}

function rulesStatus(user: UserInfo, namespace: string, authorizer: Authorizer): JsonObject {
  const { rules, errors } = authorizer.rulesFor(user, namespace)
  const everything: readonly PolicyRule[] = isMaster(user) && rules.length === 0 ? [all] : []
  const held = [...everything, ...rules]
  return {
    resourceRules: held
      .filter(({ resources }) => resources.length > 0)
      .map(({ verbs, apiGroups, resources, resourceNames }) => ({ verbs, apiGroups, resources, ...(resourceNames.length === 0 ? {} : { resourceNames }) })),
    nonResourceRules: held.filter(({ nonResourceURLs }) => nonResourceURLs.length > 0).map(({ verbs, nonResourceURLs }) => ({ verbs, nonResourceURLs })),
    incomplete: false,
    ...(errors.length === 0 ? {} : { evaluationError: errors.join(', ') }),
  }
}

const all: PolicyRule = { verbs: ['*'], apiGroups: ['*'], resources: ['*'], resourceNames: [], nonResourceURLs: ['*'] }

function tokenStatus(token: string, audiences: readonly unknown[], { tokens, isAdministrator }: ReviewContext): JsonObject {
  const user = isAdministrator(token) ? { name: 'admin', groups: ['system:masters', 'system:authenticated'] } : tokens.userOf(token)
  if (user === undefined) return { user: {}, error: 'invalid bearer token' }
  return { authenticated: true, user: userInfo(user), audiences: audiences.length === 0 ? [defaultAudience] : audiences }
}

function userInfo({ name, uid, groups, extra }: UserInfo): JsonObject {
  return { username: name, ...(uid === undefined ? {} : { uid }), groups, ...(extra === undefined ? {} : { extra }) }
}
