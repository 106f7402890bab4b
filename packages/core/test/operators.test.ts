import {
  builtInActions,
  builtInHealthChecks,
  createActionRegistry,
  createHealthRegistry,
  createKnownTypes,
  defineHealthCheck,
  kstatusOf,
  maskSecrets,
} from '@plumbline/core'
import { describe, expect, it } from 'vitest'

const health = createHealthRegistry(builtInHealthChecks)
const object = (apiVersion: string, kind: string, rest: object = {}): Parameters<typeof health>[0] => ({
  apiVersion,
  kind,
  metadata: { name: 'x', generation: 2 },
  ...rest,
})
const condition = (type: string, status: string, rest: object = {}): object => ({
  status: { conditions: [{ type, status, message: `${type} is ${status}`, ...rest }] },
})

describe('health of kinds of operators', () => {
  it.each<[string, string, object, string, string]>([
    ['cert-manager.io/v1', 'Certificate', condition('Ready', 'False'), 'Degraded', 'Ready is False'],
    ['cert-manager.io/v1', 'Certificate', condition('Issuing', 'True'), 'Progressing', 'Issuing is True'],
    [
      'argoproj.io/v1alpha1',
      'Rollout',
      { spec: {}, status: { observedGeneration: '2', phase: 'Paused', message: 'CanaryPauseStep' } },
      'Suspended',
      'CanaryPauseStep',
    ],
    ['source.toolkit.fluxcd.io/v1', 'GitRepository', { spec: { suspend: true } }, 'Suspended', 'GitRepository is suspended'],
    ['kafka.strimzi.io/v1beta2', 'Kafka', condition('NotReady', 'True', { reason: 'Creating' }), 'Progressing', 'Waiting for Kafka Cluster'],
    ['gateway.networking.k8s.io/v1', 'Gateway', condition('Programmed', 'False'), 'Progressing', 'Programmed is False'],
    ['postgresql.cnpg.io/v1', 'Cluster', { status: { conditions: [], phase: 'Failing over', phaseReason: 'r' } }, 'Degraded', 'r'],
  ])('%s %s %j', (apiVersion, kind, rest, status, message) => {
    expect(health(object(apiVersion, kind, rest))).toEqual({ status, message })
  })

  it('covers whole groups, and a check of the kind itself comes first', () => {
    const bucket = object('storage.cnrm.cloud.google.com/v1beta1', 'StorageBucket', condition('Ready', 'True', { reason: 'UpToDate' }))
    expect(health(bucket)?.status).toBe('Healthy')
    expect(health(object('compute.gcp.upbound.io/v1beta1', 'Network', condition('Synced', 'False')))?.status).toBe('Degraded')
    const own = createHealthRegistry([
      ...builtInHealthChecks,
      defineHealthCheck('storage.cnrm.cloud.google.com', 'StorageBucket', () => ({ status: 'Suspended' })),
    ])
    expect(own(bucket)?.status).toBe('Suspended')
    expect(own(object('example.com/v1', 'Thing'))).toBeUndefined()
  })

  it('takes any shape of status without throwing', () => {
    for (const { group, kind } of builtInHealthChecks)
      for (const status of [undefined, null, 1, 'x', [], {}, { conditions: 1 }, { conditions: [null, 1, {}] }, { phase: {}, state: [] }])
        expect(() =>
          health(object(`${group.replace('*', 'x') === '' ? '' : `${group.replace('*', 'x')}/`}v1`, kind.replace('*', 'X'), { spec: {}, status })),
        ).not.toThrow()
  })

  it('does not understand other versions of built-in kinds', () => {
    expect(health(object('apps/v1beta1', 'Deployment'))).toEqual({ status: 'Unknown', message: 'unsupported Deployment GVK: apps/v1beta1, Kind=Deployment' })
    expect(health(object('apps/v1', 'Deployment', { spec: { replicas: 'three' } }))?.status).toBe('Unknown')
  })
})

describe('kstatus', () => {
  it('gives the standard conditions with the status', () => {
    expect(kstatusOf(object('example.com/v1', 'Thing', { status: { observedGeneration: 1 } }), 0)).toEqual({
      status: 'InProgress',
      message: 'Thing generation is 2, but latest observed generation is 1',
      conditions: [
        { type: 'Reconciling', status: 'True', reason: 'LatestGenerationNotObserved', message: 'Thing generation is 2, but latest observed generation is 1' },
      ],
    })
    expect(kstatusOf(object('example.com/v1', 'Thing'), 0).status).toBe('Current')
    const pod = { ...object('v1', 'Pod', { status: { phase: 'Pending', conditions: [{ type: 'PodScheduled', status: 'False', reason: 'Unschedulable' }] } }) }
    const created = { ...pod, metadata: { name: 'x', creationTimestamp: '2026-01-01T00:00:00Z' } }
    expect(kstatusOf(created, Date.parse('2026-01-01T00:00:10Z')).status).toBe('InProgress')
    expect(kstatusOf(created, Date.parse('2026-01-01T00:00:20Z')).status).toBe('Failed')
    expect(() => kstatusOf(object('v1', 'Pod', { status: { phase: 'Odd' } }), 0)).toThrow('unknown phase Odd')
  })
})

describe('actions', () => {
  const actions = createActionRegistry(builtInActions)
  it('are offered as the object is', () => {
    const names = (apiVersion: string, kind: string, rest: object): string[] =>
      actions(object(apiVersion, kind, rest)).flatMap(({ name, disabled }) => (disabled === true ? [] : [name]))
    expect(names('apps/v1', 'Deployment', { spec: { paused: true } })).toEqual(['restart', 'resume', 'scale'])
    expect(names('batch/v1', 'CronJob', { spec: {} })).toEqual(['create-job', 'suspend'])
    expect(names('batch/v1', 'Job', { spec: {}, status: { conditions: [{ type: 'Complete', status: 'True' }] } })).toEqual([])
    expect(names('kustomize.toolkit.fluxcd.io/v1', 'Kustomization', { spec: { suspend: true } })).toEqual(['resume'])
    expect(names('v1', 'ConfigMap', {})).toEqual([])
  })
})

describe('Secrets that are shown', () => {
  const secret = (data: object, annotations: Record<string, string> = {}): Parameters<typeof health>[0] => ({
    apiVersion: 'v1',
    kind: 'Secret',
    metadata: { name: 's', annotations },
    data,
  })
  it('tell equal values from different ones, and nothing else', () => {
    const lastApplied = JSON.stringify(secret({ a: 'b2xk' }))
    const { target, live } = maskSecrets({
      target: { ...secret({ a: 'bmV3', b: 'c2FtZQ==' }), stringData: { c: 'plain' } },
      live: secret({ a: 'b2xk', b: 'c2FtZQ==' }, { 'kubectl.kubernetes.io/last-applied-configuration': lastApplied }),
    })
    expect(target?.['data']).toEqual({ a: '++++++++', b: '++++++++', c: '++++++++' })
    expect(live?.['data']).toEqual({ a: '++++++++++++', b: '++++++++' })
    expect(JSON.stringify([target, live])).not.toMatch(/b2xk|bmV3|c2Ft|plain/)
    expect(live?.metadata.annotations?.['kubectl.kubernetes.io/last-applied-configuration']).toContain('"a":"++++++++++++"')
  })
  it('hide what cannot be read, and annotations that are named', () => {
    const { live } = maskSecrets({ live: secret({}, { 'kubectl.kubernetes.io/last-applied-configuration': '{"data":{"p":"c2Vj', token: 't0p' }) }, ['token'])
    expect(Object.values(live?.metadata.annotations ?? {})).toEqual(['++++++++', '++++++++'])
  })
})

describe('fields of known types', () => {
  it('are brought into the form of their types', () => {
    const known = createKnownTypes([
      { group: 'example.com', kind: 'Thing', field: 'spec.items.size', type: 'core/Quantity' },
      { group: 'example.com', kind: 'Thing', field: 'spec.every', type: 'meta/v1/Duration' },
      { group: 'example.com', kind: 'Thing', field: 'spec.limits', type: 'core/v1/ResourceList' },
      { group: 'example.com', kind: 'Thing', field: 'spec.odd', type: 'core/v1/NoSuchType' },
    ])
    const spec = { items: [{ size: '1024Mi' }, { size: true }], every: '90m', limits: { cpu: '1000m' }, odd: 1 }
    expect(known(object('example.com/v1', 'Thing', { spec }))['spec']).toEqual({
      items: [{ size: '1Gi' }, { size: true }],
      every: '1h30m0s',
      limits: { cpu: '1' },
      odd: 1,
    })
    expect(known(object('example.com/v1', 'Thing', { spec: { every: 'soon' } }))['spec']).toEqual({ every: 'soon' })
  })
})
