import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import {
  builtInResources,
  canonicalQuantity,
  checkFields,
  checkStructuralSchema,
  compareQuantities,
  defaultObject,
  defaultStructural,
  isQuantity,
  parseQuantity,
  pruneObject,
  typeSchemaOf,
  untypedSchema,
  validateStructural,
} from '@plumbline/schema'

describe('facts', () => {
  it('know the built-in resources', () => {
    const resources = builtInResources()
    expect(resources.length).toBeGreaterThan(60)
    expect(resources.find(({ kind, group }) => kind === 'Deployment' && group === 'apps')).toMatchObject({
      version: 'v1',
      plural: 'deployments',
      isNamespaced: true,
    })
  })

  it('know types, and nothing of kinds that are not there', () => {
    expect(typeSchemaOf({ group: '', version: 'v1', kind: 'Pod' })).toMatchObject({ kind: 'object' })
    expect(typeSchemaOf({ group: 'x', version: 'v1', kind: 'Y' })).toBeUndefined()
  })
})

describe('quantities', () => {
  it.each([
    ['0.1', '100m'],
    ['1000m', '1'],
    ['1024Mi', '1Gi'],
    ['1.5Gi', '1536Mi'],
    ['1e3', '1e3'],
    ['12e6', '12e6'],
    ['0', '0'],
    ['-1k', '-1k'],
    ['2000k', '2M'],
  ])('%s is written %s', (given, written) => {
    expect(canonicalQuantity(given)).toBe(written)
  })

  it.each(['', 'lots', '1GiB', '1 Gi', '.', 'e3', '--1'])('%j is none', (text) => {
    expect(isQuantity(text)).toBe(false)
  })

  it('compare by value and keep it through writing', () => {
    fc.assert(
      fc.property(fc.integer({ min: -(10 ** 9), max: 10 ** 9 }), fc.constantFrom('', 'm', 'k', 'M', 'G', 'Ki', 'Mi', 'Gi'), (number, suffix) => {
        const text = `${number}${suffix}`
        expect(compareQuantities(parseQuantity(text), parseQuantity(canonicalQuantity(text)))).toBe(0)
      }),
    )
  })

  it('are bounded', () => {
    const start = performance.now()
    try {
      canonicalQuantity('1e999999999')
    } catch {
      // Refusing is as good as clamping.
    }
    expect(performance.now() - start).toBeLessThan(1000)
  })
})

describe('fields', () => {
  const pod = typeSchemaOf({ group: '', version: 'v1', kind: 'Pod' }) ?? untypedSchema

  it('that a type does not have are named and dropped', () => {
    const found = checkFields({ spec: { containers: [{ name: 'c', colour: 'red' }], size: 1 } }, pod)
    expect(found.unknownFields).toEqual(['spec.containers[0].colour', 'spec.size'])
    expect(found.object).toEqual({ spec: { containers: [{ name: 'c' }] } })
  })

  it.each([
    [{ spec: { containers: 'x' } }, /cannot unmarshal string into Go struct field .*spec\.containers/],
    [{ spec: { containers: [{ ports: [{ containerPort: 'x' }] }] } }, /of type int32/],
    [{ spec: { containers: [{ resources: { limits: { cpu: 'lots' } } }] } }, /quantities must match/],
    [{ metadata: { creationTimestamp: 'yesterday' } }, /parsing time "yesterday" as/],
    [{ metadata: { creationTimestamp: '2024-02-30T00:00:00Z' } }, /day out of range/],
  ])('of a wrong type are refused: %j', (object, message) => {
    expect(checkFields(object, pod).typeError).toMatch(message)
  })
})

describe('defaults', () => {
  it('of a Deployment are those of the server', () => {
    const filled = defaultObject({
      apiVersion: 'apps/v1',
      kind: 'Deployment',
      spec: { selector: {}, template: { spec: { containers: [{ name: 'c', image: 'nginx', ports: [{ containerPort: 80 }] }] } } },
    })
    expect(filled).toMatchObject({
      spec: {
        replicas: 1,
        revisionHistoryLimit: 10,
        progressDeadlineSeconds: 600,
        strategy: { type: 'RollingUpdate', rollingUpdate: { maxSurge: '25%', maxUnavailable: '25%' } },
        template: { spec: { restartPolicy: 'Always', dnsPolicy: 'ClusterFirst', containers: [{ imagePullPolicy: 'Always', ports: [{ protocol: 'TCP' }] }] } },
      },
    })
  })

  it('change nothing that is said, and nothing when applied again', () => {
    const object = { apiVersion: 'v1', kind: 'Service', spec: { type: 'NodePort', ports: [{ port: 80, targetPort: 'web' }] } }
    const once = defaultObject(object)
    expect(once).toMatchObject({ spec: { type: 'NodePort', ports: [{ port: 80, targetPort: 'web', protocol: 'TCP' }] } })
    expect(defaultObject(once)).toEqual(once)
    expect(object.spec).not.toHaveProperty('sessionAffinity')
  })
})

describe('structural schemas', () => {
  const schema = {
    type: 'object',
    properties: {
      spec: {
        type: 'object',
        required: ['name'],
        properties: {
          name: { type: 'string', pattern: '^[a-z]+$', maxLength: 5 },
          size: { type: 'integer', minimum: 1, default: 3 },
          port: { 'x-kubernetes-int-or-string': true },
          open: { type: 'object', 'x-kubernetes-preserve-unknown-fields': true },
        },
      },
    },
  }

  it('prune what they do not name', () => {
    expect(pruneObject({ kind: 'X', metadata: { a: 1 }, spec: { name: 'a', odd: 1, open: { any: 1 } }, other: 2 }, schema)).toEqual({
      object: { kind: 'X', metadata: { a: 1 }, spec: { name: 'a', open: { any: 1 } } },
      unknownFields: ['other', 'spec.odd'],
    })
  })

  it('fill in defaults', () => {
    expect(defaultStructural({ spec: { name: 'a' } }, schema)).toEqual({ spec: { name: 'a', size: 3 } })
  })

  it('validate, with every finding', () => {
    const problems = validateStructural({ spec: { name: 'TOOLONG', size: 0, port: true } }, schema)
    expect(problems.map(({ path }) => path)).toEqual(['spec.name', 'spec.name', 'spec.size', 'spec.port'])
    expect(validateStructural({ spec: {} }, schema)).toMatchObject([{ type: 'Required', path: 'spec.name' }])
  })

  it('do not run patterns that take forever', () => {
    const start = performance.now()
    validateStructural(`${'a'.repeat(40)}!`, { type: 'string', pattern: '^(a+)+$' })
    expect(performance.now() - start).toBeLessThan(1000)
  })

  it.each([
    [{ type: 'object', properties: { a: {} } }, 'must not be empty for specified object fields'],
    [{ type: 'object', properties: { a: { type: 'array' } } }, 'must be specified'],
    [{ type: 'object', properties: { a: { type: 'string', pattern: '(?=x)' } } }, 'must be a valid regular expression'],
    [{ type: 'object', properties: { a: { type: 'integer', default: 'x' } } }, 'must be of type integer'],
    [{ type: 'string' }, 'must be object at the root'],
  ])('are checked themselves: %j', (bad, message) => {
    expect(checkStructuralSchema(bad, 'schema').map(({ detail }) => detail)).toEqual(expect.arrayContaining([expect.stringContaining(message) as string]))
  })
})
