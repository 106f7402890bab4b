// Applications and projects as custom resources; events about them as Kubernetes Events.
import { applicationApiVersion, applicationKeyOf, ClusterError, messageOf, parseApplication, silentLogger } from '@plumbline/core'
import type { Application, ApplicationStore, KubernetesObject, Logger, PatchOperation, RecordedEvent, StoreChange } from '@plumbline/core'
import { formatJson } from '@plumbline/yaml'
import type { KubernetesCluster } from './cluster.ts'
import { pause } from './http.ts'
import { queryOf } from './paths.ts'
import { startReflector } from './reflector.ts'
import type { Reflector } from './reflector.ts'
import { stripManagedFields } from './strip-managed-fields.ts'

/** Where to look. */
export interface ApplicationStoreOptions {
  /** Namespace of Applications and projects. Default: argocd. */
  readonly namespace?: string
  readonly logger?: Logger
  /** Written as `source.component` of Events and as field manager. Default: argocd-application-controller. */
  readonly component?: string
  /** How often to look for definitions that are not there yet. Default: 500 ms. */
  readonly definitionPollMs?: number
}

/** A store that can be closed. */
export interface KubernetesApplicationStore extends ApplicationStore {
  /** Resolves when every event has been written or given up. */
  flush(): Promise<void>
  close(): void
}

const group = '/apis/argoproj.io/v1alpha1'

/** Create the store; it begins to watch with `start`, and waits for the definitions where they are missing. */
export function createApplicationStore(cluster: KubernetesCluster, options: ApplicationStoreOptions = {}): KubernetesApplicationStore {
  const namespace = options.namespace ?? 'argocd'
  const logger = options.logger ?? silentLogger
  const component = options.component ?? 'argocd-application-controller'
  const applications = new Map<string, Application>()
  const projects = new Map<string, KubernetesObject>()
  /** What each project was before its last change: watches of two kinds may tell in another order than things happened. */
  const formerProjects = new Map<string, KubernetesObject>()
  const listeners = new Set<(change: StoreChange) => void>()
  const reflectors: Reflector[] = []
  const pending = new Set<Promise<void>>()
  let lastEventAt = 0n

  function put(object: KubernetesObject): void {
    let application: Application
    try {
      application = parseApplication(object)
    } catch (error) {
      logger.log('warning', `an Application is passed over: ${messageOf(error)}`, { name: object.metadata.name })
      return
    }
    const key = applicationKeyOf(application)
    const before = applications.get(key)
    if (
      before !== undefined &&
      before.metadata.uid === application.metadata.uid &&
      Number(before.metadata.resourceVersion) >= Number(application.metadata.resourceVersion)
    )
      return
    applications.set(key, application)
    const type = before === undefined ? 'added' : 'modified'
    for (const listener of listeners) listener({ type, key, application })
  }

  function putProject(object: KubernetesObject): void {
    const name = object.metadata.name ?? ''
    const former = projects.get(name)
    if (former !== undefined && former.metadata.resourceVersion !== object.metadata.resourceVersion) formerProjects.set(name, former)
    projects.set(name, object)
  }

  function projectOf(name: string, at: string | undefined): KubernetesObject | undefined {
    const current = projects.get(name)
    if (current === undefined || at === undefined || Number(current.metadata.resourceVersion) <= Number(at)) return current
    return formerProjects.get(name) ?? current
  }

  function remove(object: KubernetesObject): void {
    const key = applicationKeyOf(object)
    const before = applications.get(key)
    if (before === undefined || before.metadata.uid !== object.metadata.uid) return
    applications.delete(key)
    for (const listener of listeners) listener({ type: 'deleted', key, application: before })
  }

  function watch(
    plural: string,
    kind: string,
    sink: { put(object: KubernetesObject): void; remove(object: KubernetesObject): void; held(): Iterable<KubernetesObject> },
  ): Reflector {
    const reflector = startReflector(
      {
        http: cluster.http,
        path: `${group}/namespaces/${namespace}/${plural}`,
        apiVersion: applicationApiVersion,
        kind,
        logger,
        prepare: (text) => stripManagedFields(text, '\0'),
      },
      {
        replace(objects) {
          const uids = new Set(objects.map(({ metadata }) => metadata.uid))
          for (const object of Array.from(sink.held())) if (!uids.has(object.metadata.uid)) sink.remove(object)
          for (const object of objects) sink.put(object)
        },
        apply: (type, object) => (type === 'DELETED' ? sink.remove(object) : sink.put(object)),
      },
    )
    reflectors.push(reflector)
    return reflector
  }

  async function waitForDefinitions(signal: AbortSignal | undefined): Promise<void> {
    for (let isTold = false; ;) {
      const known = await Promise.all(['Application', 'AppProject'].map((kind) => cluster.resourceOf({ group: 'argoproj.io', kind }, signal)))
      if (known.every((resource) => resource !== undefined)) return
      if (!isTold) logger.log('info', 'waiting for the definitions of Application and AppProject')
      isTold = true
      await pause(options.definitionPollMs ?? 500, signal)
    }
  }

  return {
    async start(signal) {
      await waitForDefinitions(signal)
      const started = [
        watch('applications', 'Application', { put, remove, held: () => applications.values() }),
        watch('appprojects', 'AppProject', {
          put: putProject,
          remove: (object) => void projects.delete(object.metadata.name ?? ''),
          held: () => projects.values(),
        }),
      ]
      await beforeAbort(Promise.all(started.map(({ synced }) => synced)), signal)
    },
    list: () => [...applications.values()],
    get: (key) => applications.get(key),
    project: projectOf,
    subscribe(listener) {
      listeners.add(listener)
      return () => listeners.delete(listener)
    },
    async patch(key, patch) {
      const slash = key.indexOf('/')
      const path = `${group}/namespaces/${encodeURIComponent(key.slice(0, slash))}/applications/${encodeURIComponent(key.slice(slash + 1))}`
      const contentType = isOperations(patch) ? 'application/json-patch+json' : 'application/merge-patch+json'
      try {
        const answer = (await cluster.http.json({
          method: 'PATCH',
          path: `${path}${queryOf({ fieldManager: component })}`,
          body: formatJson(patch),
          contentType,
        })) as KubernetesObject
        put(answer)
        return applications.get(key)
      } catch (error) {
        if (error instanceof ClusterError && error.status === 404) return undefined
        throw error
      }
    },
    recordEvent(application, event) {
      const work = writeEvent(application, event)
      pending.add(work)
      return work.finally(() => pending.delete(work))
    },
    async flush() {
      await Promise.allSettled(pending)
    },
    close() {
      for (const reflector of reflectors) reflector.stop()
      listeners.clear()
    },
  }

  async function writeEvent(application: Application, event: RecordedEvent): Promise<void> {
    // Names are made of the time, as Argo CD makes them; two events of one nanosecond would collide.
    const nanoseconds = BigInt(Date.now()) * 1_000_000n
    lastEventAt = nanoseconds > lastEventAt ? nanoseconds : lastEventAt + 1n
    const time = new Date().toISOString().replace(/\.\d+Z$/, 'Z')
    const { destination } = application.spec
    const { name = '', namespace: home = '', uid, resourceVersion } = application.metadata
    const body = {
      apiVersion: 'v1',
      kind: 'Event',
      metadata: {
        name: `${name}.${lastEventAt.toString(16)}`,
        namespace: home,
        annotations: {
          ...(destination.namespace === undefined ? {} : { 'dest-namespace': destination.namespace }),
          ...(destination.server === undefined ? {} : { 'dest-server': destination.server }),
        },
      },
      involvedObject: { apiVersion: applicationApiVersion, kind: 'Application', name, namespace: home, uid, resourceVersion },
      source: { component },
      firstTimestamp: time,
      lastTimestamp: time,
      count: 1,
      ...event,
    }
    await cluster.http.json({ method: 'POST', path: `/api/v1/namespaces/${encodeURIComponent(home)}/events`, body: formatJson(body) })
  }
}

/** A cluster that does not answer must not hold up who wants to stop. @throws the signal's reason */
function beforeAbort<T>(work: Promise<T>, signal: AbortSignal | undefined): Promise<T> {
  if (signal === undefined) return work
  return new Promise((resolve, reject) => {
    const abort = (): void => reject(signal.reason instanceof Error ? signal.reason : new Error('aborted'))
    if (signal.aborted) abort()
    signal.addEventListener('abort', abort, { once: true })
    work.then(resolve, reject).finally(() => signal.removeEventListener('abort', abort))
  })
}

function isOperations(patch: Readonly<Record<string, unknown>> | readonly PatchOperation[]): patch is readonly PatchOperation[] {
  return Array.isArray(patch)
}
