// Informers of the official JavaScript client against the embedded cluster.
import * as client from '@kubernetes/client-node'
import { startCluster } from '@plumbline/testkit'
import { describe, expect, it } from 'vitest'

describe('informers of @kubernetes/client-node', () => {
  it('follow objects through changes, a restart and a compaction', async () => {
    await using cluster = await startCluster({ controllers: false, tls: true })
    const config = new client.KubeConfig()
    config.loadFromString(cluster.kubeconfig())
    const api = config.makeApiClient(client.CoreV1Api)
    const seen: string[] = []
    const informer = client.makeInformer(config, '/api/v1/namespaces/default/configmaps', () => api.listNamespacedConfigMap({ namespace: 'default' }))
    for (const event of ['add', 'update', 'delete'] as const) informer.on(event, ({ metadata }) => seen.push(`${event} ${metadata?.name ?? ''}`))
    informer.on('error', () => setTimeout(() => void informer.start(), 20))
    await api.createNamespacedConfigMap({ namespace: 'default', body: { metadata: { name: 'a' } } })
    await informer.start()
    const until = (text: string): Promise<unknown> => expect.poll(() => seen, { timeout: 10_000 }).toContain(text)
    await until('add a')
    await api.replaceNamespacedConfigMap({ namespace: 'default', name: 'a', body: { metadata: { name: 'a' }, data: { x: '1' } } })
    await until('update a')
    await cluster.restart()
    cluster.compact()
    await cluster.apply({ yaml: 'apiVersion: v1\nkind: ConfigMap\nmetadata: { name: b }' })
    await until('add b')
    await api.deleteNamespacedConfigMap({ namespace: 'default', name: 'a' })
    await until('delete a')
    await informer.stop()
  })
})
