// Values as Go writes them in texts.
import { inGoOrder, internalForm, typeSchemaOf, untypedSchema } from '@plumbline/schema'
import { describe, expect, it } from 'vitest'

describe('values in Go', () => {
  it('have their members in the order in which types declare them', () => {
    const schema = typeSchemaOf({ group: '', version: 'v1', kind: 'Pod' }) ?? untypedSchema
    const given = { spec: { containers: [{ image: 'i', name: 'c' }], volumes: [] }, metadata: { labels: { b: '', a: '' }, name: 'p' }, kind: 'Pod' }
    expect(JSON.stringify(inGoOrder(given, schema))).toBe(
      '{"kind":"Pod","metadata":{"name":"p","labels":{"a":"","b":""}},"spec":{"volumes":[],"containers":[{"name":"c","image":"i"}]}}',
    )
  })

  it('have everything that is not given in the form that all versions convert to', () => {
    expect(internalForm({ type: 'Localhost' }, 'core.SeccompProfile')).toEqual({ Type: 'Localhost', LocalhostProfile: null })
    const pod = internalForm({ hostNetwork: true, containers: [] }, 'core.PodSpec')
    expect(pod).toMatchObject({ NodeName: '', Tolerations: null, SecurityContext: { HostNetwork: true, HostPID: false, RunAsUser: null } })
  })
})
