// From a push to cluster state, with nothing between but what users run.
import { describe, expect, it } from 'vitest'
import { configMap, createWorld, valueOf } from './lib/world.ts'
import type { World } from './lib/world.ts'

const configMaps = { group: '', plural: 'configmaps' }

describe('a push', () => {
  it('becomes cluster state, told by status, history and events', async () => {
    await using world = await createWorld({ 'shop/a.yaml': configMap('a', '1') })
    world.apply('shop')
    await world.untilSynced('shop')
    expect(valueOf(world, 'shop', 'a')).toBe('1')
    const revision = await world.commit({ 'shop/a.yaml': configMap('a', '2'), 'shop/b.yaml': configMap('b', '1') })
    await world.untilSynced('shop', revision)
    expect([valueOf(world, 'shop', 'a'), valueOf(world, 'shop', 'b')]).toEqual(['2', '1'])
    const status = world.application('shop')?.status
    expect(status?.history?.map(({ id }) => id)).toEqual([0, 1])
    expect(status?.history?.[1]).toMatchObject({ revision, initiatedBy: { automated: true } })
    expect(status?.operationState?.syncResult?.resources?.map(({ name, status: result }) => [name, result])).toEqual([
      ['a', 'Synced'],
      ['b', 'Synced'],
    ])
    await world.until(() => {
      const reasons = world.cluster.api.list({ group: '', plural: 'events' }, 'argocd').map(({ reason }) => reason)
      expect(reasons).toEqual(expect.arrayContaining(['OperationStarted', 'OperationCompleted', 'ResourceUpdated']))
    })
  })

  it('concerns only the applications that read what it changed, and asks the remote once', async () => {
    const files = Object.fromEntries(['one', 'two', 'three'].map((name) => [`${name}/c.yaml`, configMap('c', '1')]))
    await using world = await createWorld(files)
    for (const name of ['one', 'two', 'three']) world.apply(name)
    for (const name of ['one', 'two', 'three']) await world.untilSynced(name)
    await world.controller.engine.idle()
    const before = { ...world.controller.git.requests, renders: world.controller.engine.counters.renders }
    const revision = await world.commit({ 'two/c.yaml': configMap('c', '2') })
    await world.untilSynced('two', revision)
    await world.controller.engine.idle()
    expect({ ...world.controller.git.requests, renders: world.controller.engine.counters.renders }).toEqual({
      listRefs: before.listRefs + 1,
      fetch: before.fetch + 1,
      renders: before.renders + 1,
    })
    const unaffected = world.events.filter(({ type }) => type === 'application.unaffected').map(({ application }) => application)
    expect(unaffected.toSorted()).toEqual(['argocd/one', 'argocd/three'])
  })

  it('prunes what left git', async () => {
    await using world = await createWorld({ 'shop/a.yaml': configMap('a', '1'), 'shop/b.yaml': configMap('b', '1') })
    world.apply('shop')
    await world.untilSynced('shop')
    await world.untilSynced('shop', await world.commit({ 'shop/b.yaml': null }))
    expect(world.cluster.api.get(configMaps, 'shop', 'b')).toBeUndefined()
    expect(valueOf(world, 'shop', 'a')).toBe('1')
  })

  it('reaches an overlay through its base, and the generated name changes with the content', async () => {
    const overlay = 'namePrefix: prod-\nresources: [../base]\n'
    const base = (value: string): string => `configMapGenerator: [{name: settings, literals: [value=${value}]}]\n`
    await using world = await createWorld({ 'prod/kustomization.yaml': overlay, 'base/kustomization.yaml': base('1'), 'other/a.yaml': configMap('a', '1') })
    world.apply('prod')
    await world.untilSynced('prod')
    expect(world.application('prod')?.status?.sourceType).toBe('Kustomize')
    const names = (): string[] =>
      world.cluster.api.list(configMaps, 'prod').flatMap(({ metadata }) => metadata.name?.match(/^prod-settings-\w{10}$/)?.[0] ?? [])
    const [first] = names()
    await world.untilSynced('prod', await world.commit({ 'base/kustomization.yaml': base('2') }))
    expect(names()).toHaveLength(1)
    expect(names()).not.toEqual([first])
    const renders = world.controller.engine.counters.renders
    await world.commit({ 'other/a.yaml': configMap('a', '2') })
    await world.until(() => expect(world.events.some(({ type }) => type === 'application.unaffected')).toBe(true))
    expect(world.controller.engine.counters.renders).toBe(renders)
  })

  it('waits with a prune that asks for confirmation', async () => {
    const kept = configMap('b', '1').replace('metadata:\n', 'metadata:\n  annotations: {argocd.argoproj.io/sync-options: Prune=confirm}\n')
    await using world = await createWorld({ 'shop/a.yaml': configMap('a', '1'), 'shop/b.yaml': kept })
    world.apply('shop')
    await world.untilSynced('shop')
    const revision = await world.commit({ 'shop/a.yaml': configMap('a', '2'), 'shop/b.yaml': null })
    await world.until(() =>
      expect(world.application('shop')?.status?.operationState).toMatchObject({
        phase: 'Running',
        message: 'waiting for pruning confirmation of /ConfigMap/b',
      }),
    )
    expect([valueOf(world, 'shop', 'a'), valueOf(world, 'shop', 'b')]).toEqual(['1', '1'])
    const applications = { group: 'argoproj.io', plural: 'applications' }
    const live = world.cluster.api.get(applications, 'argocd', 'shop')
    if (live === undefined) throw new Error('the application is not there')
    const annotations = { ...live.metadata.annotations, 'argocd.argoproj.io/deletion-approved': new Date(Date.now() + 1000).toISOString() }
    world.cluster.api.update({ ...live, metadata: { ...live.metadata, annotations } })
    await world.untilSynced('shop', revision)
    expect(world.cluster.api.get(configMaps, 'shop', 'b')).toBeUndefined()
    expect(valueOf(world, 'shop', 'a')).toBe('2')
  })

  it('that empties an application is refused', async () => {
    await using world = await createWorld({ 'shop/a.yaml': configMap('a', '1') })
    world.apply('shop')
    await world.untilSynced('shop')
    await world.commit({ 'shop/a.yaml': null, 'shop/README.md': 'nothing here' })
    await world.until(() => {
      expect(world.application('shop')?.status?.conditions).toMatchObject([
        { type: 'SyncError', message: expect.stringContaining('auto-sync will wipe out all resources') as string },
      ])
    })
    expect(valueOf(world, 'shop', 'a')).toBe('1')
  })
})

describe('a live edit', () => {
  it('is healed, and a deleted object made again', async () => {
    await using world = await createWorld({ 'shop/a.yaml': configMap('a', '1') })
    world.apply('shop')
    await world.untilSynced('shop')
    const live = world.cluster.api.get(configMaps, 'shop', 'a')
    if (live === undefined) throw new Error('a is not there')
    world.cluster.api.update({ ...live, data: { value: 'by hand' } }, { fieldManager: 'kubectl-edit' })
    await world.until(() => expect(valueOf(world, 'shop', 'a')).toBe('1'))
    expect(world.application('shop')?.status?.history).toHaveLength(1)
  })

  it('is passed over by rules that are changed afterwards, and rules that are none are told', async () => {
    await using world = await createWorld({ 'shop/a.yaml': configMap('a', '1') })
    const syncPolicy = { automated: {}, syncOptions: ['CreateNamespace=true'] }
    world.apply('shop', { syncPolicy })
    await world.untilSynced('shop')
    const live = world.cluster.api.get(configMaps, 'shop', 'a')
    if (live === undefined) throw new Error('a is not there')
    world.cluster.api.update({ ...live, data: { value: 'by hand' } }, { fieldManager: 'kubectl-edit' })
    await world.until(() => expect(world.application('shop')?.status?.sync?.status).toBe('OutOfSync'))
    const rule = (expression: string): void => {
      const held = world.cluster.api.get({ group: 'argoproj.io', plural: 'applications' }, 'argocd', 'shop')
      if (held === undefined) throw new Error('shop is not there')
      world.cluster.api.update({ ...held, spec: { ...(held['spec'] as object), ignoreDifferences: [{ kind: 'ConfigMap', jqPathExpressions: [expression] }] } })
    }
    rule('.data[')
    await world.until(() =>
      expect(world.application('shop')?.status?.conditions).toMatchObject([
        { type: 'ComparisonError', message: expect.stringContaining('".data["') as string },
      ]),
    )
    rule('.data.value')
    await world.until(() => expect(world.application('shop')?.status?.sync?.status).toBe('Synced'))
    expect(valueOf(world, 'shop', 'a')).toBe('by hand')
  })

  it('stays where self-heal is off', async () => {
    await using world = await createWorld({ 'shop/a.yaml': configMap('a', '1') })
    world.apply('shop', { syncPolicy: { automated: {}, syncOptions: ['CreateNamespace=true'] } })
    await world.untilSynced('shop')
    const live = world.cluster.api.get(configMaps, 'shop', 'a')
    if (live === undefined) throw new Error('a is not there')
    world.cluster.api.update({ ...live, data: { value: 'by hand' } }, { fieldManager: 'kubectl-edit' })
    await world.until(() => expect(world.application('shop')?.status?.sync?.status).toBe('OutOfSync'))
    await world.controller.engine.idle()
    expect(valueOf(world, 'shop', 'a')).toBe('by hand')
  })
})

describe('an app of apps', () => {
  it('makes its children, and deletion cascades', async () => {
    const child = (name: string, repoURL: string): string =>
      JSON.stringify({
        apiVersion: 'argoproj.io/v1alpha1',
        kind: 'Application',
        metadata: { name, namespace: 'argocd', finalizers: ['resources-finalizer.argocd.argoproj.io'] },
        spec: {
          project: 'default',
          source: { repoURL, targetRevision: 'main', path: name },
          destination: { server: 'https://kubernetes.default.svc', namespace: name },
          syncPolicy: { automated: { prune: true, selfHeal: true }, syncOptions: ['CreateNamespace=true'] },
        },
      })
    await using world = await createWorld({ 'one/a.yaml': configMap('a', '1') })
    await world.commit({ 'root/one.json': child('one', world.repoURL) })
    world.apply('root', { destination: { server: 'https://kubernetes.default.svc', namespace: 'argocd' } })
    await world.untilSynced('root')
    await world.untilSynced('one')
    expect(valueOf(world, 'one', 'a')).toBe('1')
    const root = world.cluster.api.get({ group: 'argoproj.io', plural: 'applications' }, 'argocd', 'root')
    if (root === undefined) throw new Error('root is not there')
    world.cluster.api.update({ ...root, metadata: { ...root.metadata, finalizers: ['resources-finalizer.argocd.argoproj.io'] } })
    world.cluster.api.delete({ group: 'argoproj.io', plural: 'applications' }, 'argocd', 'root')
    await world.until(() => {
      expect(world.cluster.api.list({ group: 'argoproj.io', plural: 'applications' }, 'argocd')).toEqual([])
      expect(world.cluster.api.get(configMaps, 'one', 'a')).toBeUndefined()
    })
  })
})

describe('a deletion with hooks', () => {
  const job = (name: string, hook: string, policy: string): string =>
    `apiVersion: batch/v1
kind: Job
metadata:
  name: ${name}
  annotations: {argocd.argoproj.io/hook: ${hook}, argocd.argoproj.io/hook-delete-policy: ${policy}}
spec:
  backoffLimit: 0
  template:
    spec:
      restartPolicy: Never
      containers: [{name: main, image: busybox}]
`
  const jobs = { group: 'batch', plural: 'jobs' }
  const applications = { group: 'argoproj.io', plural: 'applications' }
  const files = {
    'shop/a.yaml': configMap('a', '1'),
    'shop/before.yaml': job('before', 'PreDelete', 'HookSucceeded'),
    'shop/after.yaml': job('after', 'PostDelete', 'HookSucceeded'),
  }
  const finalizersOf = (world: World): unknown => world.cluster.api.get(applications, 'argocd', 'shop')?.metadata.finalizers
  const cascading = (world: World): void => {
    const found = world.cluster.api.get(applications, 'argocd', 'shop')
    if (found === undefined) throw new Error('the application is not there')
    const finalizers = ['resources-finalizer.argocd.argoproj.io', ...(found.metadata.finalizers ?? [])]
    world.cluster.api.update({ ...found, metadata: { ...found.metadata, finalizers } })
  }

  it('runs them before and after its objects go, and cleans them up', async () => {
    await using world = await createWorld(files)
    world.cluster.workloads.script(() => 'complete')
    world.apply('shop')
    await world.untilSynced('shop')
    await world.until(() => expect(finalizersOf(world)).toHaveLength(4))
    expect(world.cluster.api.list(jobs, 'shop')).toEqual([])
    cascading(world)
    const made: string[] = []
    world.cluster.api.watch(jobs, ({ type, object: { metadata } }) => {
      if (type === 'ADDED') made.push(`${metadata.name}, a ${world.cluster.api.get(configMaps, 'shop', 'a') === undefined ? 'gone' : 'there'}`)
    })
    world.cluster.api.delete(applications, 'argocd', 'shop')
    await world.until(() => expect(world.cluster.api.get(applications, 'argocd', 'shop')).toBeUndefined())
    expect(made).toEqual(['before, a there', 'after, a gone'])
    expect(world.cluster.api.list(jobs, 'shop')).toEqual([])
  })

  it('stops where one that comes before fails, and says so', async () => {
    await using world = await createWorld(files)
    world.cluster.workloads.script(() => 'fail')
    world.apply('shop')
    await world.untilSynced('shop')
    await world.until(() => expect(finalizersOf(world)).toHaveLength(4))
    cascading(world)
    world.cluster.api.delete(applications, 'argocd', 'shop')
    await world.until(() => expect(world.application('shop')?.status?.conditions?.map(({ type }) => type)).toContain('DeletionError'))
    expect(valueOf(world, 'shop', 'a')).toBe('1')
    expect(world.cluster.api.list(jobs, 'shop').map(({ metadata }) => metadata.name)).toEqual(['before'])
  })

  it('no longer holds the application when they have left the source', async () => {
    await using world = await createWorld(files)
    world.apply('shop')
    await world.untilSynced('shop')
    await world.until(() => expect(finalizersOf(world)).toHaveLength(4))
    await world.commit({ 'shop/before.yaml': null, 'shop/after.yaml': null })
    await world.until(() => expect(finalizersOf(world)).toBeUndefined())
  })
})

describe('an orderly stop', () => {
  it('leaves a sync recorded that another controller goes on with', async () => {
    const files = Object.fromEntries(Array.from({ length: 20 }, (_, index) => [`shop/${index}.yaml`, configMap(`c${index}`, '1')]))
    await using world = await createWorld(files)
    world.cluster.faults.add({ matches: ({ method, path }) => method === 'PATCH' && path.includes('/configmaps/'), latencyMs: 20 })
    world.apply('shop')
    await world.until(() => expect(world.events.some(({ type }) => type === 'sync.started')).toBe(true))
    await world.controller.engine.stop()
    expect(world.controller.store.get('argocd/shop')?.status?.operationState?.phase).toBe('Running')
  })
})

describe('a project', () => {
  it('keeps an application to the kinds and namespaces it permits', async () => {
    await using world = await createWorld({
      'shop/a.yaml': configMap('a', '1'),
      'shop/role.yaml': 'apiVersion: rbac.authorization.k8s.io/v1\nkind: ClusterRole\nmetadata: {name: too-much}\nrules: []\n',
      'stray/b.yaml': 'apiVersion: v1\nkind: ConfigMap\nmetadata: {name: b, namespace: kube-system}\n',
    })
    world.cluster.api.create({
      apiVersion: 'argoproj.io/v1alpha1',
      kind: 'AppProject',
      metadata: { name: 'team', namespace: 'argocd' },
      spec: {
        sourceRepos: ['*'],
        destinations: [
          { server: '*', namespace: 'shop' },
          { server: '*', namespace: 'stray' },
        ],
      },
    })
    await world.until(() => expect(world.controller.store.project('team')).toBeDefined())
    world.apply('shop', { project: 'team' })
    world.apply('stray', { project: 'team' })
    const messageOf = (name: string): string => world.application(name)?.status?.operationState?.message ?? ''
    await world.until(() => expect(messageOf('shop')).toContain('resource rbac.authorization.k8s.io:ClusterRole is not permitted in project team'))
    await world.until(() => expect(messageOf('stray')).toContain("namespace kube-system is not permitted in project 'team'"))
    expect(valueOf(world, 'shop', 'a')).toBeUndefined()
    expect(world.cluster.api.get({ group: 'rbac.authorization.k8s.io', plural: 'clusterroles' }, '', 'too-much')).toBeUndefined()
    expect(world.cluster.api.get({ group: '', plural: 'configmaps' }, 'kube-system', 'b')).toBeUndefined()
  })
})
