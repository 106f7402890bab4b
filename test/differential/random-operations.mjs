// Random sequences of requests to an API server, as cases of the cluster corpus: valid objects of the built-in kinds, what can be done to them,
// and the same with one thing wrong.
import { seedObjects } from './seed-objects.mjs'

/** A generator of numbers in [0, 1) that a seed decides (mulberry32). */
export function randomFrom(seed) {
  let state = seed >>> 0
  return () => {
    state = (state + 0x6d2b79f5) >>> 0
    let mixed = Math.imul(state ^ (state >>> 15), state | 1)
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61)
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4294967296
  }
}

const oddTexts = [
  '',
  ' ',
  'a',
  'UPPER',
  'a.b',
  'a/b',
  '-a',
  'a_b',
  'x'.repeat(64),
  'x'.repeat(254),
  '10.0.0.1',
  '10%',
  '0',
  '1.5',
  '1Gi',
  '-1',
  '*',
  'ö',
  'a b',
  'web',
]
const oddNumbers = [0, 1, -1, 2, 80, 65536, 70000, 2147483648, 1.5, 1e10]
const oddValues = [null, true, false, [], {}, '', 'a', 0, -1, ['a'], [null], { a: 'b' }]

const definition = seedObjects.find(({ object }) => object.kind === 'CustomResourceDefinition')
const customSchema = definition.object.spec.versions[0].schema.openAPIV3Schema
/** An object of the kind that the definition among the seeds makes. */
const custom = {
  plural: 'widgets',
  isClusterScoped: false,
  object: {
    apiVersion: 'N.example.com/v1',
    kind: 'Widget',
    metadata: { name: 'N', labels: { team: 'a' }, annotations: { note: 'x' } },
    spec: { size: 3, mode: 'b', parts: [{ id: 'a', weight: 1 }, { id: 'b' }], port: 'http', free: { a: [1] }, options: { x: 'y' } },
  },
}
/** One case in so many is about an object of a custom kind. */
const customShare = 0.15

/** A case of a few steps on one object. */
export function randomCase(seed, schemas) {
  const random = randomFrom(seed)
  const pick = (list) => list[Math.floor(random() * list.length)]
  const chance = (probability) => random() < probability
  const isCustom = random() < customShare
  const seedObject = isCustom ? custom : pick(seedObjects)
  const { plural, isClusterScoped } = seedObject
  const name = isClusterScoped ? '${id}' : 'n'
  const base = JSON.parse(JSON.stringify(seedObject.object).replaceAll('"N"', `"${name}"`).replaceAll('N.example.com', '${id}.example.com'))
  const { apiVersion, kind } = base
  const root = `${apiVersion.includes('/') ? `/apis/${apiVersion}` : `/api/${apiVersion}`}${isClusterScoped ? '' : '/namespaces/${ns}'}/${plural}`
  const path = `${root}/${base.metadata.name}`

  /** Places of an object that may be changed, as lists of keys. */
  function places(value, at = [], found = []) {
    if (at.length > 0) found.push(at)
    if (Array.isArray(value)) value.forEach((item, index) => places(item, [...at, index], found))
    else if (value !== null && typeof value === 'object') for (const key of Object.keys(value)) places(value[key], [...at, key], found)
    return found
  }
  const schemaOf = (reference) => schemas.get(reference)
  const resolved = (schema) => {
    let found = schema
    while (found !== undefined) {
      const reference = found.$ref ?? found.allOf?.[0]?.$ref
      if (reference === undefined) return found
      found = schemaOf(reference.split('/').at(-1))
    }
    return found
  }
  function schemaAt(keys) {
    let schema = isCustom
      ? { ...customSchema, properties: { ...customSchema.properties, metadata: schemas.root('v1', 'ConfigMap').properties.metadata } }
      : resolved(schemas.root(apiVersion, kind))
    for (const key of keys) {
      if (schema === undefined) return undefined
      schema = resolved(typeof key === 'number' ? schema.items : (schema.properties?.[key] ?? schema.additionalProperties))
    }
    return schema
  }
  /** A value of a type, usual or odd. */
  function valueOf(schema, depth = 0) {
    const type = resolved(schema)
    if (type === undefined) return pick(oddValues)
    if (type.enum !== undefined && chance(0.7)) return pick(type.enum)
    if (type.oneOf !== undefined) return pick([...oddTexts, ...oddNumbers])
    switch (type.type) {
      case 'string':
        return type.format === 'date-time' ? pick(['2024-01-02T03:04:05Z', 'yesterday']) : type.format === 'byte' ? pick(['YQ==', '', '%%%']) : pick(oddTexts)
      case 'integer':
      case 'number':
        return pick(oddNumbers)
      case 'boolean':
        return chance(0.5)
      case 'array':
        return depth > 3 ? [] : Array.from({ length: 1 + Math.floor(random() * 2) }, () => valueOf(type.items, depth + 1))
      case 'object': {
        if (type.additionalProperties !== undefined && type.properties === undefined) return { [pick(oddTexts)]: valueOf(type.additionalProperties, depth + 1) }
        const names = Object.keys(type.properties ?? {})
        if (names.length === 0 || depth > 3) return {}
        const chosen = new Set([...(type.required ?? []).filter(() => chance(0.9)), ...(chance(0.8) ? [pick(names)] : [])])
        return Object.fromEntries([...chosen].map((key) => [key, valueOf(type.properties[key], depth + 1)]))
      }
      default:
        return pick(oddValues)
    }
  }
  function changed(object) {
    const copy = structuredClone(object)
    const all = places(copy).filter(
      (keys) => keys[0] !== 'apiVersion' && keys[0] !== 'kind' && !(keys[0] === 'metadata' && keys[1] === 'name' && keys.length === 2),
    )
    if (all.length === 0) return copy
    const keys = pick(all)
    const last = keys.at(-1)
    const holder = keys.slice(0, -1).reduce((value, key) => value[key], copy)
    const kindOfChange = random()
    if (kindOfChange < 0.2) {
      if (Array.isArray(holder)) holder.splice(last, 1)
      else delete holder[last]
    } else if (kindOfChange < 0.5) {
      const type = schemaAt(keys)
      holder[last] = type === undefined ? pick(oddValues) : valueOf(type)
    } else if (kindOfChange < 0.57) holder[last] = pick(oddValues)
    else if (kindOfChange < 0.65 && Array.isArray(holder)) holder.push(structuredClone(holder[last]))
    else {
      // A field that was not there, of those its type has.
      const owner = places(copy)
        .concat([[]])
        .filter((at) => {
          const value = at.reduce((inner, key) => inner[key], copy)
          return value !== null && typeof value === 'object' && !Array.isArray(value) && schemaAt(at)?.properties !== undefined
        })
      const at = pick(owner)
      const type = schemaAt(at)
      const target = at.reduce((inner, key) => inner[key], copy)
      const names = Object.keys(type.properties).filter((key) => !(key in target) && !(at.length === 0 && key === 'status'))
      if (chance(0.05) || names.length === 0) target['unknownField'] = 1
      else {
        const key = pick(names)
        target[key] = valueOf(type.properties[key])
      }
    }
    return copy
  }
  const query = (...given) => {
    const parts = given.filter((part) => part !== '')
    return parts.length === 0 ? '' : `?${parts.join('&')}`
  }
  const commonQuery = () => [
    chance(0.1) ? 'dryRun=All' : '',
    chance(0.1) ? `fieldValidation=${pick(['Strict', 'Ignore', 'Warn', 'Odd'])}` : '',
    chance(0.15) ? `fieldManager=${pick(['m1', 'm2'])}` : '',
  ]
  const steps = []
  const create = (body) => steps.push({ do: `POST ${root}${query(...commonQuery())}`, body })
  /** A merge patch that leads from one object to another. */
  function mergePatch(from, to) {
    if (from === null || to === null || typeof from !== 'object' || typeof to !== 'object' || Array.isArray(from) || Array.isArray(to)) return to
    const patch = {}
    for (const key of Object.keys(from)) if (!(key in to)) patch[key] = null
    for (const key of Object.keys(to))
      if (!(key in from)) patch[key] = to[key]
      else if (JSON.stringify(from[key]) !== JSON.stringify(to[key])) patch[key] = mergePatch(from[key], to[key])
    return patch
  }
  /** Part of an object, as an applier gives it who cares for little. */
  function partOf(value, depth = 0) {
    if (Array.isArray(value)) return value
    if (value === null || typeof value !== 'object') return value
    return Object.fromEntries(
      Object.entries(value)
        .filter(([key]) => depth === 0 || ['name', 'kind', 'apiVersion'].includes(key) || !chance(0.3))
        .map(([key, inner]) => [key, key === 'spec' || key === 'metadata' || key === 'data' ? partOf(inner, depth + 1) : inner]),
    )
  }
  const operations = [
    () => steps.push({ do: `GET ${path}` }),
    () => steps.push({ do: `PUT ${path}${query(...commonQuery())}`, body: changed(base) }),
    () => steps.push({ do: `PUT ${path}${query(...commonQuery())}`, body: changed(base) }),
    () => steps.push({ do: `PATCH ${path}${query(...commonQuery())}`, contentType: 'application/merge-patch+json', body: mergePatch(base, changed(base)) }),
    () =>
      steps.push({
        do: `PATCH ${path}${query(...commonQuery())}`,
        contentType: 'application/strategic-merge-patch+json',
        body: mergePatch(base, changed(base)),
      }),
    () => {
      const keys = pick(places(base))
      const pointer = keys.map((key) => `/${String(key).replaceAll('~', '~0').replaceAll('/', '~1')}`).join('')
      const type = schemaAt(keys)
      const value = type === undefined ? pick(oddValues) : valueOf(type)
      const op = pick(['add', 'replace', 'remove', 'test', 'copy', 'move'])
      const entry =
        op === 'remove'
          ? { op, path: pointer }
          : op === 'copy' || op === 'move'
            ? { op, from: pointer, path: `/metadata/annotations/moved` }
            : { op, path: pointer, value }
      steps.push({ do: `PATCH ${path}${query(...commonQuery())}`, contentType: 'application/json-patch+json', body: [entry] })
    },
    () =>
      steps.push({
        do: `PATCH ${path}${query(`fieldManager=${pick(['a', 'b'])}`, chance(0.3) ? 'force=true' : '', chance(0.1) ? 'dryRun=All' : '')}`,
        contentType: 'application/apply-patch+yaml',
        body: partOf(chance(0.6) ? changed(base) : base),
      }),
    () =>
      steps.push({
        do: `PATCH ${path}${query(`fieldManager=${pick(['a', 'b'])}`, chance(0.5) ? 'force=true' : '')}`,
        contentType: 'application/apply-patch+yaml',
        body: partOf(base),
      }),
    () => {
      const type = schemaAt(['status'])
      if (type?.properties === undefined) return
      const key = pick(Object.keys(type.properties))
      steps.push({ do: `PATCH ${path}/status`, contentType: 'application/merge-patch+json', body: { status: { [key]: valueOf(type.properties[key]) } } })
    },
    () => {
      const choice = pick(['', '?propagationPolicy=Orphan', '?propagationPolicy=Foreground', '?propagationPolicy=Odd', '?gracePeriodSeconds=0', '?dryRun=All'])
      steps.push(
        chance(0.7)
          ? { do: `DELETE ${path}${choice}` }
          : { do: `DELETE ${path}`, body: { kind: 'DeleteOptions', apiVersion: 'v1', preconditions: { uid: 'x' } } },
      )
    },
    () => {
      const accept = pick(['application/json;as=Table;v=v1;g=meta.k8s.io', 'application/json;as=PartialObjectMetadata;v=v1;g=meta.k8s.io', 'application/yaml'])
      steps.push({ do: `GET ${path}`, accept })
    },
  ]
  const cleanup = isClusterScoped ? [`DELETE ${path}`] : []
  if (isCustom) {
    const made = JSON.parse(JSON.stringify(definition.object).replaceAll('N.example.com', '${id}.example.com'))
    const at = '/apis/apiextensions.k8s.io/v1/customresourcedefinitions'
    steps.push({ do: `POST ${at}`, body: made, pick: [] })
    steps.push({ wait: { get: `${at}/${made.metadata.name}`, until: { 'status.conditions[type=Established].status': 'True' } } })
    // A server needs a moment more until it serves what is established.
    steps.push({ wait: { get: root, until: { kind: 'WidgetList' } } })
    cleanup.push(`DELETE ${at}/${made.metadata.name}`)
  }
  create(chance(0.5) ? base : changed(base))
  if (chance(0.2)) create(chance(0.5) ? changed(base) : changed(changed(base)))
  for (let count = 1 + Math.floor(random() * 4); count > 0; count--) pick(operations)()
  if (!steps.some(({ do: request = '' }) => request.startsWith('GET'))) steps.push({ do: `GET ${path}` })
  // A server completes these on its own, in its own time.
  if (kind === 'CustomResourceDefinition' || kind === 'APIService')
    for (let index = steps.length; index > 0; index--) if (!steps[index - 1].do.startsWith('GET')) steps.splice(index, 0, { pauseMs: 400 })
  return { id: `random/${seed}`, about: `${kind}, seed ${seed}`, steps, cleanup }
}
