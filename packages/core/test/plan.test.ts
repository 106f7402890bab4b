import {
  builtInHealthChecks,
  checkGuards,
  compare,
  createHealthRegistry,
  defaultExclusions,
  defaultFieldManager,
  defaultTracking,
  desiredStateOf,
  formatDiff,
  formatPlan,
  hookPhasesOf,
  immutableChanges,
  kindRankOf,
  parseTrackingId,
  planSync,
  waveOf,
  withTracking,
  diffObjects,
} from '@plumbline/core'
import type { KubernetesObject, PlanRequest, SyncPlan, SyncStep, ValueDifference } from '@plumbline/core'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'

const object = (kind: string, name: string, annotations: Record<string, string> = {}, more: object = {}, apiVersion = 'v1'): KubernetesObject => ({
  apiVersion,
  kind,
  metadata: { name, ...(Object.keys(annotations).length === 0 ? {} : { annotations }) },
  ...more,
})

function planOf(objects: readonly KubernetesObject[], live: readonly KubernetesObject[] = [], policy: PlanRequest['policy'] = {}): SyncPlan {
  const state = desiredStateOf(
    objects.map((entry) => ({ object: entry })),
    {
      trackingName: 'app',
      destinationNamespace: 'ns',
      tracking: defaultTracking,
      exclusions: defaultExclusions,
      isNamespaced: ({ kind }) => !['Namespace', 'CustomResourceDefinition', 'ClusterRole'].includes(kind),
    },
  )
  const comparison = compare({
    desired: state.objects,
    live,
    diff: { prediction: { mode: 'ownership', fieldManager: defaultFieldManager } },
    health: createHealthRegistry(builtInHealthChecks),
    tracking: defaultTracking,
  })
  return planSync({
    application: 'app',
    destinationNamespace: 'ns',
    revisions: ['r1'],
    resources: comparison.resources,
    desired: state.objects,
    liveHook: () => undefined,
    tracking: defaultTracking,
    policy,
    startedAt: 0,
  })
}
const requestOf = (): PlanRequest => ({
  application: 'app',
  destinationNamespace: 'ns',
  revisions: ['r1', 'r2'],
  resources: [],
  desired: [],
  liveHook: () => undefined,
  tracking: defaultTracking,
  policy: {},
  startedAt: 0,
})
const renderedByTool: SyncPlan['renderedBy'] = [{ name: 'helm', version: '3.12.3', kind: 'tool' }, null]
const shown = (plan: SyncPlan): string[] => plan.steps.map(({ action, phase, wave, id }) => `${action} ${phase} ${wave} ${id.kind}/${id.name}`)

describe('a plan', () => {
  it('says which program rendered it', () => {
    expect(formatPlan({ ...planOf([object('ConfigMap', 'a')]), renderedBy: renderedByTool })).toContain('\n  rendered by helm 3.12.3 (tool)\n')
    const rendered = [{ renderedBy: { name: 'helm', version: '3.16.4', kind: 'in-process' } as const }, {}]
    const plan = planSync({ ...requestOf(), rendered })
    expect(plan.renderedBy).toEqual([rendered[0]?.renderedBy, null])
    expect(formatPlan(plan)).not.toContain('rendered by')
    expect(planSync(requestOf())).not.toHaveProperty('renderedBy')
  })

  it('goes by phase, wave, kind and name', () => {
    const plan = planOf([
      object('Deployment', 'b', {}, {}, 'apps/v1'),
      object('Job', 'post', { 'argocd.argoproj.io/hook': 'PostSync' }, {}, 'batch/v1'),
      object('ConfigMap', 'z'),
      object('ConfigMap', 'a'),
      object('Service', 's', { 'argocd.argoproj.io/sync-wave': '-1' }),
      object('Job', 'pre', { 'argocd.argoproj.io/hook': 'PreSync' }, {}, 'batch/v1'),
      object('Namespace', 'ns'),
    ])
    expect(shown(plan)).toEqual([
      // The namespace is there before the first thing in it.
      'apply PreSync 0 Namespace/ns',
      'hook PreSync 0 Job/pre',
      'apply Sync -1 Service/s',
      'apply Sync 0 ConfigMap/a',
      'apply Sync 0 ConfigMap/z',
      'apply Sync 0 Deployment/b',
      'hook PostSync 0 Job/post',
    ])
  })

  it('is the same whatever the order of the files', () => {
    const objects = ['ConfigMap', 'Secret', 'Service', 'ServiceAccount'].flatMap((kind) => ['a', 'b', 'c'].map((name) => object(kind, name)))
    const wanted = shown(planOf(objects))
    fc.assert(
      fc.property(fc.shuffledSubarray(objects, { minLength: objects.length }), (shuffled) => {
        expect(shown(planOf(shuffled))).toEqual(wanted)
      }),
      { numRuns: 30 },
    )
  })

  it('is plain data', () => {
    const plan = planOf([object('ConfigMap', 'a', {}, { data: { x: '1' } })])
    expect(JSON.parse(JSON.stringify(plan))).toEqual(plan)
  })

  it('prunes only where asked', () => {
    const live = withTracking(
      { ...object('ConfigMap', 'old'), metadata: { name: 'old', namespace: 'ns', uid: 'u', resourceVersion: '1' } },
      'app',
      'ns',
      defaultTracking,
    )
    expect(planOf([object('ConfigMap', 'a')], [live]).steps.find(({ id }) => id.name === 'old')).toMatchObject({
      action: 'prune',
      skip: expect.any(String) as string,
    })
    const plan = planOf([object('ConfigMap', 'a')], [live], { prune: true })
    expect(plan.steps.find(({ id }) => id.name === 'old')).not.toHaveProperty('skip')
    expect(formatPlan(plan)).toContain('delete ConfigMap/ns/old')
  })

  it('takes a selection, without hooks', () => {
    const plan = planOf(
      [object('ConfigMap', 'a'), object('ConfigMap', 'b'), object('Job', 'pre', { 'argocd.argoproj.io/hook': 'PreSync' }, {}, 'batch/v1')],
      [],
      { resources: [{ kind: 'ConfigMap', name: 'b' }] },
    )
    expect(shown(plan)).toEqual(['apply Sync 0 ConfigMap/b'])
  })
})

describe('marks', () => {
  it('name the application and the object', () => {
    const marked = withTracking({ ...object('ConfigMap', 'a'), metadata: { name: 'a', namespace: 'x' } }, 'app', 'ns', defaultTracking)
    expect(parseTrackingId(marked.metadata.annotations?.['argocd.argoproj.io/tracking-id'] ?? '')).toEqual({
      application: 'app',
      group: '',
      kind: 'ConfigMap',
      namespace: 'x',
      name: 'a',
    })
  })

  it('are not put on definitions', () => {
    const definition = object('CustomResourceDefinition', 'x', {}, {}, 'apiextensions.k8s.io/v1')
    expect(withTracking(definition, 'app', 'ns', defaultTracking)).toBe(definition)
  })
})

describe('annotations', () => {
  it('of waves are numbers or nothing', () => {
    expect(waveOf(object('ConfigMap', 'a', { 'argocd.argoproj.io/sync-wave': '-3' }))).toBe(-3)
    expect(waveOf(object('ConfigMap', 'a', { 'argocd.argoproj.io/sync-wave': 'soon' }))).toBe(0)
  })

  it('of Helm hooks mean phases', () => {
    expect(hookPhasesOf(object('Job', 'a', { 'helm.sh/hook': 'pre-install,post-upgrade' }))).toEqual(['PreSync', 'PostSync'])
  })

  it('do not change the order of kinds', () => {
    expect(['Namespace', 'ServiceAccount', 'ConfigMap', 'Service', 'Deployment', 'Ingress', 'Widget'].map(kindRankOf)).toEqual(
      ['Namespace', 'ServiceAccount', 'ConfigMap', 'Service', 'Deployment', 'Ingress', 'Widget'].map(kindRankOf).toSorted((a, b) => a - b),
    )
  })
})

describe('a difference', () => {
  const settings = { prediction: { mode: 'ownership', fieldManager: defaultFieldManager } } as const

  it('is none where the server filled in its own', () => {
    const desired = object(
      'Deployment',
      'd',
      {},
      {
        spec: {
          selector: { matchLabels: { a: 'b' } },
          template: { metadata: { labels: { a: 'b' } }, spec: { containers: [{ name: 'c', image: 'i', resources: { limits: { cpu: '1000m' } } }] } },
        },
      },
      'apps/v1',
    )
    const live = object(
      'Deployment',
      'd',
      {},
      {
        spec: {
          replicas: 1,
          strategy: { type: 'RollingUpdate' },
          selector: { matchLabels: { a: 'b' } },
          template: {
            metadata: { labels: { a: 'b' } },
            spec: { restartPolicy: 'Always', containers: [{ name: 'c', image: 'i', imagePullPolicy: 'Always', resources: { limits: { cpu: '1' } } }] },
          },
        },
      },
      'apps/v1',
    )
    expect(diffObjects(desired, live, settings)).toMatchObject({ isModified: false })
  })

  it('shows from what to what', () => {
    const diff = diffObjects(object('ConfigMap', 'a', {}, { data: { x: '2', y: '1' } }), object('ConfigMap', 'a', {}, { data: { x: '1' } }), settings)
    expect(formatDiff(diff, object('ConfigMap', 'a'))).toBe('~ data.x: "1" → "2"\n+ data.y: "1"')
  })

  it('of a Secret is told, its values never', () => {
    const secret = object('Secret', 'a', {}, { data: { password: 'aHVudGVyMg==' } })
    const text = formatDiff(diffObjects(secret, object('Secret', 'a', {}, { data: { password: 'b2xk' } }), settings), secret)
    expect(text).toContain('data.password')
    expect(text).not.toMatch(/aHVudGVyMg|b2xk/)
  })

  it('tells what never changes from what does', () => {
    const live = (kind: string, apiVersion = 'v1', rest: object = {}): KubernetesObject => ({ apiVersion, kind, metadata: { name: 'x' }, ...rest })
    const changed = (path: string, from: unknown = 'a', to: unknown = 'b'): ValueDifference => ({ path: path.split('.'), from, to })
    expect(immutableChanges(live('StatefulSet', 'apps/v1'), [changed('spec.serviceName'), changed('spec.replicas')])).toEqual(['spec.serviceName'])
    expect(immutableChanges(live('Deployment', 'apps/v1'), [changed('spec.selector.matchLabels.app'), changed('spec.template.x')])).toEqual(['spec.selector'])
    expect(immutableChanges(live('Service'), [changed('spec.clusterIP', '10.0.0.1', null)])).toEqual([])
    expect(immutableChanges(live('Service'), [changed('spec.clusterIP', '10.0.0.1', '10.0.0.2')])).toEqual(['spec.clusterIP'])
    expect(immutableChanges(live('ConfigMap'), [changed('data.a')])).toEqual([])
    expect(immutableChanges(live('ConfigMap', 'v1', { immutable: true }), [changed('data.a')])).toEqual(['data'])
    expect(immutableChanges(live('Widget', 'example.com/v1'), [changed('spec.selector')])).toEqual([])
  })

  it('is held to guards', () => {
    const prune = (kind: string, name: string): SyncStep => ({
      action: 'prune',
      phase: 'Sync',
      wave: 0,
      id: { group: '', kind, namespace: 'ns', name },
      version: 'v1',
      isModified: true,
    })
    const plan: SyncPlan = {
      ...planOf([]),
      steps: [prune('ConfigMap', 'a'), prune('Secret', 'b'), { ...prune('ConfigMap', 'kept'), skip: 'ignored (no prune)' }],
    }
    expect(checkGuards(plan, { maxDeletes: 2 })).toEqual([])
    expect(checkGuards(plan, { maxDeletes: 1 }).map(({ message }) => message)).toEqual([
      'it would delete 2 objects, and at most 1 are let through: ConfigMap/ns/a, Secret/ns/b',
    ])
    expect(checkGuards(plan, { protectedKinds: [{ group: '*', kind: 'Sec*' }] }).map(({ guard }) => guard)).toEqual(['protectedKinds'])
    const everything = { ...plan, steps: plan.steps.slice(0, 2) }
    expect(checkGuards(everything, {}).map(({ guard }) => guard)).toEqual(['allowsEmpty'])
    expect(checkGuards(everything, { allowsEmpty: true })).toEqual([])
  })
})
