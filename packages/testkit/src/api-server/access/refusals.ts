// 403, worded as kube-apiserver words it.
import { forbidden, quoteGo } from '../status-errors.ts'
import type { StatusError } from '../status-errors.ts'
import type { AccessAttributes } from './attributes.ts'
import type { Authorizer } from './rbac.ts'

export function refusal({ user, verb, resource, path }: AccessAttributes, reason = ''): StatusError {
  const because = reason === '' ? '' : `: ${reason}`
  const who = `User ${quoteGo(user.name)} cannot ${verb}`
  if (resource === undefined) {
    const error = forbidden({ group: '', resource: '' }, '', '')
    error.status.message = `forbidden: ${who} path ${quoteGo(path)}${because}`
    error.status.details = {}
    return error
  }
  const { group, plural, subresource, namespace, name } = resource
  const what = `resource ${quoteGo(subresource === '' ? plural : `${plural}/${subresource}`)} in API group ${quoteGo(group)}`
  const where = namespace === '' ? 'at the cluster scope' : `in the namespace ${quoteGo(namespace)}`
  return forbidden({ group, resource: plural }, name, `${who} ${what} ${where}${because}`)
}

/** @throws {StatusError} 403 */
export function requireAccess(authorizer: Authorizer, attributes: AccessAttributes): void {
  const { isAllowed, reason } = authorizer.decide(attributes)
  if (!isAllowed) throw refusal(attributes, reason)
}
