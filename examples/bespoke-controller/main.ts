// A controller without Applications: it keeps one folder applied, with Plumbline's comparison, plan and applier, and nothing else.
// Run it: npx tsx examples/bespoke-controller/main.ts
import {
  builtInHealthChecks,
  compare,
  createApplier,
  createHealthRegistry,
  defaultExclusions,
  defaultFieldManager,
  defaultTracking,
  desiredStateOf,
  formatPlan,
  planSync,
} from '@plumbline/core'
import type { Cluster, Manifest, SyncPlan } from '@plumbline/core'
import { createCluster, parseKubeconfig, systemClock } from '@plumbline/k8s'
import { parseManifests } from '@plumbline/renderers'
import { startCluster } from '@plumbline/testkit'

const owner = 'bespoke'

/** From files to a plan. Nothing is written: a plan is a value, to be shown, kept or executed. */
async function planFor(cluster: Cluster, files: Readonly<Record<string, string>>): Promise<SyncPlan> {
  const manifests: readonly Manifest[] = Object.entries(files).flatMap(([path, text]) => parseManifests(path, new TextEncoder().encode(text)).manifests)
  const desired = desiredStateOf(manifests, {
    trackingName: owner,
    destinationNamespace: 'default',
    tracking: defaultTracking,
    exclusions: defaultExclusions,
    isNamespaced: () => true,
  })
  await cluster.live.observe([{ group: '', kind: 'ConfigMap' }])
  const comparison = compare({
    desired: desired.objects,
    live: cluster.live.trackedBy(owner),
    diff: { prediction: { mode: 'ownership', fieldManager: defaultFieldManager } },
    health: createHealthRegistry(builtInHealthChecks),
    tracking: defaultTracking,
  })
  return planSync({
    application: owner,
    destinationNamespace: 'default',
    revisions: ['local'],
    resources: comparison.resources,
    desired: desired.objects,
    liveHook: () => undefined,
    tracking: defaultTracking,
    policy: { prune: true },
    startedAt: systemClock.now(),
  })
}

/** One turn of the loop: plan, show, apply. */
async function reconcile(cluster: Cluster, files: Readonly<Record<string, string>>): Promise<void> {
  const plan = await planFor(cluster, files)
  console.log(formatPlan(plan))
  for await (const event of createApplier({ cluster, clock: systemClock }).apply(plan)) if (event.type === 'sync.finished') console.log(event.message)
}

const configMap = (name: string, value: string): string => `apiVersion: v1\nkind: ConfigMap\nmetadata: {name: ${name}}\ndata: {value: "${value}"}\n`

await using embedded = await startCluster()
const cluster = createCluster(await parseKubeconfig(embedded.kubeconfig()))
await reconcile(cluster, { 'a.yaml': configMap('a', '1'), 'b.yaml': configMap('b', '1') })
await reconcile(cluster, { 'a.yaml': configMap('a', '2') })
console.log(
  `in the cluster: ${embedded.api
    .list({ group: '', plural: 'configmaps' }, 'default')
    .filter(({ metadata }) => metadata.name !== 'kube-root-ca.crt')
    .map(({ metadata }) => metadata.name)
    .join(', ')}`,
)
await cluster.close()
