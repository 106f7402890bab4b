import { describe, expect, it } from 'vitest'
import { createIgnoreRules, diffObjects, hookPhasesOf, hookTypesOf, isHook, lastAppliedAnnotation } from '@plumbline/core'
import type { KubernetesObject } from '@plumbline/core'

const prediction = { mode: 'three-way', fieldManager: 'argocd-controller' } as const
const account = (metadata: Record<string, unknown>): KubernetesObject => ({ apiVersion: 'v1', kind: 'ServiceAccount', metadata: { name: 'a', ...metadata } })

describe('a difference', () => {
  it('is none where kubectl wrote down a namespace and empty annotations that git leaves out', () => {
    const lastApplied = JSON.stringify(account({ namespace: 'n', annotations: {} }))
    const live = account({ namespace: 'n', annotations: { [lastAppliedAnnotation]: lastApplied, other: 'x' } })
    expect(diffObjects(account({}), live, { prediction }).isModified).toBe(false)
    expect(diffObjects(account({ annotations: { mine: 'y' } }), live, { prediction }).differences).toEqual([
      { path: ['metadata', 'annotations', 'mine'], from: undefined, to: 'y' },
    ])
  })

  it('is none between null and nothing in a typed object, and one in a custom resource', () => {
    const service = (spec: Record<string, unknown>): KubernetesObject => ({ apiVersion: 'v1', kind: 'Service', metadata: { name: 's' }, spec })
    expect(diffObjects(service({ externalName: null }), service({}), { prediction }).isModified).toBe(false)
    const custom = (spec: Record<string, unknown>): KubernetesObject => ({ apiVersion: 'example.com/v1', kind: 'Thing', metadata: { name: 't' }, spec })
    expect(diffObjects(custom({ a: 1 }), custom({ a: null }), { prediction }).isModified).toBe(true)
  })

  it('does not count in fields of managers that are trusted', () => {
    const deployment = (image: string): KubernetesObject => ({
      apiVersion: 'apps/v1',
      kind: 'Deployment',
      metadata: {
        name: 'd',
        managedFields: [
          {
            manager: 'image-bot',
            operation: 'Update',
            apiVersion: 'apps/v1',
            fieldsType: 'FieldsV1',
            fieldsV1: { 'f:spec': { 'f:template': { 'f:spec': { 'f:containers': { 'k:{"name":"c"}': { 'f:image': {} } } } } } },
          },
        ],
      },
      spec: { selector: { matchLabels: { a: 'b' } }, template: { metadata: { labels: { a: 'b' } }, spec: { containers: [{ name: 'c', image }] } } },
    })
    const differs = (managers: string[]): boolean =>
      diffObjects(deployment('web:1'), deployment('web:2'), {
        prediction,
        ignore: createIgnoreRules([{ group: 'apps', kind: 'Deployment', managedFieldsManagers: managers }]),
      }).isModified
    expect(differs(['image-bot'])).toBe(false)
    expect(differs(['somebody-else'])).toBe(true)
  })
})

describe('hooks', () => {
  const hook = (annotations: Record<string, string>): KubernetesObject => ({ apiVersion: 'batch/v1', kind: 'Job', metadata: { name: 'j', annotations } })

  it.each([
    [{}, false, []],
    [{ 'argocd.argoproj.io/hook': 'PreSync, PreSync,PostSync' }, true, ['PreSync', 'PostSync']],
    [{ 'argocd.argoproj.io/hook': 'presync' }, true, []],
    [{ 'argocd.argoproj.io/hook': '' }, true, []],
    [{ 'argocd.argoproj.io/hook': 'Skip' }, false, []],
    [{ 'helm.sh/hook': 'pre-install,pre-upgrade' }, true, ['PreSync']],
    [{ 'helm.sh/hook': 'crd-install' }, false, []],
  ])('%j', (annotations, isOne, phases) => {
    expect(isHook(hook(annotations as Record<string, string>))).toBe(isOne)
    expect(hookPhasesOf(hook(annotations as Record<string, string>))).toEqual(phases)
  })

  it('have their types as they are written', () => {
    expect(hookTypesOf(hook({ 'helm.sh/hook': 'pre-install,pre-upgrade,post-install' }))).toEqual(['PreSync', 'PreSync', 'PostSync'])
  })
})
