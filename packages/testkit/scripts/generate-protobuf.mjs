// Makes data/protobuf.json.gz: how the built-in types are encoded, from the sources of Kubernetes.
//   node scripts/generate-protobuf.mjs GO_SOURCES OPENAPI_V2
// GO_SOURCES holds k8s.io/api@…, apimachinery@…, apiextensions-apiserver@… and kube-aggregator@…, as their Go modules unpack;
// OPENAPI_V2 is the API server's openapi/v2 document, for the kinds.
import { readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { gzipSync } from 'node:zlib'

const [sources, openapi] = process.argv.slice(2)
const here = dirname(fileURLToPath(import.meta.url))
const files = readdirSync(sources, { recursive: true, withFileTypes: true }).filter((entry) => entry.isFile())
const folders = [...new Set(files.filter(({ name }) => name === 'generated.proto').map(({ parentPath }) => parentPath))].sort()

const scalars = { string: 's', bytes: 'B', bool: 'b', int32: 'i', int64: 'i', uint32: 'i', uint64: 'i', double: 'd' }
/** name → fields, in order of number */
const messages = new Map()
for (const folder of folders) {
  const proto = readFileSync(join(folder, 'generated.proto'), 'utf8').replaceAll(/\/\/.*$/gm, '')
  const pack = /^package ([\w.]+);/m.exec(proto)[1]
  const go = files
    .filter(({ parentPath, name }) => parentPath === folder && name.endsWith('.go') && !name.endsWith('_test.go') && name !== 'generated.pb.go')
    .map(({ name }) => readFileSync(join(folder, name), 'utf8'))
    .join('\n')
  for (const [, name, body] of proto.matchAll(/^message (\w+) \{([\s\S]*?)^\}/gm)) {
    const struct = new RegExp(`^type ${name} struct \\{([\\s\\S]*?)^\\}`, 'm').exec(go)?.[1] ?? ''
    const tags = new Map()
    for (const [, declared, json, number] of struct.matchAll(/^\s*(?:\w+\s+)?([*\w.[\]]+)\s+`json:"([^"]*)"[^`]*protobuf:"\w+,(\d+)/gm))
      tags.set(Number(number), {
        json: json.split(',')[0],
        isInline: json.includes('inline') || json === '',
        isPointer: declared.startsWith('*'),
        isOmitted: json.includes('omitempty'),
      })
    const fields = []
    for (const [, label, map, plain, field, number] of body.matchAll(/(?:(optional|repeated)\s+|map<string,\s*([\w.]+)>\s+)([\w.]+)?\s*(\w+)\s*=\s*(\d+);/g)) {
      const tag = tags.get(Number(number))
      const type = map ?? plain
      const resolved = scalars[type] ?? (type.startsWith('.') ? type.slice(1) : `${pack}.${type}`)
      const json = tag?.isInline ? '' : (tag?.json ?? field)
      fields.push([
        Number(number),
        json,
        resolved,
        (label === 'repeated' ? 1 : 0) + (map === undefined ? 0 : 2) + (tag?.isPointer || tag?.isOmitted === false ? 4 : 0),
      ])
    }
    messages.set(`${pack}.${name}`, fields)
  }
}
/** @type {string[]} */
const names = [...messages.keys()].toSorted((a, b) => (a < b ? -1 : 1))
const index = new Map(names.map((name, position) => [name, position]))
const kinds = {}
for (const [name, definition] of Object.entries(JSON.parse(readFileSync(openapi, 'utf8')).definitions)) {
  const message = index.get(name.replace(/^io\.k8s\./, 'k8s.io.').replaceAll('-', '_'))
  if (message === undefined) continue
  for (const { group, version, kind } of definition['x-kubernetes-group-version-kind'] ?? [])
    if (kind !== 'DeleteOptions' && kind !== 'WatchEvent') kinds[`${group}/${version}/${kind}`] = message
}
kinds.DeleteOptions = index.get('k8s.io.apimachinery.pkg.apis.meta.v1.DeleteOptions')
const rows = names.map((name) => messages.get(name).map(([number, json, type, flags]) => [number, json, index.get(type) ?? type, flags]))
/** Messages that JSON writes as something else than a map. */
const special = Object.fromEntries(
  [
    ['pkg.api.resource.Quantity', 'quantity'],
    ['pkg.util.intstr.IntOrString', 'intOrString'],
    ['pkg.apis.meta.v1.Time', 'time'],
    ['pkg.apis.meta.v1.MicroTime', 'microTime'],
    ['pkg.apis.meta.v1.Duration', 'duration'],
    ['pkg.apis.meta.v1.FieldsV1', 'raw'],
    ['pkg.runtime.RawExtension', 'raw'],
    ['pkg.apis.meta.v1.Verbs', 'items'],
  ].map(([name, form]) => [index.get(`k8s.io.apimachinery.${name}`), form]),
)
for (const name of names) if (name.endsWith('.ExtraValue') || name.endsWith('.UnstructuredExtra')) special[index.get(name)] = 'items'
const jsonName = index.get('k8s.io.apiextensions_apiserver.pkg.apis.apiextensions.v1.JSON')
if (jsonName !== undefined) special[jsonName] = 'raw'
writeFileSync(join(here, '../data/protobuf.json.gz'), gzipSync(JSON.stringify({ messages: rows, kinds, special }), { level: 9 }))
console.log(`${names.length} messages, ${Object.keys(kinds).length} kinds`)
