// What a controller leaves behind that takes over from Argo CD: the same objects, messages and Applications, to the word.
import { describe, expect, it } from 'vitest'
import { configMap, createWorld } from './lib/world.ts'
import type { KubeObject } from '@plumbline/testkit'
import type { World } from './lib/world.ts'

const roles = { group: 'rbac.authorization.k8s.io', plural: 'roles' }
const bindings = { group: 'rbac.authorization.k8s.io', plural: 'rolebindings' }
const configMaps = { group: '', plural: 'configmaps' }
const lastApplied = 'kubectl.kubernetes.io/last-applied-configuration'

const role = (verbs: string): string =>
  `apiVersion: rbac.authorization.k8s.io/v1\nkind: Role\nmetadata: {name: r}\nrules: [{apiGroups: [""], resources: [secrets], verbs: [${verbs}]}]\n`
const binding = (to: string): string =>
  `apiVersion: rbac.authorization.k8s.io/v1\nkind: RoleBinding\nmetadata: {name: b}\nroleRef: {apiGroup: rbac.authorization.k8s.io, kind: Role, name: ${to}}\nsubjects: [{kind: User, name: ann}]\n`

function messagesOf(world: World): Record<string, string> {
  const results = world.application('shop')?.status?.operationState?.syncResult?.resources ?? []
  return Object.fromEntries(results.map(({ kind, name, message }) => [`${kind}/${name}`, message ?? '']))
}

function managersOf(object: { readonly metadata: { readonly managedFields?: readonly unknown[] } } | undefined): string[] {
  return (object?.metadata.managedFields ?? []).map((entry) => (entry as { manager: string }).manager).toSorted()
}

describe('a takeover from Argo CD', () => {
  it('reconciles roles before it applies them, and makes a binding to another role anew', async () => {
    await using world = await createWorld({ 'shop/r.yaml': role('get'), 'shop/b.yaml': binding('r') }, { compatibility: 'argocd' })
    world.apply('shop')
    await world.untilSynced('shop')
    const adopted = (kind: string, name: string): string =>
      `Warning: resource ${kind}/${name} is missing the ${lastApplied} annotation which is required by  apply.  apply should only be used on resources created declaratively by either  create --save-config or  apply. The missing annotation will be patched automatically.`
    expect(messagesOf(world)).toEqual({
      'Role/r': `role.rbac.authorization.k8s.io/r reconciled. reconciliation required create\n\tmissing rules added:\n\t\t{Verbs:[get] APIGroups:[] Resources:[secrets] ResourceNames:[] NonResourceURLs:[]}role.rbac.authorization.k8s.io/r configured. ${adopted('roles', 'r')}`,
      'RoleBinding/b': `rolebinding.rbac.authorization.k8s.io/b reconciled. reconciliation required create\n\tmissing subjects added:\n\t\t{Kind:User APIGroup:rbac.authorization.k8s.io Name:ann Namespace:}rolebinding.rbac.authorization.k8s.io/b configured. ${adopted('rolebindings', 'b')}`,
      'Namespace/shop': expect.any(String),
    })
    expect(managersOf(world.cluster.api.get(roles, 'shop', 'r'))).toEqual(['argocd', 'argocd-controller'])
    const uid = world.cluster.api.get(bindings, 'shop', 'b')?.metadata.uid
    const revision = await world.commit({ 'shop/r.yaml': role('list, watch'), 'shop/b.yaml': binding('other') })
    await world.untilSynced('shop', revision)
    expect(messagesOf(world)['Role/r']).toBe(
      'role.rbac.authorization.k8s.io/r reconciled. reconciliation required update\n\tmissing rules added:\n\t\t{Verbs:[list] APIGroups:[] Resources:[secrets] ResourceNames:[] NonResourceURLs:[]}\n\t\t{Verbs:[watch] APIGroups:[] Resources:[secrets] ResourceNames:[] NonResourceURLs:[]}role.rbac.authorization.k8s.io/r configured',
    )
    expect(world.cluster.api.get(roles, 'shop', 'r')?.['rules']).toEqual([{ apiGroups: [''], resources: ['secrets'], verbs: ['list', 'watch'] }])
    expect(messagesOf(world)['RoleBinding/b']).toContain('reconciliation required recreate')
    expect(world.cluster.api.get(bindings, 'shop', 'b')).toMatchObject({ roleRef: { name: 'other' } })
    expect(world.cluster.api.get(bindings, 'shop', 'b')?.metadata.uid).not.toBe(uid)
  })

  it('keeps the annotation as kubectl writes it, and replaces under the other manager', async () => {
    const replaced = configMap('b', '1').replace('name: b', 'name: b\n  annotations: {argocd.argoproj.io/sync-options: Replace=true}')
    await using world = await createWorld({ 'shop/a.yaml': configMap('a', '1'), 'shop/b.yaml': replaced }, { compatibility: 'argocd' })
    world.apply('shop')
    await world.untilSynced('shop')
    const applied: unknown = JSON.parse(world.cluster.api.get(configMaps, 'shop', 'a')?.metadata.annotations?.[lastApplied] ?? '')
    expect(applied).toMatchObject({ metadata: { annotations: { 'argocd.argoproj.io/tracking-id': 'shop:/ConfigMap:shop/a' } } })
    expect(managersOf(world.cluster.api.get(configMaps, 'shop', 'a'))).toEqual(['argocd-controller'])
    expect(managersOf(world.cluster.api.get(configMaps, 'shop', 'b'))).toEqual(['argocd'])
  })

  it('goes over to server-side apply with what client-side apply owned, and drops what git has dropped', async () => {
    await using world = await createWorld({ 'shop/a.yaml': `${configMap('a', '1')}  gone: soon\n` }, { compatibility: 'argocd' })
    world.apply('shop')
    await world.untilSynced('shop')
    expect(world.cluster.api.get(configMaps, 'shop', 'a')).toMatchObject({ data: { value: '1', gone: 'soon' } })
    const options = 'metadata:\n  annotations: {argocd.argoproj.io/sync-options: ServerSideApply=true}\n'
    const revision = await world.commit({ 'shop/a.yaml': configMap('a', '2').replace('metadata:\n', options) })
    await world.untilSynced('shop', revision)
    const live = world.cluster.api.get(configMaps, 'shop', 'a')
    expect(live?.['data']).toEqual({ value: '2' })
    expect(live?.metadata.annotations).not.toHaveProperty([lastApplied])
    expect(((live?.metadata.managedFields ?? []) as { manager: string; operation: string }[]).map(({ manager, operation }) => [manager, operation])).toEqual([
      ['argocd-controller', 'Apply'],
    ])
  })

  it('writes the spec as Go does when an operation begins', async () => {
    await using world = await createWorld({ 'shop/a.yaml': configMap('a', '1') }, { compatibility: 'argocd' })
    world.apply('shop', { syncPolicy: { automated: { prune: false }, retry: { limit: 0 }, syncOptions: ['CreateNamespace=true'] }, revisionHistoryLimit: 0 })
    await world.untilSynced('shop')
    expect(world.application('shop')?.spec).toMatchObject({ revisionHistoryLimit: 0, syncPolicy: { automated: { prune: false }, retry: {} } })
    expect(world.application('shop')?.spec.syncPolicy?.retry).toEqual({})
  })
})

const deployment = (replicas: number, image: string): string =>
  `apiVersion: apps/v1\nkind: Deployment\nmetadata: {name: web}\nspec:\n  replicas: ${replicas}\n  selector: {matchLabels: {app: web}}\n  template:\n    metadata: {labels: {app: web}}\n    spec: {containers: [{name: main, image: "registry.test/${image}"}, {name: side, image: registry.test/side:1}]}\n`
const deployments = { group: 'apps', plural: 'deployments' }

describe('RespectIgnoreDifferences', () => {
  it('writes what is passed over as it lives, in elements of lists too', async () => {
    await using world = await createWorld({ 'shop/a.yaml': deployment(1, 'web:1') }, { compatibility: 'argocd' })
    world.apply('shop', {
      ignoreDifferences: [
        {
          group: 'apps',
          kind: 'Deployment',
          jsonPointers: ['/spec/replicas'],
          jqPathExpressions: ['.spec.template.spec.containers[] | select(.name == "side") | .image'],
        },
      ],
      syncPolicy: { automated: {}, syncOptions: ['CreateNamespace=true', 'RespectIgnoreDifferences=true'] },
    })
    await world.untilSynced('shop')
    const live = world.cluster.api.get(deployments, 'shop', 'web') as KubeObject
    const spec = live['spec'] as { template: { spec: { containers: { name: string; image: string }[] } } }
    const containers = spec.template.spec.containers.map((each) => (each.name === 'side' ? { ...each, image: 'registry.test/side:injected' } : each))
    world.cluster.api.store({ ...live, spec: { ...spec, replicas: 5, template: { ...spec.template, spec: { ...spec.template.spec, containers } } } })
    await world.untilSynced('shop', await world.commit({ 'shop/a.yaml': deployment(2, 'web:2') }))
    expect(world.cluster.api.get(deployments, 'shop', 'web')).toMatchObject({
      spec: { replicas: 5, template: { spec: { containers: [{ image: 'registry.test/web:2' }, { image: 'registry.test/side:injected' }] } } },
    })
  })
})

describe('ServerSideDiff=true', () => {
  it('compares with what the server says, and tells what it refuses', async () => {
    await using world = await createWorld({ 'shop/a.yaml': deployment(1, 'web:1') })
    const made = world.apply('shop')
    world.cluster.api.store({ ...made, metadata: { ...made.metadata, annotations: { 'argocd.argoproj.io/compare-options': 'ServerSideDiff=true' } } })
    await world.untilSynced('shop')
    await world.untilSynced('shop', await world.commit({ 'shop/a.yaml': deployment(3, 'web:1') }))
    expect(world.cluster.api.get(deployments, 'shop', 'web')).toMatchObject({ spec: { replicas: 3 } })
    await world.commit({ 'shop/a.yaml': deployment(-1, 'web:1') })
    await world.until(() => {
      const condition = world.application('shop')?.status?.conditions?.find(({ type }) => type === 'ComparisonError')
      expect(condition?.message).toMatch(
        /^Failed to compare desired state to live state: failed to calculate diff: error calculating server side diff: serverSideDiff error: error running server side apply in dryrun mode for resource Deployment\/web: Deployment\.apps "web" is invalid: spec\.replicas/,
      )
    })
    expect(world.application('shop')?.status?.sync?.status).toBe('Unknown')
  })
})

describe('retry.refresh', () => {
  it('tries again with what has been committed since', async () => {
    const service = (port: number): string => `apiVersion: v1\nkind: Service\nmetadata: {name: web}\nspec: {ports: [{port: ${port}}]}\n`
    await using world = await createWorld({ 'shop/a.yaml': service(70_000) })
    world.apply('shop', { syncPolicy: { syncOptions: ['CreateNamespace=true'] } })
    await world.until(() => expect(world.application('shop')?.status?.sync?.status).toBe('OutOfSync'))
    const broken = world.application('shop')?.status?.sync?.revision
    await world.controller.store.patch('argocd/shop', {
      operation: {
        retry: { limit: 5, refresh: true, backoff: { duration: '1s', factor: 1 } },
        sync: { revision: broken, syncOptions: ['CreateNamespace=true'] },
      },
    })
    await world.until(() => expect(world.application('shop')?.status?.operationState?.retryCount).toBeGreaterThan(0))
    const mended = await world.commit({ 'shop/a.yaml': service(80) })
    await world.until(() => expect(world.application('shop')?.status?.operationState).toMatchObject({ phase: 'Succeeded', syncResult: { revision: mended } }))
  })
})

describe('prunes in waves', () => {
  it('mirror the waves that are left, wave after wave, before what stays is applied', async () => {
    const at = (name: string, wave: number): string =>
      configMap(name, '1').replace(`name: ${name}`, `name: ${name}\n  annotations: {argocd.argoproj.io/sync-wave: "${wave}"}`)
    const files = { 'shop/a.yaml': at('first', -2), 'shop/b.yaml': at('second', 1), 'shop/c.yaml': at('third', 5), 'shop/d.yaml': configMap('stays', '1') }
    await using world = await createWorld(files)
    world.apply('shop')
    await world.untilSynced('shop')
    const revision = await world.commit({ 'shop/a.yaml': null, 'shop/b.yaml': null, 'shop/c.yaml': null, 'shop/d.yaml': configMap('stays', '2') })
    await world.untilSynced('shop', revision)
    const results = world.application('shop')?.status?.operationState?.syncResult?.resources ?? []
    expect(results.map(({ name, status }) => [name, status])).toEqual([
      ['third', 'Pruned'],
      ['second', 'Pruned'],
      ['first', 'Pruned'],
      ['stays', 'Synced'],
    ])
  })
})

describe('orphans', () => {
  it('are counted where the project wants to know of them, with what they own', async () => {
    await using world = await createWorld({ 'shop/a.yaml': configMap('a', '1') })
    world.cluster.api.create({
      apiVersion: 'argoproj.io/v1alpha1',
      kind: 'AppProject',
      metadata: { name: 'strict', namespace: 'argocd' },
      spec: {
        sourceRepos: ['*'],
        destinations: [{ server: '*', namespace: '*' }],
        clusterResourceWhitelist: [{ group: '*', kind: '*' }],
        orphanedResources: { ignore: [{ kind: 'ConfigMap', name: 'known-*' }] },
      },
    })
    world.apply('shop', { project: 'strict' })
    await world.untilSynced('shop')
    const warning = (): string | undefined => world.application('shop')?.status?.conditions?.find(({ type }) => type === 'OrphanedResourceWarning')?.message
    expect(warning()).toBeUndefined()
    for (const name of ['known-one', 'stray']) world.cluster.api.create({ apiVersion: 'v1', kind: 'ConfigMap', metadata: { name, namespace: 'shop' } })
    await world.until(() => expect(warning()).toBe('Application has 1 orphaned resources'))
    world.cluster.api.delete(configMaps, 'shop', 'stray')
    await world.until(() => expect(warning()).toBeUndefined())
  })
})
