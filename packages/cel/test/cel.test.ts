import { CelError, createCelHealth } from '@plumbline/cel'
import { describe, expect, it } from 'vitest'

const health = createCelHealth([
  { status: 'Degraded', when: 'object.status.phase == "Failed"', message: '"failed after " + string(object.status.attempts) + " attempts"' },
  { status: 'Healthy', when: 'object.status.conditions.exists(c, c.type == "Ready" && c.status == "True") && object.status.ready >= object.spec.replicas' },
  { status: 'Suspended', when: 'has(object.spec.paused) && object.spec.paused' },
])

describe('health in CEL', () => {
  it('is what the first rule says that holds', () => {
    expect(health({ spec: {}, status: { phase: 'Failed', attempts: 3 } })).toEqual({ status: 'Degraded', message: 'failed after 3 attempts' })
    expect(health({ spec: { replicas: 2 }, status: { phase: 'Up', ready: 2, conditions: [{ type: 'Ready', status: 'True' }] } })).toEqual({ status: 'Healthy' })
    expect(health({ spec: { paused: true } })).toEqual({ status: 'Suspended' })
  })

  it('is Progressing as long as nothing can be told', () => {
    for (const object of [{}, { spec: {} }, { spec: { replicas: 1 }, status: { phase: 'Up', conditions: [] } }, null, 'text', []])
      expect(health(object)).toEqual({ status: 'Progressing' })
  })

  it('refuses what is no expression, with the number of the rule and its text', () => {
    expect(() =>
      createCelHealth([
        { status: 'Healthy', when: 'true' },
        { status: 'Degraded', when: 'object.status ==' },
      ]),
    ).toThrow(/^rule 2: .*object\.status ==/)
    expect(() => createCelHealth([{ status: 'Healthy', when: 'nothing.known' }])).toThrow(CelError)
    expect(() => createCelHealth([{ status: 'Healthy', when: `"${'x'.repeat(30_000)}" == ""` }])).toThrow(/more than 20000 characters/)
  })

  it('matches in linear time, and prototypes are no members', () => {
    const matching = createCelHealth([{ status: 'Healthy', when: 'object.name.matches("^(a+)+$")' }])
    // An expression that backtracks would not come back.
    expect(matching({ name: `${'a'.repeat(50_000)}!` })).toEqual({ status: 'Progressing' })
    expect(matching({ name: 'aaa' })).toEqual({ status: 'Healthy' })
    expect(createCelHealth([{ status: 'Healthy', when: 'has(object.constructor)' }])({})).toEqual({ status: 'Progressing' })
  })
})
