import { describe, expect, it } from 'vitest'
import { applyConfiguration, recordUpdate, SchemaError, typeSchemaOf, typeSchemaOfCrd, untypedSchema } from '@plumbline/schema'
import type { AnyObject, ApplyOutcome } from '@plumbline/schema'

const configMap = typeSchemaOf({ group: '', version: 'v1', kind: 'ConfigMap' }) ?? untypedSchema
const deployment = typeSchemaOf({ group: 'apps', version: 'v1', kind: 'Deployment' }) ?? untypedSchema
const time = '2026-01-01T00:00:00Z'
const map = (data: Record<string, string>): AnyObject => ({ apiVersion: 'v1', kind: 'ConfigMap', metadata: { name: 'a' }, data })

function apply(live: AnyObject | undefined, configuration: AnyObject, manager: string, force = false, schema = configMap, apiVersion = 'v1'): ApplyOutcome {
  return applyConfiguration({ live, configuration, schema, manager, apiVersion, force, time })
}

function applied(outcome: ApplyOutcome): AnyObject {
  if (outcome.kind === 'conflict') throw new Error(outcome.message)
  return outcome.object
}

function managersOf(object: AnyObject): unknown {
  return (object['metadata'] as { managedFields: { manager: string; operation: string; fieldsV1: unknown }[] }).managedFields.map(
    ({ manager, operation, fieldsV1 }) => [manager, operation, fieldsV1],
  )
}

describe('apply', () => {
  it('creates, owned by who applied', () => {
    const object = applied(apply(undefined, map({ x: '1' }), 'a'))
    expect(object['data']).toEqual({ x: '1' })
    expect(managersOf(object)).toEqual([['a', 'Apply', { 'f:data': { 'f:x': {} } }]])
  })

  it('removes what its manager no longer names, and nothing of others', () => {
    const first = applied(apply(undefined, map({ x: '1', y: '1' }), 'a'))
    const both = applied(apply(first, map({ z: '1' }), 'b'))
    const after = applied(apply(both, map({ x: '2' }), 'a'))
    expect(after['data']).toEqual({ x: '2', z: '1' })
  })

  it('conflicts where another manager says otherwise, unless forced', () => {
    const first = applied(apply(undefined, map({ x: '1' }), 'a'))
    expect(apply(first, map({ x: '2' }), 'b')).toMatchObject({ kind: 'conflict', message: 'Apply failed with 1 conflict: conflict with "a": .data.x' })
    const forced = applied(apply(first, map({ x: '2' }), 'b', true))
    expect(forced['data']).toEqual({ x: '2' })
    expect(managersOf(forced)).toEqual([['b', 'Apply', { 'f:data': { 'f:x': {} } }]])
  })

  it('shares a field that two managers say alike, until the last one lets go', () => {
    const first = applied(apply(undefined, map({ x: '1' }), 'a'))
    const shared = applied(apply(first, map({ x: '1' }), 'b'))
    const after = applied(apply(shared, map({}), 'a'))
    expect(after['data']).toEqual({ x: '1' })
    expect(applied(apply(after, map({}), 'b'))['data'] ?? {}).toEqual({})
  })

  it('knows elements of lists by their keys', () => {
    const of = (...containers: object[]): AnyObject => ({
      apiVersion: 'apps/v1',
      kind: 'Deployment',
      metadata: { name: 'd' },
      spec: { template: { spec: { containers } } },
    })
    const first = applied(apply(undefined, of({ name: 'c', image: 'i:1' }), 'a', false, deployment, 'apps/v1'))
    const sidecar = applied(apply(first, of({ name: 's', image: 's:1' }), 'b', false, deployment, 'apps/v1'))
    const after = applied(apply(sidecar, of({ name: 'c', image: 'i:2' }), 'a', false, deployment, 'apps/v1'))
    expect(after['spec']).toMatchObject({
      template: {
        spec: {
          containers: [
            { name: 'c', image: 'i:2' },
            { name: 's', image: 's:1' },
          ],
        },
      },
    })
  })

  it('says when nothing changed', () => {
    const first = applied(apply(undefined, map({ x: '1' }), 'a'))
    expect(apply(first, map({ x: '1' }), 'a')).toMatchObject({ kind: 'applied', isChanged: false })
  })

  it('refuses what does not fit the type', () => {
    expect(() => apply(undefined, { ...map({}), data: 'x' } as AnyObject, 'a')).toThrow(SchemaError)
    expect(() => apply(undefined, { ...map({}), colour: 'x' }, 'a')).toThrow(/\.colour: field not declared in schema/)
    const twice = { apiVersion: 'apps/v1', kind: 'Deployment', metadata: {}, spec: { template: { spec: { containers: [{ name: 'c' }, { name: 'c' }] } } } }
    expect(() => apply(undefined, twice, 'a', false, deployment)).toThrow(/duplicate entries for key \[name="c"\]/)
  })
})

describe('ordinary writes', () => {
  const record = (live: AnyObject | undefined, updated: AnyObject, manager: string): AnyObject =>
    recordUpdate({ live, updated, schema: configMap, manager, apiVersion: 'v1', time })

  it('are owned by who wrote', () => {
    const created = record(undefined, map({ x: '1' }), 'kubectl-create')
    expect(managersOf(created)).toEqual([['kubectl-create', 'Update', { 'f:data': { '.': {}, 'f:x': {} } }]])
  })

  it('take over what they change, from appliers too', () => {
    const first = applied(apply(undefined, map({ x: '1', y: '1' }), 'a'))
    const edited = record(first, { ...first, data: { x: '2', y: '1' } }, 'kubectl-edit')
    expect(managersOf(edited)).toEqual([
      ['a', 'Apply', { 'f:data': { 'f:y': {} } }],
      ['kubectl-edit', 'Update', { 'f:data': { 'f:x': {} } }],
    ])
  })

  it('forget everything when they are given an empty list of managers', () => {
    const first = record(undefined, map({ x: '1' }), 'a')
    const reset = record(first, { ...first, metadata: { name: 'a', managedFields: [] } }, 'b')
    expect((reset['metadata'] as Record<string, unknown>)['managedFields']).toBeUndefined()
  })
})

describe('custom resources', () => {
  it('merge as their schema says', () => {
    const schema = typeSchemaOfCrd({
      type: 'object',
      properties: {
        spec: {
          type: 'object',
          properties: {
            tags: { type: 'array', items: { type: 'string' }, 'x-kubernetes-list-type': 'set' },
            whole: { type: 'array', items: { type: 'string' } },
          },
        },
      },
    })
    const of = (spec: object): AnyObject => ({ apiVersion: 'x/v1', kind: 'X', metadata: { name: 'a' }, spec })
    const first = applied(apply(undefined, of({ tags: ['a'], whole: ['a'] }), 'a', false, schema, 'x/v1'))
    const after = applied(apply(first, of({ tags: ['b'] }), 'b', false, schema, 'x/v1'))
    expect(after['spec']).toEqual({ tags: ['a', 'b'], whole: ['a'] })
    expect(apply(after, of({ whole: ['b'] }), 'b', false, schema, 'x/v1').kind).toBe('conflict')
  })
})
