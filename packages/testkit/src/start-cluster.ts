// Starts an API server in this process, with or without controllers.
import { randomBytes } from 'node:crypto'
import { mkdir, writeFile } from 'node:fs/promises'
import type { AddressInfo } from 'node:net'
import { join } from 'node:path'
import { followApiServices } from './api-server/api-services.ts'
import { createAuthorizer } from './api-server/access/rbac.ts'
import { createTokenAuthority } from './api-server/access/tokens.ts'
import { createAdmission } from './api-server/admission/admission.ts'
import type { Admission } from './api-server/admission/admission.ts'
import { createClusterApi } from './api-server/cluster-api.ts'
import type { ClusterApi } from './api-server/cluster-api.ts'
import type { ApiContext, LogProvider } from './api-server/context.ts'
import { followDefinitions } from './api-server/definitions.ts'
import { createDiscovery } from './api-server/discovery.ts'
import { createFacts } from './api-server/facts.ts'
import { createFaults } from './api-server/faults.ts'
import type { Faults } from './api-server/faults.ts'
import { createHttpDoor } from './api-server/http-server.ts'
import { createOpenApi } from './api-server/openapi.ts'
import { createRegistry } from './api-server/resources.ts'
import { createStorage } from './api-server/storage.ts'
import { formatTime } from './api-server/types.ts'
import type { Clock, KubeObject } from './api-server/types.ts'
import { createWatchHub } from './api-server/watch.ts'
import { createWriter } from './api-server/write.ts'
import { createCertificates } from './certificates.ts'
import { createClusterClient } from './client/cluster-client.ts'
import type { ClusterClient } from './client/cluster-client.ts'
import { instantProvisioner } from './controllers/volume-claims.ts'
import { startControllers } from './controllers/start-controllers.ts'
import type { Workloads } from './controllers/start-controllers.ts'

/** Options of a cluster; all have defaults. */
export interface ClusterOptions {
  /** Default: a free one. */
  readonly port?: number
  /** Default: 127.0.0.1. */
  readonly host?: string
  /** Run garbage collection, namespace termination and workloads. Default: true. */
  readonly controllers?: boolean
  /** Nodes that are there from the start, called node-0 and so on; only with controllers. Default: 2. */
  readonly nodes?: number
  readonly clock?: Clock
  /** The administrator's bearer token. Default: a random one. */
  readonly token?: string
  /**
   * Who a caller without credentials is: the administrator (`open`), or `system:anonymous` (`rbac`), as on a real cluster. Whoever comes with
   * a service account's token or acts as somebody else is held to roles and bindings in either case. Default: open.
   */
  readonly authorization?: 'open' | 'rbac'
  /** Folder for the kubeconfig file; none is written without it. */
  readonly dir?: string
  /** Speak HTTPS, with an authority made for this cluster. Default: plain HTTP on the loopback. */
  readonly tls?: boolean
  /**
   * Name of a default StorageClass whose claims are given a volume at once, as on a cluster with a provisioner. Default: none, so that claims stay
   * pending until they are given a volume.
   */
  readonly storageClass?: string
  /** Decides what is random about faults. Default: 1. */
  readonly seed?: number
  /** Start from this state. */
  readonly snapshot?: Snapshot
}

/** Everything a cluster holds, as plain data. */
export interface Snapshot {
  readonly version: number
  readonly objects: Readonly<Record<string, readonly KubeObject[]>>
}

/** A running cluster. */
export interface Cluster extends ClusterClient, AsyncDisposable {
  /** Address of the API. */
  readonly url: string
  readonly token: string
  /** PEM of the authority, where the cluster speaks HTTPS. */
  readonly ca: string | undefined
  /** File of the kubeconfig, where a folder was given. */
  readonly kubeconfigFile: string | undefined
  /** The API without HTTP. */
  readonly api: ClusterApi
  readonly faults: Faults
  readonly admission: Admission
  /** How workloads behave. */
  readonly workloads: Workloads
  /** Requests so far by `METHOD resource`. */
  readonly requests: Readonly<Record<string, number>>
  /** A kubeconfig for this cluster, as JSON text. */
  kubeconfig(): string
  /** Text that `kubectl logs` prints for a container. */
  setLogs(provider: LogProvider): void
  snapshot(): Snapshot
  /** Replace everything; open watches end, as at a restart. */
  restore(snapshot: Snapshot): void
  /** A second cluster that begins with the state of this one, with the same options on a port of its own. */
  fork(options?: ClusterOptions): Promise<Cluster>
  /** Forget history: watches from versions of the past are told that they are gone (410), as after a compaction. */
  compact(): void
  /**
   * Crash and come back on the same address: connections break, history is forgotten, and for `downMs` nobody answers.
   * Without `keepsState` everything is as it was at the start.
   */
  restart(options?: { readonly keepsState?: boolean; readonly downMs?: number }): Promise<void>
  /** Drop every connection, as a crash of the server would. */
  dropConnections(): void
  close(): Promise<void>
}

const realClock: Clock = {
  now: () => Date.now(),
  setTimeout(callback, delayMs) {
    const timer = setTimeout(callback, delayMs)
    timer.unref()
    return { cancel: () => clearTimeout(timer) }
  },
}

/** Start; resolves when the API answers. */
export async function startCluster(options: ClusterOptions = {}): Promise<Cluster> {
  const clock = options.clock ?? realClock
  const facts = createFacts()
  const storage = createStorage()
  const registry = createRegistry(facts)
  const admission = createAdmission(storage, registry, { serviceAccounts: options.controllers ?? true })
  const authorizer = createAuthorizer(storage)
  const tokens = createTokenAuthority(storage, clock)
  const token = options.token ?? randomBytes(16).toString('hex')
  const writer = createWriter(storage, registry, clock, admission, authorizer)
  const watches = createWatchHub(storage, clock)
  const faults = createFaults(() => storage.frozen(), options.seed ?? 1)
  const api = createClusterApi(storage, registry, writer)
  const requests: Record<string, number> = {}
  let logs: LogProvider = () => undefined
  let url = ''
  const context: ApiContext = {
    storage,
    registry,
    facts,
    writer,
    discovery: createDiscovery(facts, registry, () => new URL(url).host),
    openapi: createOpenApi(facts, registry),
    api,
    clock,
    logs: (pod) => logs(pod),
    authorizer,
    tokens,
    isAdministrator: (given) => given === token,
  }
  if (options.snapshot === undefined) {
    for (const object of facts.bootstrapObjects()) {
      const type = api.resourceOf(object)
      if (type !== undefined) storage.put(type.storage, withServerMembers(object, clock))
    }
  } else load(options.snapshot)
  if (options.storageClass !== undefined)
    api.create({
      apiVersion: 'storage.k8s.io/v1',
      kind: 'StorageClass',
      metadata: { name: options.storageClass, annotations: { 'storageclass.kubernetes.io/is-default-class': 'true' } },
      provisioner: instantProvisioner,
    })
  storage.begin()
  followDefinitions(storage, registry, writer, watches, clock)
  followApiServices(storage, registry, writer, clock)

  const host = options.host ?? '127.0.0.1'
  const certificates = options.tls === true ? await createCertificates(host, clock.now()) : undefined
  const door = createHttpDoor({
    context,
    watches,
    faults,
    token,
    isOpen: options.authorization !== 'rbac',
    ...(certificates === undefined ? {} : { tls: certificates }),
    onRequest(method, path) {
      const parts = path.split('/').filter((part) => part !== '')
      const rest = parts[0] === 'api' ? parts.slice(2) : parts.slice(3)
      const label = `${method} ${(rest[0] === 'namespaces' && rest.length > 2 ? rest[2] : rest[0]) ?? path}`
      requests[label] = (requests[label] ?? 0) + 1
    },
  })
  await new Promise<void>((resolve, reject) => {
    door.server.once('error', reject)
    door.server.listen(options.port ?? 0, host, () => resolve())
  })
  const { port } = door.server.address() as AddressInfo
  url = `${certificates === undefined ? 'http' : 'https'}://${host}:${port}`
  const controllers = startControllers(api, clock, { isOn: options.controllers ?? true, nodes: options.nodes ?? 2 })
  // What they make of the state they find is there when the caller gets to see it: nodes, and accounts for pods.
  await new Promise((resolve) => setImmediate(resolve))

  const takeSnapshot = (): Snapshot => ({
    version: storage.version(),
    objects: Object.fromEntries(storage.storages().map((name) => [name, storage.list(name, undefined).map(({ object }) => object)])),
  })

  const firstState = takeSnapshot()
  const kubeconfig = (): string =>
    `${JSON.stringify(
      {
        apiVersion: 'v1',
        kind: 'Config',
        clusters: [
          {
            name: 'plumbline',
            cluster: { server: url, ...(certificates === undefined ? {} : { 'certificate-authority-data': Buffer.from(certificates.ca).toString('base64') }) },
          },
        ],
        users: [{ name: 'plumbline', user: { token } }],
        contexts: [{ name: 'plumbline', context: { cluster: 'plumbline', user: 'plumbline', namespace: 'default' } }],
        'current-context': 'plumbline',
      },
      null,
      2,
    )}\n`
  let kubeconfigFile: string | undefined
  if (options.dir !== undefined) {
    await mkdir(options.dir, { recursive: true })
    kubeconfigFile = join(options.dir, 'kubeconfig')
    await writeFile(kubeconfigFile, kubeconfig(), { mode: 0o600 })
  }

  function load({ version, objects }: Snapshot): void {
    storage.load(new Map(Object.entries(objects)), version)
  }

  async function close(): Promise<void> {
    controllers.stop()
    await door.close()
  }

  return {
    ...createClusterClient(api, storage, writer),
    url,
    token,
    ca: certificates?.ca,
    kubeconfigFile,
    api,
    faults,
    admission,
    workloads: controllers.workloads,
    requests,
    kubeconfig,
    setLogs: (provider) => {
      logs = provider
    },
    snapshot: takeSnapshot,
    fork({ snapshot, ...changes } = {}) {
      const { port: _port, dir: _dir, storageClass: _storageClass, ...kept } = options
      return startCluster({ ...kept, snapshot: snapshot ?? takeSnapshot(), ...changes })
    },
    restore(snapshot) {
      load(snapshot)
      watches.closeAll()
    },
    compact: () => storage.begin(),
    async restart({ keepsState = true, downMs = 0 } = {}) {
      await new Promise<void>((resolve) => {
        watches.closeAll()
        door.server.close(() => resolve())
        door.dropConnections()
      })
      if (keepsState) storage.begin()
      else load(firstState)
      if (downMs > 0) await new Promise((resolve) => setTimeout(resolve, downMs))
      await new Promise<void>((resolve) => door.server.listen(port, host, () => resolve()))
    },
    dropConnections: () => door.dropConnections(),
    close,
    [Symbol.asyncDispose]: close,
  }
}

/** Recorded objects come without what differs from run to run. */
function withServerMembers(object: KubeObject, clock: Clock): KubeObject {
  const time = formatTime(clock.now())
  const uid = object.metadata.uid ?? crypto.randomUUID()
  const filled = JSON.parse(JSON.stringify(object).replaceAll('<time>', time).replaceAll('"<port>"', '6443').replaceAll('<certificate>', '')) as KubeObject
  return { ...filled, metadata: { ...filled.metadata, uid, creationTimestamp: time } }
}
