// An engine in thirty lines: a source, a renderer, a cluster, a store. Run it: npx tsx examples/minimal-engine/main.ts
import { createEngine } from '@plumbline/core'
import { createApplicationStore, createCluster, ensureDefaultProject, installDefinitions, parseKubeconfig, systemClock } from '@plumbline/k8s'
import { directory } from '@plumbline/renderers'
import { memorySource } from '@plumbline/sources'
import { startCluster } from '@plumbline/testkit'

// Any cluster will do: with `loadKubeconfig(file)` this runs on yours, with `gitSource()` from your repository.
await using embedded = await startCluster()
const cluster = createCluster(await parseKubeconfig(embedded.kubeconfig()))
await installDefinitions(cluster)
await ensureDefaultProject(cluster, 'argocd')
const store = createApplicationStore(cluster, { namespace: 'argocd' })
const source = memorySource('https://git.example.com/shop.git', {
  'shop/config.yaml': 'apiVersion: v1\nkind: ConfigMap\nmetadata: {name: greeting}\ndata: {text: hello}\n',
})
const engine = createEngine({ sources: [source], renderers: [directory()], cluster, store, clock: systemClock })
const synced = new Promise<void>((resolve) => {
  engine.subscribe((event) => {
    if (event.type === 'resource.applied') console.log(event.message)
    if (event.type === 'application.compared') console.log(`${event.application}: ${event.status}, ${event.health}`)
    if (event.type === 'application.compared' && event.status === 'Synced') resolve()
  })
})
await engine.start()
embedded.api.create({
  apiVersion: 'argoproj.io/v1alpha1',
  kind: 'Application',
  metadata: { name: 'shop', namespace: 'argocd' },
  spec: {
    project: 'default',
    source: { repoURL: 'https://git.example.com/shop.git', targetRevision: 'main', path: 'shop' },
    destination: { server: 'https://kubernetes.default.svc', namespace: 'default' },
    syncPolicy: { automated: {} },
  },
})
await synced
await engine.stop()
store.close()
await cluster.close()
