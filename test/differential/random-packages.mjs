// Random charts around the templates: descriptions, ignored files, hooks, order of kinds, parting of documents, CRDs, schemas, and what --set and its kin take.
import { randomOf } from './random-numbers.mjs'
import { wordsOf } from './words.mjs'

const { hooks, separators, oddities, settings, jsons, ignores, otherFiles, versions, names, apiVersions } = wordsOf('package-words.txt')

const kinds =
  'Pod Service ConfigMap Secret Namespace Deployment Ingress IngressClass Job CronJob ClusterRole RoleBinding PriorityClass APIService ValidatingWebhookConfiguration MutatingWebhookConfiguration CustomResourceDefinition NetworkPolicy StorageClass List Zed Alpha PodDisruptionBudget HorizontalPodAutoscaler ReplicaSet ServiceAccount SecretList'.split(
    ' ',
  )
const descriptions = [
  ['type: application'],
  ['type: library'],
  ['type: foo'],
  ['type: 1'],
  ['appVersion: 1.10'],
  ['appVersion: "v2"'],
  ['appVersion: 2024-01-01'],
  ['keywords: [a, 1]'],
  ['keywords: a'],
  ['deprecated: true'],
  ['deprecated: "yes"'],
  ['annotations: {a: b}'],
  ['annotations: {a: 1, c: true, d: null}'],
  ['annotations: [a]'],
  ['maintainers: [{name: a, email: b@c}]'],
  ['maintainers: [a]'],
  ['maintainers: [null]'],
  ['maintainers: [{name: 1}]'],
  ['maintainers: []'],
  ['sources: [x]'],
  ['sources: x'],
  ['home: 1'],
  ['icon: [x]'],
  ['kubeVersion: ">=1.20.0-0"'],
  ['kubeVersion: ">=1.99"'],
  ['kubeVersion: nonsense'],
  ['kubeVersion: "^1.31"'],
  ['kubeVersion: 1.31'],
  ['unknown: 1'],
  ['tags: a'],
  ['condition: a.b'],
  ['description: "a\\tb"'],
  ['description: [x]'],
  ['dependencies: {}'],
  ['dependencies: [null]'],
  ['dependencies: [a]'],
  ['dependencies: []'],
  ['name: other'],
  ['version: 2.0.0'],
  ['engine: gotpl'],
  ['a: b: c'],
]
const schemas = [
  { type: 'object' },
  { type: 'array' },
  { required: ['a'] },
  { required: ['zz', 'yy'] },
  { properties: { a: { type: 'string' } } },
  { properties: { a: { type: ['integer', 'null'] } } },
  { properties: { m: { additionalProperties: false } } },
  { properties: { m: { properties: { k: { enum: ['x', 1, null] } } } } },
  { properties: { l: { items: { type: 'string' } } } },
  { properties: { l: { minItems: 3, uniqueItems: true } } },
  { properties: { l: { maxItems: 1 } } },
  { properties: { t: { const: false } } },
  { properties: { s: { pattern: '^z' } } },
  { properties: { s: { minLength: 99 } } },
  { properties: { s: { maxLength: 1 } } },
  { properties: { f: { maximum: 1 } } },
  { properties: { f: { minimum: 2 } } },
  { properties: { f: { exclusiveMinimum: 1.5 } } },
  { properties: { f: { multipleOf: 1 } } },
  { additionalProperties: false },
  { maxProperties: 1 },
  { minProperties: 99 },
  { not: { type: 'object' } },
  { oneOf: [{ required: ['s'] }, { required: ['f'] }] },
  { anyOf: [{ required: ['q'] }, { required: ['r'] }] },
  { allOf: [{ required: ['q'] }, { type: 'string' }] },
  { if: { required: ['s'] }, then: { required: ['q'] } },
  { $ref: '#/definitions/d', definitions: { d: { required: ['q'] } } },
  { patternProperties: { '^s': { type: 'integer' } } },
  { propertyNames: { maxLength: 1 } },
  { dependencies: { s: ['q'] } },
  { properties: { l: { contains: { type: 'boolean' } } } },
  { properties: { s: { format: 'ipv4' } } },
  { properties: { s: { format: 'email' } } },
  { properties: { s: { format: 'uri' } } },
  { type: 'nope' },
  { $schema: 'http://json-schema.org/draft-07/schema#', type: 'string' },
  { $schema: 'http://json-schema.org/draft-04/schema#', properties: { f: { maximum: 1, exclusiveMaximum: true } } },
  { $schema: 'https://json-schema.org/draft/2020-12/schema', dependentRequired: { s: ['q'] } },
  { properties: 1 },
  { $ref: '#/definitions/none' },
  { properties: { n: { type: 'object' } } },
  { properties: { m: { required: ['x', 'y'], properties: { k: { type: 'boolean' } } } }, required: ['q'] },
]
const values = 'a: 1\nm: {k: v, n: {o: 1}}\nl: [1, x]\ns: text\nt: true\nf: 1.5\nn: null\ne: ""\n'

/** One chart with what is set for it. `what` names what it tries. */
export function randomChart(seed) {
  const random = randomOf(seed)
  const chance = (share) => random() < share
  const pick = (list) => list[Math.floor(random() * list.length)]
  const files = { 'Chart.yaml': 'apiVersion: v2\nname: c\nversion: 0.1.0\n', 'values.yaml': values, 'templates/v.yaml': '# {{ .Values | toJson }}\n' }
  const document = (index) => {
    if (chance(0.25)) return pick(oddities)
    const annotations = chance(0.4)
      ? `  annotations: {"helm.sh/hook": "${pick(hooks)}"${chance(0.5) ? `, "helm.sh/hook-weight": "${pick(['1', '-5', '0', 'x', ''])}"` : ''}${chance(0.3) ? `, "helm.sh/hook-delete-policy": "${pick(['hook-succeeded', 'before-hook-creation', 'x'])}"` : ''}}\n`
      : ''
    return `${chance(0.1) ? '# c\n' : ''}apiVersion: v1\nkind: ${pick(kinds)}\nmetadata:\n  name: n${index}\n${annotations}`
  }
  const tries = {
    description() {
      files['Chart.yaml'] =
        `apiVersion: ${pick(apiVersions)}\nname: ${pick(names)}\nversion: ${chance(0.6) ? '0.1.0' : pick(versions)}\n${Array.from({ length: Math.floor(random() * 3) }, () => pick(descriptions)[0] + '\n').join('')}`
      files['templates/v.yaml'] = '# {{ .Chart | toJson }}\n'
    },
    documents() {
      delete files['templates/v.yaml']
      for (let file = 0; file < 1 + random() * 3; file++) {
        const name = `templates/${pick(['a', 'b', 'sub/a', 'z', 'tests/t'])}${file}.${pick(['yaml', 'yaml', 'yml', 'txt', 'json', 'tpl'])}`
        files[name] =
          (chance(0.3) ? pick(separators) : '') +
          Array.from({ length: 1 + Math.floor(random() * 4) }, (_, index) => document(index)).join(chance(0.5) ? '---\n' : pick(separators))
      }
      if (chance(0.3)) files['templates/NOTES.txt'] = pick(['note', '{{ .Release.Name }}', '{{ fail "n" }}', 'kind: Pod\n'])
    },
    files() {
      files['.helmignore'] = Array.from({ length: 1 + Math.floor(random() * 4) }, () => pick(ignores)).join('\n')
      for (let count = 0; count < 8; count++)
        files[pick(otherFiles)] = pick(['x', 'kind: CustomResourceDefinition\n', '', 'a\nb\n', '---\nkind: A\n---\nkind: B\n'])
      files['templates/v.yaml'] =
        '# {{ range $path, $_ := .Files }}{{ $path }} {{ end }}{{ .Files.AsConfig | toJson }} {{ .Files.AsSecrets | toJson }} {{ (.Files.Glob "**.{md,txt}").AsConfig | toJson }}\n'
    },
    schema() {
      files['values.schema.json'] = JSON.stringify(chance(0.5) ? pick(schemas) : { ...pick(schemas), ...pick(schemas) })
      if (chance(0.1)) files['values.schema.json'] = pick(['{', '', 'null', 'true', 'false', '[]', '{"type": "object",}'])
    },
    dependencies() {
      const dependency = () => ({
        name: pick(['s', 's', 't', 'none']),
        version: pick(['0.1.0', '>=0.1.0', '9.9.9', '', 'x', '~0.1', '*']),
        repository: pick(['', 'https://x', 'file://../s', '@a']),
        ...(chance(0.3) ? { alias: pick(['al', 'b c', 's', 'A-1', '']) } : {}),
        ...(chance(0.3) ? { condition: pick(['s.on', 'on', 's', 'a', 'm.k,t', '', 'x.y.z']) } : {}),
        ...(chance(0.2) ? { tags: pick([['a'], ['x', 'y'], [], 'a', [1]]) } : {}),
        ...(chance(0.2) ? { 'import-values': pick([['data'], [{ child: 'a', parent: 'b' }], ['none'], [1], 'x', [{ child: 'm' }], [{}]]) } : {}),
        ...(chance(0.1) ? { enabled: pick([true, false]) } : {}),
      })
      files['Chart.yaml'] += `dependencies: ${JSON.stringify(Array.from({ length: 1 + Math.floor(random() * 3) }, dependency))}\n`
      for (const name of ['s', 't']) {
        if (chance(0.2)) continue
        files[`charts/${name}/Chart.yaml`] =
          `apiVersion: v2\nname: ${chance(0.9) ? name : 'odd'}\nversion: ${chance(0.9) ? '0.1.0' : pick(versions)}\n${chance(0.15) ? 'type: library\n' : ''}`
        files[`charts/${name}/values.yaml`] = pick(['a: 2\n', 'exports: {data: {q: 1}}\n', 'global: {g: 2}\n', '', 'on: true\n', '[a]\n', 'm: {x: 1}\n'])
        files[`charts/${name}/templates/x.yaml`] = '# {{ .Chart.Name }} {{ .Values | toJson }} {{ .Subcharts | len }}\n'
        if (chance(0.2)) files[`charts/${name}/crds/x.yaml`] = 'kind: CustomResourceDefinition\n'
        if (chance(0.1)) files[`charts/${name}/values.schema.json`] = JSON.stringify(pick(schemas))
      }
      files['values.yaml'] += pick([
        '',
        's: {on: false}\n',
        's: {on: "x"}\n',
        'tags: {a: false}\n',
        's: null\n',
        's: 1\n',
        'al: {a: 9}\n',
        'global: {g: 1}\n',
        'on: false\n',
      ])
    },
    settings() {},
    valueFiles() {
      files['values.yaml'] = pick([
        values,
        '',
        'null',
        '- a',
        'text',
        'a: b: c',
        'a: 1\na: 2\n',
        '# c\n',
        'a: &x {b: 1}\nc: *x\n',
        '1: a\ntrue: b\n',
        'a: 1\n---\nb: 2\n',
        'a: .inf\n',
        'a: 0o17\nb: 017\nc: 1_000\nd: 1e3\n',
        '{}\n',
        '\ta: 1\n',
        'a: !!str 1\n',
        '\ufeffa: 1\n',
        'a: 12345678901234567890\nb: 1.10\nc: 2024-01-01\nd: yes\n',
      ])
    },
  }
  const what = pick(Object.keys(tries))
  tries[what]()
  const chart = { files, what, set: [], setString: [], setJson: [], valuesFiles: [], includeCRDs: chance(0.4) }
  const some = (list) => Array.from({ length: Math.floor(random() * 3) }, () => pick(list))
  if (what === 'settings' || chance(0.1)) {
    chart.set = some(settings)
    if (chance(0.5)) chart.setString = some(settings)
    if (chance(0.5)) chart.setJson = some(jsons)
  }
  if (what === 'valueFiles')
    chart.valuesFiles = Array.from({ length: 1 + Math.floor(random() * 2) }, () =>
      pick([
        'a: 3\n',
        'm: {k: null}\n',
        'm: null\n',
        'l: null\nm: {n: null}\n',
        'm: 1\n',
        '',
        'null',
        '- a',
        'x',
        'a: b: c',
        'n: {x: 1}\n',
        'a: {b: 1}\n',
        '---\n',
        'global: 1\n',
        'a: 1\n---\nb: 2\n',
        '{"a": [1, {"b": null}]}',
        'm:\n\tk: 1\n',
        'm: {n: {o: null, p: 2}}\n',
      ]),
    )
  if (chance(0.1)) chart.kubeVersion = pick(['1.20', 'v1.30.2', '1.30.2-gke.1', 'x', 'v1', '1.31.0+k3s1', '1.2.3.4'])
  return chart
}
