import { createIgnoreRules, diffObjects, diffServerSide, isExcluded, parseSettings } from '@plumbline/core'
import type { KubernetesObject } from '@plumbline/core'
import { describe, expect, it } from 'vitest'

describe('settings of an installation', () => {
  it('are read from the keys of argocd-cm', () => {
    const { settings, problems } = parseSettings({
      'resource.customizations.health.example.com_Widget': 'return {status = "Healthy"}',
      'resource.customizations.useOpenLibs.example.com_Widget': 'true',
      'resource.customizations.ignoreDifferences.all': 'managedFieldsManagers:\n- kube-controller-manager\n',
      'resource.customizations.ignoreDifferences.ConfigMap': 'jqPathExpressions:\n- .data.noise\n',
      'resource.customizations':
        'apps/Deployment:\n  ignoreDifferences: |\n    jsonPointers: [/spec/replicas]\n  knownTypeFields:\n  - {field: spec.x, type: core/Quantity}\n',
      'resource.exclusions': '- apiGroups: ["cilium.io"]\n  kinds: ["*"]\n- kinds: [Lease]\n  clusters: [https://other]\n',
      'resource.compareoptions': 'ignoreResourceStatusField: none\nignoreAggregatedRoles: false\n',
      'application.resourceTrackingMethod': 'annotation+label',
      'timeout.reconciliation': '1m30s',
      'resource.customizations.ignoreDifferences.Secret': 'a: [',
    })
    expect(settings).toEqual({
      tracking: { method: 'annotation+label', labelKey: 'app.kubernetes.io/instance' },
      exclusions: [{ apiGroups: ['cilium.io'], kinds: ['*'] }],
      ignoreDifferences: [
        { group: 'apps', kind: 'Deployment', jsonPointers: ['/spec/replicas'], jqPathExpressions: [], managedFieldsManagers: [] },
        { group: '*', kind: '*', jsonPointers: [], jqPathExpressions: [], managedFieldsManagers: ['kube-controller-manager'] },
        { group: '', kind: 'ConfigMap', jsonPointers: [], jqPathExpressions: ['.data.noise'], managedFieldsManagers: [] },
      ],
      knownTypeFields: [{ group: 'apps', kind: 'Deployment', field: 'spec.x', type: 'core/Quantity' }],
      healthScripts: [{ group: 'example.com', kind: 'Widget', script: 'return {status = "Healthy"}', openLibraries: true }],
      comparesStatus: true,
      comparesAggregatedRoles: true,
      reconcileIntervalMs: 90_000,
    })
    expect(problems).toHaveLength(1)
    expect(problems[0]).toContain('resource.customizations.ignoreDifferences.Secret')
  })

  it('say nothing when there are none, and tell what they do not understand', () => {
    expect(parseSettings({})).toEqual({ problems: [], settings: { ignoreDifferences: [], knownTypeFields: [], healthScripts: [] } })
    expect(parseSettings({ 'application.resourceTrackingMethod': 'magic' }).problems[0]).toContain('"magic" is none of')
  })
})

describe('differences', () => {
  const object = (data: Record<string, string>, managedFields?: object[]): KubernetesObject =>
    ({
      apiVersion: 'v1',
      kind: 'ConfigMap',
      metadata: { name: 'c', namespace: 'n', ...(managedFields === undefined ? {} : { managedFields }) },
      data,
    }) as unknown as KubernetesObject
  const prediction = { mode: 'three-way', fieldManager: 'm' } as const

  it('are ignored by jq, and a program that is none is refused with its place', () => {
    const ignore = createIgnoreRules([{ group: '', kind: 'ConfigMap', jqPathExpressions: ['.data | to_entries[]', '.data[] | select(. == "live")'] }])
    expect(diffObjects(object({ a: '1' }), object({ a: '1' }), { prediction, ignore }).isModified).toBe(false)
    expect(ignore.strip(object({ a: 'live', b: 'x' }))['data']).toEqual({ b: 'x' })
    expect(() => createIgnoreRules([{ kind: 'ConfigMap', jqPathExpressions: ['.data['] }])).toThrow('jqPathExpressions: ".data["')
  })

  it('are those of the server without what webhooks change', () => {
    const owned = (...keys: string[]): object[] => [
      {
        manager: 'm',
        operation: 'Apply',
        apiVersion: 'v1',
        fieldsType: 'FieldsV1',
        fieldsV1: { 'f:data': Object.fromEntries(keys.map((key) => [`f:${key}`, {}])) },
      },
    ]
    const live = object({ a: '1', b: '2' }, owned('a', 'b'))
    const settings = { fieldManager: 'm' }
    expect(diffServerSide(object({ a: '1', injected: 'x' }, owned('a')), live, settings).differences.map(({ path }) => path)).toEqual([['data', 'b']])
    expect(diffServerSide(object({ a: '1', b: '2', injected: 'x' }, owned('a', 'b')), live, settings).isModified).toBe(false)
    expect(diffServerSide(object({ a: '1', b: '2', injected: 'x' }, owned('a', 'b')), live, { ...settings, includesMutations: true }).isModified).toBe(true)
    expect(() => diffServerSide(object({ a: '1' }), live, settings)).toThrow('does not tell who owns')
    expect(() => diffServerSide(object({ a: '1' }, owned('a')), live, { fieldManager: 'other' })).toThrow('has no fields of the manager other')
  })

  it('count only the kinds that are included, where there are such, and of those not the excluded ones', () => {
    const { settings } = parseSettings({ 'resource.inclusions': '- apiGroups: ["", "apps"]\n  kinds: ["*"]\n' })
    const isOut = (group: string, kind: string): boolean => isExcluded({ group, kind }, settings.exclusions ?? [])
    expect([isOut('', 'ConfigMap'), isOut('apps', 'Deployment'), isOut('batch', 'Job'), isOut('', 'Endpoints')]).toEqual([false, false, true, true])
  })
})
