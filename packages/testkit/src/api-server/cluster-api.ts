// The API without HTTP, for controllers in the same process and for tests: same rules, same store, no serialisation.
import { masters } from './access/users.ts'
import type { Registry } from './resources.ts'
import type { ResourceType } from './resource-type.ts'
import { notFound } from './status-errors.ts'
import type { Storage, StoreEvent } from './storage.ts'
import type { KubeObject, WriteOptions } from './types.ts'
import type { Writer } from './write.ts'

/** Names a resource; the version is the one it is stored in. */
export interface ResourceRef {
  readonly group: string
  readonly plural: string
}

/** A change, as `watch` tells it. */
export interface ApiChange {
  readonly type: 'ADDED' | 'MODIFIED' | 'DELETED'
  readonly object: KubeObject
  readonly previous: KubeObject | undefined
}

/**
 * Direct access. Objects that come out are shared with the store: never change them.
 * Every function throws {StatusError} as the HTTP API would answer.
 */
export interface ClusterApi {
  get(resource: ResourceRef, namespace: string, name: string): KubeObject | undefined
  /** In order of namespace and name; `namespace` undefined means all. */
  list(resource: ResourceRef, namespace?: string): readonly KubeObject[]
  create(object: KubeObject, options?: Partial<WriteOptions>): KubeObject
  update(object: KubeObject, options?: Partial<WriteOptions>): KubeObject
  updateStatus(object: KubeObject, options?: Partial<WriteOptions>): KubeObject
  /** Store a computed object without rules and without bookkeeping of fields. */
  store(object: KubeObject): KubeObject
  delete(
    resource: ResourceRef,
    namespace: string,
    name: string,
    options?: { readonly propagationPolicy?: string; readonly gracePeriodSeconds?: number; readonly uid?: string },
  ): boolean
  /** Hear changes after they are stored; the listener runs in a later turn. `resource` undefined means all. */
  watch(resource: ResourceRef | undefined, listener: (change: ApiChange) => void): () => void
  /** Resource of an object's kind. */
  resourceOf(object: { readonly apiVersion: string; readonly kind: string }): ResourceType | undefined
  resources(): readonly ResourceType[]
}

const controllerManager = 'kube-controller-manager'

export function createClusterApi(storage: Storage, registry: Registry, writer: Writer): ClusterApi {
  const typeOf = ({ group, plural }: ResourceRef): ResourceType => {
    const type = registry.findAny(group, plural)
    if (type === undefined) throw notFound({ group, resource: plural }, '')
    return type
  }
  const typeOfObject = (object: { readonly apiVersion: string; readonly kind: string }): ResourceType => {
    const slash = object.apiVersion.indexOf('/')
    const type = registry.findByKind(slash < 0 ? '' : object.apiVersion.slice(0, slash), object.apiVersion.slice(slash + 1), object.kind)
    if (type === undefined) throw notFound({ group: object.apiVersion, resource: object.kind }, '')
    return type
  }
  const optionsOf = (options: Partial<WriteOptions> = {}): WriteOptions => ({
    fieldManager: controllerManager,
    isManagerExplicit: true,
    dryRun: false,
    fieldValidation: 'Ignore',
    user: { name: 'system:kube-controller-manager', groups: [masters] },
    warnings: [],
    ...options,
  })
  return {
    get: (resource, namespace, name) => storage.get(typeOf(resource).storage, namespace, name)?.object,
    list: (resource, namespace) => storage.list(typeOf(resource).storage, namespace).map(({ object }) => object),
    create: (object, options) => writer.create(typeOfObject(object), object.metadata.namespace ?? '', object, optionsOf(options)),
    update: (object, options) =>
      writer.update(typeOfObject(object), object.metadata.namespace ?? '', object.metadata.name ?? '', '', object, optionsOf(options)).object,
    updateStatus: (object, options) =>
      writer.update(typeOfObject(object), object.metadata.namespace ?? '', object.metadata.name ?? '', 'status', object, optionsOf(options)).object,
    store: (object) => writer.store(typeOfObject(object), object),
    delete(resource, namespace, name, options = {}) {
      const type = typeOf(resource)
      const found = storage.get(type.storage, namespace, name)
      if (found === undefined || (options.uid !== undefined && found.object.metadata.uid !== options.uid)) return false
      writer.delete(type, namespace, name, { dryRun: false, ...options })
      return true
    },
    watch(resource, listener) {
      const tell = (event: StoreEvent): void =>
        queueMicrotask(() => listener({ type: event.type, object: event.current.object, previous: event.previous?.object }))
      return storage.subscribe(resource === undefined ? undefined : typeOf(resource).storage, tell)
    },
    resourceOf: (object) => {
      try {
        return typeOfObject(object)
      } catch {
        return undefined
      }
    },
    resources: () => registry.all(),
  }
}
