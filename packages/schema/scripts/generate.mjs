// Makes the compact facts in src/kubernetes/ from what a kube-apiserver says about its own API.
//   node scripts/generate.mjs [FOLDER]     FOLDER holds openapi/v2.json, resources.json and defaults-by-type.json
import { readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { dirname, join, resolve } from 'node:path'
import { fileURLToPath } from 'node:url'

const here = dirname(fileURLToPath(import.meta.url))
const facts = resolve(process.argv[2] ?? join(here, '../../../../shared/kube/facts'))
const read = (path) => JSON.parse(readFileSync(join(facts, path), 'utf8'))

const { definitions } = read('openapi/v2.json')
const defaults = read('defaults-by-type.json')
// What Go says of its types, printed by go-fields/main.go.
const goFields = JSON.parse(readFileSync(join(here, 'go-fields/fields.json'), 'utf8'))
const names = Object.keys(definitions)
  .filter((name) => !name.endsWith('List') || definitions[name].properties?.items === undefined)
  .sort()
const index = new Map(names.map((name, position) => [name, position]))

const scalarTypes = {
  'io.k8s.apimachinery.pkg.api.resource.Quantity': 'q',
  'io.k8s.apimachinery.pkg.util.intstr.IntOrString': 'x',
  'io.k8s.apimachinery.pkg.apis.meta.v1.Time': 'd',
  'io.k8s.apimachinery.pkg.apis.meta.v1.MicroTime': 'm',
}
const open = new Set([
  'io.k8s.apimachinery.pkg.apis.meta.v1.FieldsV1',
  'io.k8s.apimachinery.pkg.runtime.RawExtension',
  'io.k8s.apiextensions-apiserver.pkg.apis.apiextensions.v1.JSON',
])

/** A type in the notation that src/kubernetes/types.ts reads. */
function expression(schema) {
  const reference = schema.$ref?.replace('#/definitions/', '') ?? schema.allOf?.[0]?.$ref?.replace('#/definitions/', '')
  const marks = []
  if (schema['x-kubernetes-patch-strategy'] !== undefined) marks.push(`p${schema['x-kubernetes-patch-strategy']}`)
  if (schema['x-kubernetes-patch-merge-key'] !== undefined) marks.push(`k${schema['x-kubernetes-patch-merge-key']}`)
  if (schema['x-kubernetes-list-type'] === 'set') marks.push('s')
  if (schema['x-kubernetes-list-type'] === 'map') marks.push(`m${schema['x-kubernetes-list-map-keys'].join(',')}`)
  if (schema['x-kubernetes-map-type'] === 'atomic') marks.push('a')
  const suffix = marks.length === 0 ? '' : `;${marks.join(';')}`
  return core(schema, reference) + suffix
}

function core(schema, reference) {
  if (reference !== undefined) {
    if (open.has(reference)) return '*'
    if (scalarTypes[reference] !== undefined) return scalarTypes[reference]
    const target = definitions[reference]
    if (target.type === 'object' || target.properties !== undefined)
      return target.properties === undefined && target.additionalProperties !== undefined
        ? core(target)
        : target.properties === undefined
          ? '*'
          : `@${index.get(reference)}`
    return target.type === undefined ? '*' : core(target)
  }
  switch (schema.type) {
    case 'array':
      return `[${expression(schema.items)}]`
    case 'object':
      return schema.additionalProperties === undefined ? '*' : `{${expression(schema.additionalProperties)}}`
    case 'integer':
      return schema.format === 'int64' ? 'l' : 'i'
    case 'number':
      return 'n'
    case 'boolean':
      return 'b'
    case 'string':
      return { byte: 'B', 'date-time': 'd', 'int-or-string': 'x' }[schema.format] ?? 's'
    default:
      return '*'
  }
}

/** Optional lists that Go writes all the same, for want of `omitempty`: the sources say so, OpenAPI does not. */
const alwaysWritten = {
  'io.k8s.api.autoscaling.v2.HorizontalPodAutoscalerStatus': ['currentMetrics'],
  'io.k8s.api.discovery.v1.EndpointSlice': ['ports', 'endpoints'],
  'io.k8s.api.rbac.v1.ClusterRole': ['rules'],
  'io.k8s.api.rbac.v1.Role': ['rules'],
  'io.k8s.apiextensions-apiserver.pkg.apis.apiextensions.v1.CustomResourceDefinitionStatus': ['storedVersions'],
}

/** Go types whose zero value has this member: structures that are no pointers, which OpenAPI v3 gives the default {}, and required collections. */
const zeroMembers = new Map()
for (const file of readdirSync(join(facts, 'openapi/v3'))) {
  for (const [name, schema] of Object.entries(read(`openapi/v3/${file}`).components?.schemas ?? {})) {
    const structures = Object.entries(schema.properties ?? {}).filter(
      ([, field]) => field.default !== undefined && typeof field.default === 'object' && Object.keys(field.default).length === 0 && field.allOf !== undefined,
    )
    // Times that are no pointers are written as null; OpenAPI does not tell them apart.
    const { times = [] } = goFields[name.split('.').slice(-3).join('.')] ?? {}
    const collections = Object.entries(schema.properties ?? {}).filter(
      ([field, { type }]) => (schema.required ?? []).includes(field) && (type === 'array' || type === 'object'),
    )
    const optional = alwaysWritten[name] ?? []
    zeroMembers.set(name, { z: structures.map(([field]) => field), n: [...collections.map(([field]) => field), ...times, ...optional] })
  }
}

/** `o`: members that are left out when they are zero; `g`: members whose Go type has a name of its own. */
function goNotes(name, { properties = {}, ...definition }) {
  const { omitted = [], named = {} } = goFields[name.split('.').slice(-3).join('.')] ?? {}
  const isKind = definition['x-kubernetes-group-version-kind'] !== undefined
  const o = omitted.filter((field) => properties[field] !== undefined && !(isKind && (field === 'apiVersion' || field === 'kind')))
  const g = Object.fromEntries(
    Object.entries(named).filter(([field]) => properties[field] !== undefined && !/^(?:types\.UID|v1\.FieldsV1)$/.test(named[field])),
  )
  return { ...(o.length === 0 ? {} : { o }), ...(Object.keys(g).length === 0 ? {} : { g }) }
}

/** Members in the order of Go's fields, in which the server writes them. */
function inOrder(name, properties) {
  const { order = [] } = goFields[name.split('.').slice(-3).join('.')] ?? {}
  const rank = (field) => (order.includes(field) ? order.indexOf(field) : order.length)
  return Object.entries(properties).toSorted(([a], [b]) => rank(a) - rank(b))
}

const types = names.map((name) => {
  const definition = definitions[name]
  const keyDefaults = Object.fromEntries(Object.entries(defaults[name] ?? {}).filter(([, value]) => typeof value !== 'object'))
  const { z = [], n = [] } = zeroMembers.get(name) ?? {}
  const notes = {
    ...(definition['x-kubernetes-map-type'] === 'atomic' ? { a: 1 } : {}),
    ...(definition.required === undefined ? {} : { r: definition.required }),
    ...(Object.keys(keyDefaults).length === 0 ? {} : { d: keyDefaults }),
    ...(z.length === 0 ? {} : { z }),
    ...(n.length === 0 ? {} : { n }),
    ...goNotes(name, definition),
  }
  return [
    Object.fromEntries(inOrder(name, definition.properties ?? {}).map(([field, schema]) => [field, expression(schema)])),
    ...(Object.keys(notes).length === 0 ? [] : [notes]),
  ]
})
const kinds = {}
for (const name of names)
  for (const { group, version, kind } of definitions[name]['x-kubernetes-group-version-kind'] ?? [])
    if (kind !== 'DeleteOptions' && kind !== 'WatchEvent') kinds[`${group}/${version}/${kind}`] = index.get(name)

const resources = read('resources.json').map(
  ({ group, version, resource, singular, kind, namespaced, verbs, shortNames, categories, storageVersionHash, subresources }) => [
    group,
    version,
    kind,
    resource,
    singular,
    shortNames,
    categories,
    namespaced ? 1 : 0,
    verbs,
    storageVersionHash ?? '',
    Object.entries(subresources).map(([name, sub]) => [name, sub.kind, sub.group ?? '', sub.version ?? '', sub.verbs]),
  ],
)

function write(file, about, exports) {
  const lines = Object.entries(exports).map(
    ([name, value]) =>
      `/** Read with JSON.parse when it is first needed: V8 parses JSON faster than the same literal. */\nexport const ${name}: string =\n  ${quoted(JSON.stringify(value))}\n`,
  )
  writeFileSync(join(here, '../src/kubernetes', file), `// ${about} Made by scripts/generate.mjs; do not edit.\n\n${lines.join('\n')}`)
}
function quoted(json) {
  return `'${json.replaceAll('\\', '\\\\').replaceAll("'", "\\'")}'`
}
write('types.data.ts', 'The types of Kubernetes 1.34: fields of each type, list and map kinds, merge keys.', {
  typeTable: types,
  kindTable: kinds,
  nameTable: names.map((name) => name.split('.').slice(-3).join('.')),
})
// What Go says of its internal types, printed by go-internals/main.go.
write('internals.data.ts', 'The types of Kubernetes 1.34 that all versions convert to: fields in order.', {
  internalTable: JSON.parse(readFileSync(join(here, 'go-internals/internals.json'), 'utf8')),
})
write('resources.data.ts', 'The resources of Kubernetes 1.34.', { resourceTable: resources })
