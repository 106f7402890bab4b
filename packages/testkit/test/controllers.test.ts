import { startCluster } from '@plumbline/testkit'
import type { Cluster } from '@plumbline/testkit'
import { describe, expect, it, vi } from 'vitest'

const labels = { app: 'x' }
const template = { metadata: { labels }, spec: { containers: [{ name: 'c', image: 'i:1' }] } }
const spec = { selector: { matchLabels: labels }, template }
const eventually = (check: () => void): Promise<void> => vi.waitFor(check, { timeout: 10_000 })

function reader({ api }: Cluster) {
  return {
    get: (group: string, plural: string, name: string) => api.get({ group, plural }, 'default', name) as Record<string, never> | undefined,
    list: (group: string, plural: string) => api.list({ group, plural }, 'default'),
    reasons: () => api.list({ group: '', plural: 'events' }, 'default').map(({ reason }) => reason as string),
  }
}

const conditionOf = (object: unknown, type: string): unknown =>
  (object as { status?: { conditions?: { type: string; reason?: string; status: string }[] } } | undefined)?.status?.conditions?.find(
    (condition) => condition.type === type,
  )

describe('controllers', () => {
  it('adopt what their selector finds, and let go of it again', async () => {
    await using cluster = await startCluster()
    const { get, list } = reader(cluster)
    cluster.api.create({ apiVersion: 'v1', kind: 'Pod', metadata: { name: 'bare', namespace: 'default', labels }, spec: template.spec })
    cluster.api.create({ apiVersion: 'apps/v1', kind: 'ReplicaSet', metadata: { name: 'r', namespace: 'default' }, spec: { ...spec, replicas: 2 } })
    await eventually(() => expect(get('apps', 'replicasets', 'r')).toMatchObject({ status: { readyReplicas: 2 } }))
    expect(get('', 'pods', 'bare')).toMatchObject({ metadata: { ownerReferences: [{ kind: 'ReplicaSet', name: 'r', controller: true }] } })
    const bare = cluster.api.get({ group: '', plural: 'pods' }, 'default', 'bare')
    if (bare !== undefined) cluster.api.update({ ...bare, metadata: { ...bare.metadata, labels: { app: 'y' } } })
    await eventually(() => expect(list('', 'pods')).toHaveLength(3))
    expect((get('', 'pods', 'bare') as unknown as { metadata: object }).metadata).not.toHaveProperty('ownerReferences')
  })

  it('roll a Deployment, pause it, and tell it in conditions, revisions and events', async () => {
    await using cluster = await startCluster()
    const { get, list, reasons } = reader(cluster)
    const change = (next: object): void => {
      const held = cluster.api.get({ group: 'apps', plural: 'deployments' }, 'default', 'd')
      if (held !== undefined) cluster.api.update({ ...held, spec: { ...(held['spec'] as object), ...next } })
    }
    cluster.api.create({ apiVersion: 'apps/v1', kind: 'Deployment', metadata: { name: 'd', namespace: 'default' }, spec: { ...spec, replicas: 2 } })
    await eventually(() => expect(conditionOf(get('apps', 'deployments', 'd'), 'Progressing')).toMatchObject({ reason: 'NewReplicaSetAvailable' }))
    change({ paused: true, template: { ...template, spec: { containers: [{ name: 'c', image: 'i:2' }] } } })
    await eventually(() => expect(conditionOf(get('apps', 'deployments', 'd'), 'Progressing')).toMatchObject({ reason: 'DeploymentPaused', status: 'Unknown' }))
    expect(list('apps', 'replicasets')).toHaveLength(1)
    change({ paused: false })
    await eventually(() =>
      expect(get('apps', 'deployments', 'd')).toMatchObject({
        metadata: { annotations: { 'deployment.kubernetes.io/revision': '2' } },
        status: { updatedReplicas: 2, replicas: 2, availableReplicas: 2 },
      }),
    )
    expect(reasons()).toContain('ScalingReplicaSet')
  })

  it('keep histories of StatefulSets and place DaemonSets by nodes', async () => {
    await using cluster = await startCluster()
    const { get, list } = reader(cluster)
    cluster.api.create({
      apiVersion: 'apps/v1',
      kind: 'StatefulSet',
      metadata: { name: 's', namespace: 'default' },
      spec: { ...spec, serviceName: 's', replicas: 2 },
    })
    const placed = { ...template, spec: { ...template.spec, nodeSelector: { 'kubernetes.io/hostname': 'node-1' } } }
    cluster.api.create({
      apiVersion: 'apps/v1',
      kind: 'DaemonSet',
      metadata: { name: 'e', namespace: 'default' },
      spec: { selector: { matchLabels: { app: 'e' } }, template: { ...placed, metadata: { labels: { app: 'e' } } } },
    })
    await eventually(() => {
      expect(get('apps', 'statefulsets', 's')).toMatchObject({ status: { readyReplicas: 2, currentReplicas: 2 } })
      expect(get('apps', 'daemonsets', 'e')).toMatchObject({ status: { desiredNumberScheduled: 1, numberReady: 1 } })
    })
    expect(list('apps', 'controllerrevisions').map(({ revision }) => revision)).toEqual([1, 1])
  })

  it('say why a pod has no place', async () => {
    await using cluster = await startCluster()
    const { get, reasons } = reader(cluster)
    cluster.api.create({
      apiVersion: 'v1',
      kind: 'Pod',
      metadata: { name: 'p', namespace: 'default' },
      spec: { ...template.spec, nodeSelector: { never: 'there' } },
    })
    await eventually(() =>
      expect(conditionOf(get('', 'pods', 'p'), 'PodScheduled')).toMatchObject({
        reason: 'Unschedulable',
        message: expect.stringContaining("0/2 nodes are available: 2 node(s) didn't match Pod's node affinity/selector.") as string,
      }),
    )
    expect(reasons()).toContain('FailedScheduling')
  })

  it('track the pods of Jobs, by index too, and make Jobs when their time has come', async () => {
    await using cluster = await startCluster()
    const { get, list } = reader(cluster)
    const job = { template: { spec: { ...template.spec, restartPolicy: 'Never' } } }
    cluster.api.create({
      apiVersion: 'batch/v1',
      kind: 'Job',
      metadata: { name: 'j', namespace: 'default' },
      spec: { ...job, completions: 3, parallelism: 2, completionMode: 'Indexed' },
    })
    cluster.api.create({
      apiVersion: 'batch/v1',
      kind: 'CronJob',
      metadata: { name: 'c', namespace: 'default', creationTimestamp: null },
      spec: { schedule: '* * * * *', jobTemplate: { spec: job } },
    })
    await eventually(() => expect(get('batch', 'jobs', 'j')).toMatchObject({ status: { succeeded: 3, completedIndexes: '0-2' } }))
    expect(conditionOf(get('batch', 'jobs', 'j'), 'Complete')).toMatchObject({ reason: 'CompletionsReached' })
    expect(list('', 'pods').filter(({ metadata }) => (metadata.finalizers ?? []).length > 0)).toEqual([])
  })
})

describe('rules in CEL', () => {
  const definition = (rules: object[]) => ({
    apiVersion: 'apiextensions.k8s.io/v1',
    kind: 'CustomResourceDefinition',
    metadata: { name: 'widgets.example.com' },
    spec: {
      group: 'example.com',
      scope: 'Namespaced',
      names: { plural: 'widgets', kind: 'Widget' },
      versions: [
        {
          name: 'v1',
          served: true,
          storage: true,
          schema: {
            openAPIV3Schema: {
              type: 'object',
              properties: {
                spec: {
                  type: 'object',
                  properties: { n: { type: 'integer' }, s: { type: 'string', maxLength: 100 }, list: { type: 'array', items: { type: 'string' } } },
                  'x-kubernetes-validations': rules,
                },
              },
            },
          },
        },
      ],
    },
  })
  const widget = (n: number, s = 'a') => ({ apiVersion: 'example.com/v1', kind: 'Widget', metadata: { name: 'w', namespace: 'default' }, spec: { n, s } })

  it('are asked when something is written', async () => {
    await using cluster = await startCluster()
    cluster.api.create(definition([{ rule: 'self.n >= oldSelf.n', message: 'n may only grow' }, { rule: 'self.s.matches("^(a+)+$")' }]))
    await eventually(() => expect(cluster.api.resourceOf(widget(1))).toBeDefined())
    expect(() => cluster.api.create(widget(1, `${'a'.repeat(40)}!`))).toThrow('failed rule: self.s.matches')
    cluster.api.create(widget(5))
    const held = cluster.api.get({ group: 'example.com', plural: 'widgets' }, 'default', 'w')
    expect(() => cluster.api.update({ ...(held as never as object), spec: { n: 4, s: 'a' } } as never)).toThrow('n may only grow')
  })

  it.each([
    ['self.n +', "mismatched input '<EOF>'"],
    ['self.nope == 1', "undefined field 'nope'"],
    ['nope == 1', "undeclared reference to 'nope'"],
    ['self.n + 1', 'cel expression must evaluate to a bool'],
    ['self.list.all(a, self.list.all(b, self.list.all(c, a + b + c != "")))', 'exceeds budget by factor of more than 100x'],
  ])('are refused when they are wrong: %s', async (rule, text) => {
    await using cluster = await startCluster({ controllers: false })
    expect(() => cluster.api.create(definition([{ rule }]))).toThrow(text)
  })
})
