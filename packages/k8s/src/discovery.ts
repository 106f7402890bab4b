// Which kinds the cluster serves, asked in one or two requests (aggregated discovery) and again when a kind is missing.
import { isRecord, kindKeyOf } from '@plumbline/core'
import type { ApiResource, ClusterFacts, GroupKind } from '@plumbline/core'
import type { HttpClient } from './http.ts'

/** Knows the kinds of a cluster. */
export interface Discovery {
  facts(signal?: AbortSignal): Promise<ClusterFacts>
  /** Without `version` the preferred one. Asks the cluster again, at most once a second, when the kind is not known. */
  resourceOf(kind: GroupKind & { readonly version?: string }, signal?: AbortSignal): Promise<ApiResource | undefined>
  /** Every kind, in its preferred version. */
  resources(): Promise<readonly ApiResource[]>
  /** Forget everything, so that the next question goes to the cluster. */
  invalidate(): void
}

interface Snapshot {
  readonly at: number
  readonly byKind: ReadonlyMap<string, readonly ApiResource[]>
  readonly apiVersions: readonly string[]
}

const minAgeMs = 1000
const aggregated = 'application/json;g=apidiscovery.k8s.io;v=v2;as=APIGroupDiscoveryList,application/json'

/** Create discovery over a client. */
export function createDiscovery(http: HttpClient): Discovery {
  let snapshot: Snapshot | undefined
  let asking: Promise<Snapshot> | undefined
  let version: Promise<string> | undefined

  function ask(): Promise<Snapshot> {
    asking ??= Promise.all(['/api', '/apis'].map((path) => http.json({ method: 'GET', path, accept: aggregated })))
      .then(async ([core, groups]) => snapshotOf([...(await resourcesIn(core, '/api', http)), ...(await resourcesIn(groups, '/apis', http))]))
      .then((fresh) => (snapshot = fresh))
      .finally(() => {
        asking = undefined
      })
    return asking
  }

  function find(known: Snapshot, kind: GroupKind & { readonly version?: string }): ApiResource | undefined {
    const resources = known.byKind.get(kindKeyOf(kind)) ?? []
    return kind.version === undefined ? resources[0] : resources.find((resource) => resource.version === kind.version)
  }

  return {
    async facts() {
      version ??= http
        .json({ method: 'GET', path: '/version' })
        .then((answer) => (isRecord(answer) && typeof answer['gitVersion'] === 'string' ? answer['gitVersion'] : 'v0.0.0'))
      version.catch(() => {
        version = undefined
      })
      const known = snapshot ?? (await ask())
      return { kubeVersion: await version, apiVersions: known.apiVersions }
    },
    async resourceOf(kind) {
      const known = snapshot ?? (await ask())
      const found = find(known, kind)
      if (found !== undefined || Date.now() - known.at < minAgeMs) return found
      return find(await ask(), kind)
    },
    resources: async () => [...(snapshot ?? (await ask())).byKind.values()].flatMap(([preferred]) => (preferred === undefined ? [] : [preferred])),
    invalidate() {
      snapshot = undefined
    },
  }
}

function snapshotOf(resources: readonly ApiResource[]): Snapshot {
  const byKind = new Map<string, ApiResource[]>()
  for (const resource of resources) {
    const key = kindKeyOf(resource)
    byKind.set(key, [...(byKind.get(key) ?? []), resource])
  }
  const apiVersions = new Set(
    resources.flatMap(({ group, version, kind }) => [
      group === '' ? version : `${group}/${version}`,
      `${group === '' ? version : `${group}/${version}`}/${kind}`,
    ]),
  )
  return { at: Date.now(), byKind, apiVersions: [...apiVersions].toSorted() }
}

/** Either aggregated discovery (Kubernetes 1.26 and newer), or the old documents one by one. */
async function resourcesIn(answer: unknown, path: string, http: HttpClient): Promise<ApiResource[]> {
  if (!isRecord(answer)) return []
  if (answer['kind'] === 'APIGroupDiscoveryList') return listOf(answer['items']).flatMap(aggregatedResources)
  const versions =
    path === '/api'
      ? textsOf(answer['versions'])
      : listOf(answer['groups']).flatMap((group) => listOf(group['versions']).map((version) => String(version['groupVersion'])))
  const lists = await Promise.all(versions.map((version) => http.json({ method: 'GET', path: `${path}/${version}` }).catch(() => undefined)))
  return lists.flatMap((list, index) => (isRecord(list) ? legacyResources(list, versions[index] ?? '') : []))
}

function aggregatedResources(item: Record<string, unknown>): ApiResource[] {
  const group = isRecord(item['metadata']) && typeof item['metadata']['name'] === 'string' ? item['metadata']['name'] : ''
  return listOf(item['versions']).flatMap((version) =>
    listOf(version['resources']).map((resource) => ({
      group,
      version: String(version['version']),
      kind: isRecord(resource['responseKind']) ? String(resource['responseKind']['kind']) : '',
      plural: String(resource['resource']),
      isNamespaced: resource['scope'] === 'Namespaced',
      verbs: textsOf(resource['verbs']),
    })),
  )
}

function legacyResources(list: Record<string, unknown>, groupVersion: string): ApiResource[] {
  const slash = groupVersion.indexOf('/')
  return listOf(list['resources'])
    .filter((resource) => !String(resource['name']).includes('/'))
    .map((resource) => ({
      group: slash < 0 ? '' : groupVersion.slice(0, slash),
      version: groupVersion.slice(slash + 1),
      kind: String(resource['kind']),
      plural: String(resource['name']),
      isNamespaced: resource['namespaced'] === true,
      verbs: textsOf(resource['verbs']),
    }))
}

function listOf(value: unknown): Record<string, unknown>[] {
  return Array.isArray(value) ? value.filter(isRecord) : []
}

function textsOf(value: unknown): string[] {
  return Array.isArray(value) ? value.map(String) : []
}
