// What stops a sync before its first write.
import { describe, expect, it } from 'vitest'
import { configMap, createWorld } from './lib/world.ts'
import type { World } from './lib/world.ts'

const configMaps = { group: '', plural: 'configmaps' }
const job = (image: string): string =>
  `apiVersion: batch/v1\nkind: Job\nmetadata: {name: once}\nspec: {template: {spec: {restartPolicy: Never, containers: [{name: main, image: ${image}}]}}}\n`

/** Nothing is tried again: what is refused stays refused. */
const policy = { syncPolicy: { automated: { prune: true }, retry: { limit: 0 }, syncOptions: ['CreateNamespace=true'] } }

function writesOf(world: World): number {
  return Object.entries(world.cluster.requests).reduce(
    (sum, [label, count]) => (/^(?:POST|PUT|PATCH) (?:configmaps|services|jobs)/.test(label) ? sum + count : sum),
    0,
  )
}

async function refusal(world: World, revision: string): Promise<string> {
  await world.until(() => {
    const state = world.application('shop')?.status?.operationState
    expect(state?.syncResult?.revision).toBe(revision)
    expect(state?.phase).toBe('Failed')
  })
  return world.application('shop')?.status?.operationState?.message ?? ''
}

describe('a sync is refused as a whole', () => {
  it('when its plan deletes more than the guards let through', async () => {
    const files = Object.fromEntries(['a', 'b', 'c', 'd'].map((name) => [`shop/${name}.yaml`, configMap(name, '1')]))
    await using world = await createWorld(files, { guards: { maxDeletes: 2 } })
    world.apply('shop', policy)
    await world.untilSynced('shop')
    await world.untilSynced('shop', await world.commit({ 'shop/d.yaml': null }))
    const revision = await world.commit({ 'shop/a.yaml': configMap('a', '2'), 'shop/b.yaml': null, 'shop/c.yaml': null, 'shop/e.yaml': configMap('e', '1') })
    await world.untilSynced('shop', revision)
    const last = await world.commit(Object.fromEntries(['f', 'g', 'h'].map((name) => [`shop/${name}.yaml`, configMap(name, '1')])))
    await world.untilSynced('shop', last)
    const wiped = await world.commit({ 'shop/e.yaml': null, 'shop/f.yaml': null, 'shop/g.yaml': null, 'shop/a.yaml': configMap('a', '3') })
    expect(await refusal(world, wiped)).toBe(
      'the plan is refused: it would delete 3 objects, and at most 2 are let through: ConfigMap/shop/e, ConfigMap/shop/f, ConfigMap/shop/g',
    )
    expect(world.cluster.api.get(configMaps, 'shop', 'a')?.['data']).toEqual({ value: '2' })
  })

  it('when a field would have to change that never does', async () => {
    await using world = await createWorld({ 'shop/a.yaml': configMap('a', '1'), 'shop/job.yaml': job('registry.test/job:1') })
    world.apply('shop', policy)
    await world.untilSynced('shop')
    const revision = await world.commit({ 'shop/a.yaml': configMap('a', '2'), 'shop/job.yaml': job('registry.test/job:2') })
    expect(await refusal(world, revision)).toBe(
      'one or more synchronization tasks are not valid: Job/shop/once: spec.template cannot be changed in place; the sync option Force=true makes Job/shop/once anew',
    )
    expect(world.cluster.api.get(configMaps, 'shop', 'a')?.['data']).toEqual({ value: '1' })
  })

  it('when the API server refuses an object, and that is asked for first', async () => {
    await using world = await createWorld({ 'shop/a.yaml': configMap('a', '1') }, { validatesPlans: true })
    world.apply('shop', policy)
    await world.untilSynced('shop')
    const before = writesOf(world)
    const bad = 'apiVersion: v1\nkind: Service\nmetadata: {name: bad}\nspec: {ports: [{port: 70000}]}\n'
    const revision = await world.commit({ 'shop/a.yaml': configMap('a', '2'), 'shop/bad.yaml': bad })
    expect(await refusal(world, revision)).toMatch(/^one or more objects failed to apply \(dry run\), reason: Service "bad" is invalid: /)
    expect(world.cluster.api.get(configMaps, 'shop', 'a')?.['data']).toEqual({ value: '1' })
    // One dry run for each of the two, at each of the attempts.
    expect((writesOf(world) - before) % 2).toBe(0)
  })
})
