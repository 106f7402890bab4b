// The cluster in few words: apply, look, wait, fork; and the matchers.
import { mkdtemp, mkdir, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { startCluster } from '@plumbline/testkit'
import type { Cluster } from '@plumbline/testkit'
import '@plumbline/testkit/vitest'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'

const deployment = `
apiVersion: apps/v1
kind: Deployment
metadata: { name: web }
spec:
  replicas: 2
  selector: { matchLabels: { app: web } }
  template:
    metadata: { labels: { app: web } }
    spec: { containers: [{ name: web, image: "web:1" }] }
`
const definition = `
apiVersion: apiextensions.k8s.io/v1
kind: CustomResourceDefinition
metadata: { name: widgets.example.com }
spec:
  group: example.com
  scope: Namespaced
  names: { plural: widgets, singular: widget, kind: Widget, shortNames: [wd] }
  versions: [{ name: v1, served: true, storage: true, schema: { openAPIV3Schema: { type: object, x-kubernetes-preserve-unknown-fields: true } } }]
`

describe('a cluster in a test', () => {
  let cluster: Cluster
  let folder: string
  beforeAll(async () => {
    cluster = await startCluster()
    folder = await mkdtemp(join(tmpdir(), 'plumbline-client-'))
  })
  afterAll(async () => {
    await cluster.close()
    await rm(folder, { recursive: true })
  })

  it('takes files, folders and objects, and shows what became of them', async () => {
    await mkdir(join(folder, 'more'))
    await writeFile(join(folder, 'a.yaml'), deployment)
    await writeFile(join(folder, 'more', 'b.yaml'), 'apiVersion: v1\nkind: Namespace\nmetadata: { name: shop }\n')
    await writeFile(join(folder, 'notes.txt'), 'no manifest')
    const applied = await cluster.apply([folder, { apiVersion: 'v1', kind: 'ConfigMap', metadata: { name: 'c', namespace: 'shop' } }])
    expect(applied.map(({ kind }) => kind)).toEqual(['Namespace', 'Deployment', 'ConfigMap'])
    await expect(cluster).toEventuallyHaveResource('deploy', 'web', { matching: { status: { readyReplicas: 2 } } })
    expect(await cluster.eventually(() => cluster.list('po', { labels: { app: 'web' } }).length === 2)).toBe(true)
    expect(cluster).toHaveResource('cm', 'c', { namespace: 'shop' })
    expect(cluster).not.toHaveResource('configmaps', 'c')
    expect(cluster.get('Deployment', 'web')?.metadata.managedFields?.[0]).toMatchObject({ manager: 'plumbline-testkit', operation: 'Apply' })
    expect(cluster.delete('deployments.apps', 'web')).toBe(true)
    expect(cluster.delete('deployments.apps', 'web')).toBe(false)
  })

  it('takes definitions before what they define, and knows its names', async () => {
    await cluster.apply([{ yaml: 'apiVersion: example.com/v1\nkind: Widget\nmetadata: { name: w }\nspec: { size: 3 }\n---\n' + definition }])
    expect(cluster).toHaveResource('wd', 'w', { matching: { spec: { size: 3 } } })
  })

  it('says what is wrong and where', async () => {
    await writeFile(join(folder, 'bad.yaml'), 'a: 1\nb: [\n')
    await expect(cluster.apply(join(folder, 'bad.yaml'))).rejects.toThrow(/bad\.yaml:\d+: /)
    await expect(cluster.apply({ yaml: 'a: 1' })).rejects.toThrow('manifests, document 1: not a Kubernetes object')
    await expect(cluster.apply({ yaml: 'apiVersion: odd/v1\nkind: Odd\nmetadata: { name: x }' })).rejects.toThrow('odd/v1 Odd is not known')
    await expect(cluster.apply({ yaml: deployment.replace('replicas: 2', 'replicas: -2') })).rejects.toThrow('must be greater than or equal to 0')
    expect(() => cluster.get('gadgets', 'x')).toThrow('no resource "gadgets"')
    await expect(cluster.eventually(() => false, { timeoutMs: 20 })).rejects.toThrow('not within 20 ms: the check gave false')
    expect(() => expect(cluster).toHaveResource('wd', 'w', { matching: { spec: { size: 4 } } })).toThrow('wd w differs at spec.size: 3')
    expect(() => expect(cluster).toHaveResource('wd', 'x')).toThrow('wd x is not in the cluster; there are: default/w')
  })

  it('forks: what happens to one does not happen to the other', async () => {
    await using other = await cluster.fork()
    expect(other).toHaveResource('wd', 'w')
    other.delete('wd', 'w')
    await other.apply({ yaml: 'apiVersion: v1\nkind: ConfigMap\nmetadata: { name: only-there }' })
    expect(cluster).toHaveResource('wd', 'w')
    expect(cluster).not.toHaveResource('cm', 'only-there')
    expect(other.url).not.toBe(cluster.url)
  })
})
