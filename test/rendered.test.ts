// What was rendered is kept, and shared between applications: nothing on the way to the cluster may change it.
import type { Renderer } from '@plumbline/core'
import { directory, helm } from '@plumbline/renderers'
import { expect, it } from 'vitest'
import { createWorld } from './lib/world.ts'

function frozen<T>(value: T): T {
  if (typeof value !== 'object' || value === null || Object.isFrozen(value)) return value
  for (const member of Object.values(value)) frozen(member)
  return Object.freeze(value)
}

const freezing = (renderer: Renderer): Renderer => ({
  sourceType: renderer.sourceType,
  matches: (request) => renderer.matches(request),
  render: async (request) => frozen(await renderer.render(request)),
})

const definition = `apiVersion: apiextensions.k8s.io/v1
kind: CustomResourceDefinition
metadata: {name: gadgets.example.com}
spec:
  group: example.com
  scope: Namespaced
  names: {plural: gadgets, singular: gadget, kind: Gadget}
  versions:
  - {name: v1, served: true, storage: true, schema: {openAPIV3Schema: {type: object, x-kubernetes-preserve-unknown-fields: true}}}
`

it.each(['plumbline', 'argocd'] as const)('reaches the cluster unchanged, by the rules of %s', async (compatibility) => {
  await using world = await createWorld(
    {
      'web/Chart.yaml': 'apiVersion: v2\nname: web\nversion: 1.0.0\n',
      'web/crds/gadgets.yaml': definition,
      'web/templates/a.yaml':
        'apiVersion: v1\nkind: ConfigMap\nmetadata: {name: a, labels: {x: "1"}, annotations: {}}\n---\napiVersion: v1\nkind: Secret\nmetadata: {name: s}\nstringData: {p: q}\n',
      'plain/a.yaml': 'apiVersion: example.com/v1\nkind: Gadget\nmetadata: {name: g}\nspec: {a: null}\n',
    },
    { compatibility, renderers: [helm(), directory()].map(freezing) },
  )
  world.apply('web')
  await world.untilSynced('web')
  world.apply('plain')
  await world.untilSynced('plain')
  expect(world.logs.filter((line) => /read only|not extensible/.test(line))).toEqual([])
})
