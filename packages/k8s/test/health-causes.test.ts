import { formatCauses, healthCauses, podCauses } from '@plumbline/core'
import type { KubernetesObject } from '@plumbline/core'
import { createCluster, parseKubeconfig } from '@plumbline/k8s'
import { startCluster } from '@plumbline/testkit'
import { describe, expect, it, vi } from 'vitest'

const pod = (name: string, status: object): KubernetesObject => ({ apiVersion: 'v1', kind: 'Pod', metadata: { name, namespace: 'shop' }, status })
const container = (state: object): object => ({ phase: 'Pending', containerStatuses: [{ name: 'main', image: 'web:nope', state }] })

describe('the cause of bad health', () => {
  it('is what containers say, and the scheduler, the most frequent first', () => {
    const causes = podCauses([
      pod('a', container({ waiting: { reason: 'ImagePullBackOff' } })),
      pod('b', container({ waiting: { reason: 'ImagePullBackOff' } })),
      pod('c', { phase: 'Running', conditions: [{ type: 'Ready', status: 'True' }] }),
      pod('d', container({ terminated: { reason: 'OOMKilled', exitCode: 137 } })),
      pod('e', { phase: 'Pending', conditions: [{ type: 'PodScheduled', status: 'False', reason: 'Unschedulable', message: '0/2 nodes are available' }] }),
      pod('f', container({ waiting: { reason: 'ContainerCreating' } })),
      pod('g', { phase: 'Succeeded' }),
    ])
    expect(formatCauses(causes)).toEqual([
      '2 of 7 pods: ImagePullBackOff web:nope',
      '1 of 7 pods: OOMKilled (exit code 137) web:nope',
      '1 of 7 pods: Pending',
      '1 of 7 pods: Unschedulable: 0/2 nodes are available',
    ])
  })

  it('is found behind a Deployment, through its ReplicaSet', async () => {
    await using cluster = await startCluster()
    cluster.workloads.script(() => 'crash')
    cluster.api.create({ apiVersion: 'v1', kind: 'Namespace', metadata: { name: 'shop' } })
    const labels = { app: 'web' }
    const containers = [{ name: 'main', image: 'registry.test/web:1' }]
    cluster.api.create({
      apiVersion: 'apps/v1',
      kind: 'Deployment',
      metadata: { name: 'web', namespace: 'shop' },
      spec: { replicas: 2, selector: { matchLabels: labels }, template: { metadata: { labels }, spec: { containers } } },
    })
    const seen = createCluster(await parseKubeconfig(cluster.kubeconfig()))
    try {
      const deployment = await seen.get({ group: 'apps', version: 'v1', kind: 'Deployment', namespace: 'shop', name: 'web' })
      if (deployment === undefined) throw new Error('it was just made')
      await vi.waitFor(async () =>
        expect(formatCauses(await healthCauses(seen, deployment))).toEqual([
          expect.stringMatching(/^2 of 2 pods: CrashLoopBackOff registry\.test\/web:1$/) as string,
        ]),
      )
      const settings = await seen.get({ group: '', version: 'v1', kind: 'Namespace', namespace: '', name: 'shop' })
      expect(settings === undefined ? undefined : await healthCauses(seen, settings)).toEqual({ causes: [], pods: 0 })
    } finally {
      await seen.close?.()
    }
  })
})
