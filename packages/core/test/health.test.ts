import {
  aggregateHealth,
  builtInHealthChecks,
  createHealthRegistry,
  isWorse,
  jsonPatchOf,
  matchesGlob,
  parseDuration,
  parseTime,
  formatTime,
} from '@plumbline/core'
import { describe, expect, it } from 'vitest'

const health = createHealthRegistry(builtInHealthChecks)
const of = (apiVersion: string, kind: string, rest: object): ReturnType<typeof health> =>
  health({ apiVersion, kind, metadata: { name: 'x', generation: 1 }, ...rest })

describe('health', () => {
  it.each<[string, string, object, string | undefined]>([
    ['apps/v1', 'Deployment', { spec: { replicas: 1 }, status: { observedGeneration: 1, replicas: 1, updatedReplicas: 1, availableReplicas: 1 } }, 'Healthy'],
    ['apps/v1', 'Deployment', { spec: { replicas: 2 }, status: { observedGeneration: 1, replicas: 1, updatedReplicas: 1 } }, 'Progressing'],
    [
      'apps/v1',
      'Deployment',
      { spec: { replicas: 2 }, status: { observedGeneration: 1, conditions: [{ type: 'Progressing', reason: 'ProgressDeadlineExceeded' }] } },
      'Degraded',
    ],
    ['apps/v1', 'Deployment', { spec: { paused: true }, status: {} }, 'Suspended'],
    ['batch/v1', 'Job', { status: { conditions: [{ type: 'Complete', status: 'True' }] } }, 'Healthy'],
    ['batch/v1', 'Job', { status: { conditions: [{ type: 'Failed', status: 'True' }] } }, 'Degraded'],
    ['v1', 'PersistentVolumeClaim', { status: { phase: 'Pending' } }, 'Progressing'],
    [
      'v1',
      'Pod',
      { spec: { restartPolicy: 'Always', containers: [] }, status: { phase: 'Running', conditions: [{ type: 'Ready', status: 'True' }] } },
      'Healthy',
    ],
    ['v1', 'ConfigMap', {}, undefined],
  ])('of %s %s', (apiVersion, kind, rest, status) => {
    expect(of(apiVersion, kind, rest)?.status).toBe(status)
  })

  it('of an application is the worst of its own', () => {
    const id = { group: '', kind: 'X', namespace: '', name: 'x' }
    const live = { apiVersion: 'v1', kind: 'X', metadata: { name: 'x' } }
    expect(
      aggregateHealth([
        { id, live, health: { status: 'Healthy' } },
        { id, live, health: { status: 'Degraded', message: 'broken' } },
        { id, live, health: undefined },
      ]),
    ).toMatchObject({ status: 'Degraded' })
    expect(aggregateHealth([{ id, live: undefined, health: undefined }])).toEqual({ status: 'Missing' })
    expect(aggregateHealth([])).toMatchObject({ status: 'Healthy' })
    expect(isWorse('Unknown', 'Degraded')).toBe(true)
  })
})

describe('small things', () => {
  it('times', () => {
    for (const text of ['1970-01-01T00:00:00Z', '2024-02-29T23:59:59Z', '2026-11-26T12:00:00Z', '2100-03-01T00:00:00Z'])
      expect(formatTime(parseTime(text) ?? Number.NaN)).toBe(text)
    expect(parseTime('2024-01-01T02:00:00+02:00')).toBe(parseTime('2024-01-01T00:00:00Z'))
    expect(parseTime('soon')).toBeUndefined()
    expect(parseDuration('1h2m3s')).toBe(3_723_000)
    expect(parseDuration('x')).toBeUndefined()
  })

  it('patterns', () => {
    expect(matchesGlob('*.yaml', 'a.yaml')).toBe(true)
    expect(matchesGlob('{a,b}/*', 'b/c')).toBe(true)
    expect(matchesGlob('*', 'a/b', '/')).toBe(false)
    expect(matchesGlob('**', 'a/b', '/')).toBe(true)
    const start = performance.now()
    matchesGlob(`${'*a'.repeat(40)}b`, 'a'.repeat(2000))
    expect(performance.now() - start).toBeLessThan(2000)
  })

  it('patches between two values', () => {
    expect(jsonPatchOf({ a: 1, b: [1] }, { a: 2, b: [1, 2] })).toEqual(expect.arrayContaining([{ op: 'replace', path: '/a', value: 2 }]))
  })
})
