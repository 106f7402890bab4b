import { compare, createHealthRegistry, defaultTracking } from '@plumbline/core'
import type { KubernetesObject } from '@plumbline/core'
import { expect, it } from 'vitest'

const urlsOf = (...live: KubernetesObject[]): readonly string[] =>
  compare({
    desired: [],
    live,
    diff: { prediction: { mode: 'ownership', fieldManager: 'argocd-controller' } },
    health: createHealthRegistry([]),
    tracking: defaultTracking,
  }).externalURLs

const ingress = (spec: object, rest: object = {}): KubernetesObject => ({
  apiVersion: 'networking.k8s.io/v1',
  kind: 'Ingress',
  metadata: { name: 'edge', namespace: 'shop' },
  spec,
  ...rest,
})

it('tells where an application can be reached', () => {
  const rules = [{ host: 'a.example', http: { paths: [{ path: '/api*' }, {}] } }, { http: { paths: [{ path: '/' }] } }, { host: 'b.example' }]
  expect(urlsOf(ingress({ rules }))).toEqual(['http://a.example', 'http://a.example/api'])
  const status = { loadBalancer: { ingress: [{ ip: '203.0.113.9' }] } }
  expect(urlsOf(ingress({ rules: rules.slice(1), tls: [{ secretName: 's' }] }, { status }))).toEqual(['https://203.0.113.9/'])
  const linked = { apiVersion: 'v1', kind: 'ConfigMap', metadata: { name: 'x', annotations: { 'link.argocd.argoproj.io/docs': 'https://docs.example' } } }
  expect(urlsOf(linked, linked)).toEqual(['https://docs.example'])
  expect(urlsOf(ingress({ rules: 'none' }), ingress({}))).toEqual([])
})
