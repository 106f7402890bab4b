import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { applyJsonPatch, applyMergePatch, applyStrategicMergePatch, createThreeWayMergePatch, PatchError, typeSchemaOf, untypedSchema } from '@plumbline/schema'

const deployment = typeSchemaOf({ group: 'apps', version: 'v1', kind: 'Deployment' }) ?? untypedSchema
const withContainers = (...containers: object[]): object => ({ spec: { template: { spec: { containers } } } })

describe('JSON patch', () => {
  it('adds, replaces, removes, moves, copies and tests', () => {
    const before = { a: [1, 2], b: { c: 'x/y' } }
    const after = applyJsonPatch(before, [
      { op: 'add', path: '/a/1', value: 9 },
      { op: 'add', path: '/a/-', value: 3 },
      { op: 'replace', path: '/b/c', value: 'z' },
      { op: 'copy', from: '/a/0', path: '/d' },
      { op: 'move', from: '/a/3', path: '/e~1f' },
      { op: 'test', path: '/d', value: 1 },
      { op: 'remove', path: '/b' },
    ])
    expect(after).toEqual({ a: [1, 9, 2], d: 1, 'e/f': 3 })
    expect(before).toEqual({ a: [1, 2], b: { c: 'x/y' } })
  })

  it('adds what a replace does not find in a map, and refuses it in a list, as the server does', () => {
    expect(applyJsonPatch({ data: {} }, [{ op: 'replace', path: '/data/x', value: '1' }])).toEqual({ data: { x: '1' } })
    expect(() => applyJsonPatch({ a: [] }, [{ op: 'replace', path: '/a/3', value: 1 }])).toThrow(PatchError)
  })

  it.each([
    ['a failed test', [{ op: 'test', path: '/a', value: 2 }]],
    ['a path to nothing', [{ op: 'remove', path: '/x/y' }]],
    ['an unknown operation', [{ op: 'merge', path: '/a', value: 1 }]],
    ['a list that is too long', Array.from({ length: 10_001 }, () => ({ op: 'test', path: '/a', value: 1 }))],
    ['no list', { op: 'add' }],
  ])('refuses %s', (_what, patch) => {
    expect(() => applyJsonPatch({ a: 1 }, patch)).toThrow(PatchError)
  })

  it('never reaches a prototype', () => {
    applyJsonPatch({}, [{ op: 'add', path: '/__proto__', value: { polluted: true } }])
    expect(() => applyJsonPatch({}, [{ op: 'add', path: '/__proto__/polluted', value: true }])).toThrow(PatchError)
    expect(({} as Record<string, unknown>)['polluted']).toBeUndefined()
  })
})

describe('merge patch', () => {
  it('merges maps, replaces lists, and removes by null', () => {
    expect(applyMergePatch({ a: { b: 1, c: 2 }, d: [1] }, { a: { b: null, e: 3 }, d: [2], f: null })).toEqual({ a: { c: 2, e: 3 }, d: [2] })
  })

  it('sets every member it names', () => {
    const plain = fc.dictionary(fc.string({ minLength: 1, maxLength: 3 }), fc.oneof(fc.integer(), fc.string(), fc.array(fc.integer(), { maxLength: 2 })), {
      noNullPrototype: true,
    })
    fc.assert(
      fc.property(plain, plain, (before, patch) => {
        const after = applyMergePatch(before, patch) as Record<string, unknown>
        for (const name of Object.keys(patch)) expect(after[name]).toEqual(patch[name])
        expect(applyMergePatch(after, patch)).toEqual(after)
      }),
    )
  })
})

describe('strategic merge patch', () => {
  const live = withContainers({ name: 'a', image: 'a:1', env: [{ name: 'X', value: '1' }] }, { name: 'b', image: 'b:1' })

  it('merges lists by their key', () => {
    expect(applyStrategicMergePatch(live, withContainers({ name: 'b', image: 'b:2' }, { name: 'c', image: 'c:1' }), deployment)).toEqual(
      withContainers({ name: 'a', image: 'a:1', env: [{ name: 'X', value: '1' }] }, { name: 'b', image: 'b:2' }, { name: 'c', image: 'c:1' }),
    )
  })

  it('deletes by directive and replaces by directive', () => {
    expect(applyStrategicMergePatch(live, withContainers({ name: 'a', $patch: 'delete' }), deployment)).toEqual(withContainers({ name: 'b', image: 'b:1' }))
    expect(applyStrategicMergePatch(live, withContainers({ $patch: 'replace' }, { name: 'z', image: 'z' }), deployment)).toEqual(
      withContainers({ name: 'z', image: 'z' }),
    )
  })

  it('keeps only the keys it retains', () => {
    const before = { spec: { strategy: { type: 'RollingUpdate', rollingUpdate: { maxSurge: 1 } } } }
    expect(applyStrategicMergePatch(before, { spec: { strategy: { $retainKeys: ['type'], type: 'Recreate' } } }, deployment)).toEqual({
      spec: { strategy: { type: 'Recreate' } },
    })
  })

  it('refuses an element without its key and a directive nobody knows', () => {
    expect(() => applyStrategicMergePatch(live, withContainers({ image: 'x' }), deployment)).toThrow(/does not contain declared merge key: name/)
    expect(() => applyStrategicMergePatch(live, { spec: { $patch: 'explode' } }, deployment)).toThrow(/unknown patch type/)
  })
})

describe('three-way patch', () => {
  const last = { data: { kept: '1', dropped: '1' } }
  const wanted = { data: { kept: '2' } }
  const lives = { data: { kept: '1', dropped: '1', foreign: 'x' } }

  it('changes what git changed, removes what git removed, leaves what is not git’s', () => {
    const schema = typeSchemaOf({ group: '', version: 'v1', kind: 'ConfigMap' })
    const patch = createThreeWayMergePatch(last, wanted, lives, schema)
    expect(patch).toEqual({ data: { kept: '2', dropped: null } })
    expect(applyMergePatch(lives, patch)).toEqual({ data: { kept: '2', foreign: 'x' } })
  })

  it('is empty when nothing is to be done', () => {
    expect(createThreeWayMergePatch(wanted, wanted, { data: { kept: '2', foreign: 'x' } }, undefined)).toEqual({})
  })
})
