// Discovery documents: the recorded ones of the built-in groups, and those of defined groups made from the registry.
import { compareVersions } from './crd.ts'
import type { Facts } from './facts.ts'
import type { Registry } from './resources.ts'
import type { ResourceType } from './resource-type.ts'
import type { JsonObject } from './types.ts'
import { objectOf, objectsOf } from './types.ts'

/** Answers the discovery paths. */
export interface Discovery {
  /** The document at a path, or undefined. `isAggregated` for `/api` and `/apis` in the aggregated form. */
  document(path: string, isAggregated: boolean): JsonObject | undefined
}

export function createDiscovery(facts: Facts, registry: Registry, address: () => string): Discovery {
  const recorded = facts.discovery()
  const definedTypes = (): ResourceType[] => registry.all().filter(({ defined }) => defined !== undefined)
  const definedGroups = (): string[] => [...new Set(definedTypes().map(({ group }) => group))].sort()
  const isBuiltInGroup = (group: string): boolean => recorded.legacy[`apis_${group}`] !== undefined

  function groupDocument(group: string): JsonObject {
    const versions = versionsOf(group)
    return { name: group, versions, preferredVersion: versions[0] ?? {} }
  }

  function versionsOf(group: string): JsonObject[] {
    const names = [
      ...new Set(
        definedTypes()
          .filter((type) => type.group === group)
          .map(({ version }) => version),
      ),
    ].sort((a, b) => compareVersions(b, a))
    return names.map((version) => ({ groupVersion: `${group}/${version}`, version }))
  }

  function resourceList(group: string, version: string): JsonObject | undefined {
    const types = definedTypes().filter((type) => type.group === group && type.version === version)
    if (types.length === 0) return undefined
    const resources = types.flatMap((type) => [
      legacyRow(type),
      ...[...type.subresources.values()].map((sub) => ({
        name: `${type.plural}/${sub.name}`,
        singularName: '',
        namespaced: type.isNamespaced,
        ...(sub.group === type.group ? {} : { group: sub.group, version: sub.version }),
        kind: sub.kind,
        verbs: sub.verbs,
      })),
    ])
    return { kind: 'APIResourceList', apiVersion: 'v1', groupVersion: `${group}/${version}`, resources }
  }

  return {
    document(path, isAggregated) {
      const parts = path.split('/').filter((part) => part !== '')
      if (path === '/api') {
        if (isAggregated) return recorded.aggregated.api
        return { ...recorded.legacy['api'], serverAddressByClientCIDRs: [{ clientCIDR: '0.0.0.0/0', serverAddress: address() }] }
      }
      if (path === '/apis') {
        if (isAggregated) {
          const items = definedGroups()
            .filter((group) => !isBuiltInGroup(group))
            .map((group) => aggregatedGroup(group, versionsOf(group), definedTypes()))
          return { ...recorded.aggregated.apis, items: [...objectsOf(recorded.aggregated.apis['items']), ...items] }
        }
        const groups = definedGroups()
          .filter((group) => !isBuiltInGroup(group))
          .map(groupDocument)
        const document = objectOf(recorded.legacy['apis'])
        return { ...document, groups: [...objectsOf(document['groups']), ...groups] }
      }
      const known = recorded.legacy[parts.join('_')]
      if (known !== undefined) return known
      const [root, group = '', version] = parts
      if (root !== 'apis' || !registry.hasGroup(group)) return undefined
      if (version === undefined) return { kind: 'APIGroup', apiVersion: 'v1', ...groupDocument(group) }
      return parts.length === 3 ? resourceList(group, version) : undefined
    },
  }
}

function legacyRow(type: ResourceType): JsonObject {
  return {
    name: type.plural,
    singularName: type.singular,
    namespaced: type.isNamespaced,
    kind: type.kind,
    verbs: type.verbs,
    ...(type.shortNames.length === 0 ? {} : { shortNames: type.shortNames }),
    ...(type.categories.length === 0 ? {} : { categories: type.categories }),
    storageVersionHash: type.storageVersionHash === '' ? hashOf(type) : type.storageVersionHash,
  }
}

/** A stable text in the place of the server's hash; clients only compare it. */
function hashOf(type: ResourceType): string {
  return Buffer.from(`${type.group}/${type.storedApiVersion}/${type.kind}`).toString('base64').slice(0, 11) + '='
}

function aggregatedGroup(group: string, versions: readonly JsonObject[], types: readonly ResourceType[]): JsonObject {
  return {
    metadata: { name: group },
    versions: versions.map(({ version }) => ({
      version,
      resources: types
        .filter((type) => type.group === group && type.version === version)
        .map((type) => ({
          resource: type.plural,
          responseKind: { group: type.group, version: type.version, kind: type.kind },
          scope: type.isNamespaced ? 'Namespaced' : 'Cluster',
          singularResource: type.singular,
          verbs: type.verbs,
          ...(type.shortNames.length === 0 ? {} : { shortNames: type.shortNames }),
          ...(type.categories.length === 0 ? {} : { categories: type.categories }),
          ...(type.subresources.size === 0
            ? {}
            : {
                subresources: [...type.subresources.values()].map((sub) => ({
                  subresource: sub.name,
                  responseKind: { group: sub.group, version: sub.version, kind: sub.kind },
                  verbs: sub.verbs,
                })),
              }),
        })),
      freshness: 'Current',
    })),
  }
}
