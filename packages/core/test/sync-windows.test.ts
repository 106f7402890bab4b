import { syncPermission } from '@plumbline/core'
import type { Application, KubernetesObject } from '@plumbline/core'
import { describe, expect, it } from 'vitest'

const application = {
  apiVersion: 'argoproj.io/v1alpha1',
  kind: 'Application',
  metadata: { name: 'web', namespace: 'argocd' },
  spec: { project: 'p', destination: { server: 'https://kubernetes.default.svc', namespace: 'shop' } },
} as unknown as Application
const project = (...syncWindows: object[]): KubernetesObject =>
  ({ apiVersion: 'argoproj.io/v1alpha1', kind: 'AppProject', metadata: { name: 'p' }, spec: { syncWindows } }) as unknown as KubernetesObject
const noon = Date.parse('2024-03-01T12:30:00Z')
const hour = 3_600_000
const ask = (windows: object[], isManual = false, now = noon): unknown => syncPermission(project(...windows), application, isManual, now).isPermitted

describe('sync windows', () => {
  it('let everything through that none is about', () => {
    expect(syncPermission(undefined, application, false, noon)).toEqual({ isPermitted: true })
    expect(ask([{ kind: 'deny', schedule: '* * * * *', duration: '1h', applications: ['other-*'] }])).toBe(true)
    expect(ask([{ kind: 'deny', schedule: '* * * * *', duration: '1h' }])).toBe(true)
  })

  it('deny while they are open, and say when that ends', () => {
    const window = { kind: 'deny', schedule: '0 12 * * *', duration: '1h', namespaces: ['sh*'] }
    expect(syncPermission(project(window), application, false, noon)).toEqual({
      isPermitted: false,
      reason: 'a deny window of the project is open: "0 12 * * *"',
      changesAt: Date.parse('2024-03-01T13:00:00Z'),
    })
    expect(ask([window], false, noon + hour)).toBe(true)
    expect(ask([window], true)).toBe(false)
    expect(ask([{ ...window, manualSync: true }], true)).toBe(true)
    expect(ask([{ ...window, manualSync: true }, window], true)).toBe(false)
  })

  it('allow only while they are open', () => {
    const window = { kind: 'allow', schedule: '0 10 * * *', duration: '2h', applications: ['*'] }
    expect(syncPermission(project(window), application, false, noon)).toEqual({
      isPermitted: false,
      reason: 'no allow window of the project is open',
      changesAt: Date.parse('2024-03-02T10:00:00Z'),
    })
    expect(ask([window], false, noon - hour)).toBe(true)
    expect(ask([{ ...window, manualSync: true }], true)).toBe(true)
    // A deny window wins.
    expect(
      ask([
        { ...window, duration: '3h' },
        { kind: 'deny', schedule: '0 12 * * *', duration: '1h', clusters: ['in-cluster', 'https://*'] },
      ]),
    ).toBe(false)
  })

  it('keep the time of their zone', () => {
    const window = { kind: 'deny', schedule: '0 21 * * *', duration: '1h', applications: ['web'], timeZone: 'Asia/Tokyo' }
    expect(ask([window])).toBe(false)
    expect(ask([{ ...window, timeZone: 'Nowhere/Land' }])).toBe(true)
    expect(ask([{ ...window, duration: 'long' }])).toBe(true)
    expect(ask([{ ...window, schedule: 'x' }])).toBe(true)
  })

  it('may ask for all of names, namespaces and clusters', () => {
    const window = { kind: 'deny', schedule: '* * * * *', duration: '1h', applications: ['web'], namespaces: ['other'] }
    expect(ask([window])).toBe(false)
    expect(ask([{ ...window, andOperator: true }])).toBe(true)
    expect(ask([{ ...window, andOperator: true, namespaces: ['shop'] }])).toBe(false)
  })
})
