// Names of resources as people type them: `deploy`, `deployments`, `Deployment`, `deployments.apps`, `deployments.v1.apps`.
import type { ResourceType } from '../api-server/resource-type.ts'

/**
 * The resource a name means. Where several groups have it, the first in the server's order of preference, as with kubectl.
 * @throws {Error} where no resource has the name
 */
export function findResource(resources: readonly ResourceType[], name: string): ResourceType {
  const [word = '', ...rest] = name.split('.')
  const isNamed = (type: ResourceType): boolean => [type.plural, type.singular, type.kind, type.kind.toLowerCase(), ...type.shortNames].includes(word)
  const group = rest.join('.')
  const isOfGroup = (type: ResourceType): boolean => group === '' || type.group === group || `${type.version}.${type.group}` === group || type.version === group
  const found = resources.filter((type) => isNamed(type) && isOfGroup(type))
  const stored = found.find((type) => type.apiVersion === type.storedApiVersion) ?? found[0]
  if (stored === undefined) throw new Error(`the cluster has no resource ${JSON.stringify(name)}; a custom one is there once its definition is applied`)
  return stored
}
