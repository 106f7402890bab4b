// The cluster port over the Kubernetes API.
import { ClusterError, defaultTracking, groupOf, isKubernetesObject, silentLogger, versionOf } from '@plumbline/core'
import type { ApiResource, Cluster, KubernetesObject, Logger, PatchType, TrackingSettings, WriteOptions } from '@plumbline/core'
import { formatJson } from '@plumbline/yaml'
import { createDiscovery } from './discovery.ts'
import { createHttpClient, pause } from './http.ts'
import type { HttpClient } from './http.ts'
import type { ClusterAccess } from './kubeconfig.ts'
import { createLiveCache } from './live-cache.ts'
import type { LiveCache } from './live-cache.ts'
import { pathOf, queryOf } from './paths.ts'

/** Options of a connection. */
export interface ClusterOptions {
  readonly tracking?: TrackingSettings
  readonly logger?: Logger
}

/** A cluster over HTTP; `http` is for what the port does not offer. */
export interface KubernetesCluster extends Cluster {
  readonly http: HttpClient
  readonly live: LiveCache
  /** Ask the cluster again which kinds it serves. */
  forgetDiscovery(): void
  close(): Promise<void>
}

const patchTypes: Readonly<Record<PatchType, string>> = {
  merge: 'application/merge-patch+json',
  strategic: 'application/strategic-merge-patch+json',
  json: 'application/json-patch+json',
}

/** Connect. Nothing is sent before the first call. */
export function createCluster(access: ClusterAccess, options: ClusterOptions = {}): KubernetesCluster {
  const http = createHttpClient(access)
  const discovery = createDiscovery(http)
  const logger = options.logger ?? silentLogger
  const live = createLiveCache({ http, discovery, tracking: options.tracking ?? defaultTracking, logger, read: (id, signal) => get(id, signal) })

  async function resourceFor(object: { readonly apiVersion: string; readonly kind: string }, signal: AbortSignal | undefined): Promise<ApiResource> {
    const kind = { group: groupOf(object.apiVersion), version: versionOf(object.apiVersion), kind: object.kind }
    const resource = await discovery.resourceOf(kind, signal)
    if (resource === undefined)
      throw new ClusterError(`no matches for kind "${object.kind}" in version "${object.apiVersion}"`, 404, 'NotFound', { subject: object.kind })
    return resource
  }

  const parametersOf = (options_: WriteOptions): Record<string, string | boolean | undefined> => ({
    fieldManager: options_.fieldManager,
    ...(options_.dryRun === true ? { dryRun: 'All' } : {}),
  })

  async function get(id: Parameters<Cluster['get']>[0], signal?: AbortSignal): Promise<KubernetesObject | undefined> {
    const resource = await discovery.resourceOf(id, signal)
    if (resource === undefined) return undefined
    return optional(async () => objectOf(await http.json({ method: 'GET', path: pathOf(resource, id.namespace, id.name), signal })))
  }

  async function write(
    method: 'POST' | 'PUT' | 'PATCH',
    object: KubernetesObject,
    body: unknown,
    write_: WriteOptions & { readonly contentType?: string },
  ): Promise<KubernetesObject> {
    const resource = await resourceFor(object, write_.signal)
    const path = pathOf(resource, object.metadata.namespace ?? '', method === 'POST' ? undefined : (object.metadata.name ?? ''))
    const parameters = { ...parametersOf(write_), ...(write_.force === true ? { force: true } : {}) }
    return objectOf(
      await http.json({
        method,
        path: `${path}${queryOf(parameters)}`,
        body: formatJson(body),
        contentType: write_.contentType ?? 'application/json',
        signal: write_.signal,
      }),
    )
  }

  return {
    http,
    live,
    facts: (signal) => discovery.facts(signal),
    resourceOf: (kind, signal) => discovery.resourceOf(kind, signal),
    resources: () => discovery.resources(),
    get,
    create: ({ ...object }, write_) => write('POST', object, object, write_),
    replace: (object, write_) => write('PUT', object, object, write_),
    patch: (object, type, patch, write_) => write('PATCH', object, patch, { ...write_, contentType: patchTypes[type] }),
    apply: (object, write_) => write('PATCH', object, object, { ...write_, contentType: 'application/apply-patch+yaml' }),
    async delete(id, deleteOptions = {}) {
      const resource = await discovery.resourceOf(id, deleteOptions.signal)
      if (resource === undefined) return false
      const { propagationPolicy, uid, gracePeriodSeconds, dryRun, signal } = deleteOptions
      const body = {
        kind: 'DeleteOptions',
        apiVersion: 'v1',
        ...(propagationPolicy === undefined ? {} : { propagationPolicy }),
        ...(uid === undefined ? {} : { preconditions: { uid } }),
        ...(gracePeriodSeconds === undefined ? {} : { gracePeriodSeconds }),
        ...(dryRun === true ? { dryRun: ['All'] } : {}),
      }
      const answer = await optional(() => http.json({ method: 'DELETE', path: pathOf(resource, id.namespace, id.name), body: formatJson(body), signal }))
      return answer !== undefined
    },
    pause,
    forgetDiscovery: () => discovery.invalidate(),
    async close() {
      live.close()
      await http.close()
    },
  }
}

async function optional<Value>(ask: () => Promise<Value>): Promise<Value | undefined> {
  try {
    return await ask()
  } catch (error) {
    if (error instanceof ClusterError && error.status === 404) return undefined
    throw error
  }
}

function objectOf(answer: unknown): KubernetesObject {
  if (!isKubernetesObject(answer)) throw new ClusterError('the API server answered something that is no object', 0, 'Invalid')
  return answer
}
