// Kinds that are questions: they are answered, and not stored. Whoever gets in may do everything, so far.
import type { ResourceType } from './resource-type.ts'
import { objectOf } from './types.ts'
import type { JsonObject, KubeObject, UserInfo } from './types.ts'

/** Whether objects of the type are questions. */
export function isReview(type: ResourceType): boolean {
  return (type.group === 'authorization.k8s.io' || type.group === 'authentication.k8s.io') && type.verbs.length === 1 && type.verbs[0] === 'create'
}

/** The question with its answer. */
export function answerReview(type: ResourceType, question: KubeObject, user: UserInfo): KubeObject {
  return { ...question, status: answerOf(type, question, user) }
}

function answerOf({ kind }: ResourceType, question: KubeObject, user: UserInfo): JsonObject {
  switch (kind) {
    case 'SelfSubjectRulesReview':
      return {
        resourceRules: [{ verbs: ['*'], apiGroups: ['*'], resources: ['*'] }],
        nonResourceRules: [{ verbs: ['*'], nonResourceURLs: ['*'] }],
        incomplete: false,
      }
    case 'SelfSubjectReview':
      return { userInfo: { username: user.name, groups: user.groups } }
    case 'TokenReview':
      return typeof objectOf(question['spec'])['token'] === 'string' ? { user: {}, error: 'invalid bearer token' } : { user: {} }
    default:
      return { allowed: true }
  }
}
