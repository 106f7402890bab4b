// What tests do with a cluster, in few words: apply files, look at objects, wait.
import type { ClusterApi } from '../api-server/cluster-api.ts'
import { isSelectedBy } from '../api-server/label-selector.ts'
import { applyPatch } from '../api-server/patch.ts'
import { masters } from '../api-server/access/users.ts'
import { withWebhooks } from '../api-server/admission/webhook-calls.ts'
import type { Storage } from '../api-server/storage.ts'
import type { KubeObject } from '../api-server/types.ts'
import type { Writer } from '../api-server/write.ts'
import { eventually } from './eventually.ts'
import type { EventuallyOptions } from './eventually.ts'
import { findResource } from './find-resource.ts'
import { readManifests } from './manifests.ts'
import type { ManifestSource } from './manifests.ts'

/** How to apply. */
export interface ApplyOptions {
  /** For objects that name none; default `default`. */
  readonly namespace?: string
  /** Default: `plumbline-testkit`. */
  readonly fieldManager?: string
  /** Take fields over from other managers. Default: true. */
  readonly force?: boolean
}

/** Which objects to list. */
export interface ListOptions {
  /** Default: all. */
  readonly namespace?: string
  readonly labels?: Readonly<Record<string, string>>
}

/** The cluster as a test sees it. Resources are named as with kubectl: `deploy`, `Deployment`, `deployments.apps`. */
export interface ClusterClient {
  /**
   * Server-side apply of files, folders, texts (`{ yaml }`) or objects, in the order given; definitions and namespaces first.
   * @returns the objects as stored
   * @throws {StatusError} as the API would answer; what came before it has been applied
   */
  apply(manifests: ManifestSource | readonly ManifestSource[], options?: ApplyOptions): Promise<KubeObject[]>
  /** @param namespace for namespaced resources; default `default` */
  get(resource: string, name: string, namespace?: string): KubeObject | undefined
  list(resource: string, options?: ListOptions): readonly KubeObject[]
  /** @returns whether there was something to delete */
  delete(resource: string, name: string, namespace?: string): boolean
  /** Resolve once `check` gives something, or no longer throws; looked at whenever an object changes. */
  eventually<T>(check: () => T | Promise<T>, options?: EventuallyOptions): Promise<NonNullable<T>>
}

const firstKinds = ['CustomResourceDefinition', 'Namespace']

export function createClusterClient(api: ClusterApi, storage: Storage, writer: Writer): ClusterClient {
  const typeNamed = (name: string): ReturnType<typeof findResource> => findResource(api.resources(), name)
  function applyObject(object: KubeObject, { namespace = 'default', fieldManager = 'plumbline-testkit', force = true }: ApplyOptions): KubeObject {
    const type = api.resourceOf(object)
    if (type === undefined) throw new Error(`${object.apiVersion} ${object.kind} is not known to the cluster; apply its definition first`)
    const place = type.isNamespaced ? (object.metadata.namespace ?? namespace) : ''
    const options = {
      fieldManager,
      isManagerExplicit: true,
      dryRun: false,
      fieldValidation: 'Strict' as const,
      force,
      user: { name: 'admin', groups: [masters] },
      warnings: [],
    }
    return writer.patch(type, place, object.metadata.name ?? '', '', object, applyPatch, options).object
  }
  return {
    async apply(manifests, options = {}) {
      const objects = await readManifests(Array.isArray(manifests) ? (manifests as readonly ManifestSource[]) : [manifests as ManifestSource])
      const rank = ({ kind }: KubeObject): number => (firstKinds.includes(kind) ? firstKinds.indexOf(kind) : firstKinds.length)
      const stored: KubeObject[] = []
      for (const object of objects.toSorted((a, b) => rank(a) - rank(b))) {
        stored.push(await withWebhooks(() => applyObject(object, options)))
        // A definition's resources, and a namespace's account, are there a turn later.
        if (rank(object) < firstKinds.length) await new Promise((resolve) => setImmediate(resolve))
      }
      return stored
    },
    get(resource, name, namespace = 'default') {
      const type = typeNamed(resource)
      return api.get(type, type.isNamespaced ? namespace : '', name)
    },
    list(resource, { namespace, labels } = {}) {
      return api.list(typeNamed(resource), namespace).filter(({ metadata }) => labels === undefined || isSelectedBy({ matchLabels: labels }, metadata.labels))
    },
    delete(resource, name, namespace = 'default') {
      const type = typeNamed(resource)
      return api.delete(type, type.isNamespaced ? namespace : '', name)
    },
    eventually: (check, options) => eventually(storage, check, options),
  }
}
