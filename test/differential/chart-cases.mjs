// Charts of a few files, each for one rule: what is ignored, how text is parted and sorted, what is refused and how.
const chartYaml = 'apiVersion: v2\nname: c\nversion: 0.1.0\n'
/** Files of small charts, by what they try. */
export const chartCases = {}
const configMap = (n, x = '') => `apiVersion: v1\nkind: ConfigMap\nmetadata:\n  name: ${n}\n${x}`
chartCases.ignore = {
  '.helmignore': '# c\n*.bak\n/top.txt\ndocs/\n!keep.txt\nsub/*.md\n',
  'a.bak': '',
  'top.txt': 't',
  'keep.txt': 'k',
  'docs/x': 'x',
  'sub/a.md': 'm',
  'sub/top.txt': 's',
  'templates/x.yaml': '# {{ range $p, $_ := .Files }}{{ $p }} {{ end }}\n',
}
chartCases.ignoreneg = {
  '.helmignore': '*.txt\n!a.txt\n',
  'a.txt': '',
  'b.txt': '',
  'c.md': '',
  'templates/x.yaml': '# {{ range $p, $_ := .Files }}{{ $p }} {{ end }}\n',
}
chartCases.ignorebad = { '.helmignore': 'a/**\n', 'templates/x.yaml': 'a: 1\n' }
chartCases.ignoretpl = {
  '.helmignore': 'templates/skip*\n',
  'templates/skip.yaml': configMap('s'),
  'templates/x.yaml': configMap('x'),
  'templates/.hid.yaml': configMap('h'),
  'templates/sub/y.yaml': configMap('y'),
  'templates/sub/_p.yaml': 'x',
}
chartCases.split = {
  'templates/x.yaml': `---\n${configMap('a')}--- # note\n${configMap('b')}---\n---\n${configMap('c')}  ---\n${configMap('d')}---\n# only\n---\n\n`,
}
chartCases.splitcrlf = { 'templates/x.yaml': `${configMap('a')}---\n${configMap('b')}`.replaceAll('\n', '\r\n') }
chartCases.kinds = {
  'templates/x.yaml': ['Zed', 'Pod', '', 'Namespace', 'ValidatingWebhookConfiguration', 'Ingress', 'CRD']
    .map((k) => (k ? `apiVersion: v1\nkind: ${k}\nmetadata: {name: x}\n` : '# c\n'))
    .join('---\n'),
  'templates/a.txt': 'kind: Service\n',
  'templates/NOTES.txt': '{{ .Release.Name }}',
  'templates/sub/NOTES.txt': 'n: 1',
}
chartCases.hooks = {
  'templates/x.yaml': ['pre-install', 'post-install,pre-upgrade', 'nope', 'test', 'test-success', 'pre-install,nope', 'crd-install', '']
    .map((h, i) => configMap('h' + i, `  annotations: {"helm.sh/hook": "${h}", "helm.sh/hook-weight": "${5 - i}"}\n`))
    .join('---\n'),
}
chartCases.headtypes = { 'templates/x.yaml': 'kind: 12\nmetadata: {name: 1, annotations: {a: 1, b: true}}\n' }
chartCases.headann = { 'templates/x.yaml': 'kind: X\nmetadata: {annotations: {a: [1]}}\n' }
chartCases.headmeta = { 'templates/x.yaml': 'kind: X\nmetadata: x\n' }
chartCases.headcase = { 'templates/x.yaml': 'Kind: Pod\napiVersion: v1\n---\nkind: Service\n' }
chartCases.dupkeys = { 'templates/x.yaml': 'kind: X\nkind: Service\na: 1\na: 2\n' }
chartCases.scalar = { 'templates/x.yaml': 'hello\n' }
chartCases.tab = { 'templates/x.yaml': 'a:\n\tb: 1\n' }
chartCases.badyaml = { 'templates/x.yaml': 'a: 1\nb: c: d\n' }
chartCases.badindent = { 'templates/x.yaml': 'a:\n  b: 1\n c: 2\n' }
chartCases.badquote = { 'templates/x.yaml': 'a: "x\nb: 1\n' }
chartCases.badflow = { 'templates/x.yaml': 'k: v\na: [1, 2\nb: 3\n' }
chartCases.chartver = {
  'Chart.yaml': 'apiVersion: v2\nname: c\nversion: 1.0\nappVersion: 1.10\n',
  'templates/x.yaml': '# {{ .Chart.Version }} {{ .Chart.AppVersion }}\n',
}
chartCases.chartbadver = { 'Chart.yaml': 'apiVersion: v2\nname: c\nversion: abc\n' }
chartCases.chartnoname = { 'Chart.yaml': 'apiVersion: v2\nversion: 0.1.0\n' }
chartCases.chartapi = { 'Chart.yaml': 'name: c\nversion: 0.1.0\n', 'templates/x.yaml': '# {{ .Chart.APIVersion }}\n' }
chartCases.charttype = { 'Chart.yaml': chartYaml + 'type: foo\n' }
chartCases.chartlist = { 'Chart.yaml': chartYaml + 'keywords: abc\n' }
chartCases.chartname = { 'Chart.yaml': 'apiVersion: v2\nname: a/b\nversion: 0.1.0\n' }
chartCases.depalias = {
  'Chart.yaml': chartYaml + 'dependencies: [{name: s, version: 0.1.0, alias: "a b"}]\n',
  'charts/s/Chart.yaml': chartYaml.replace('name: c', 'name: s'),
}
chartCases.depdup = {
  'Chart.yaml': chartYaml + 'dependencies: [{name: s, version: 0.1.0},{name: s, version: 0.1.0}]\n',
  'charts/s/Chart.yaml': chartYaml.replace('name: c', 'name: s'),
}
chartCases.depver = {
  'Chart.yaml': chartYaml + 'dependencies: [{name: s, version: 2.0.0}]\n',
  'charts/s/Chart.yaml': chartYaml.replace('name: c', 'name: s'),
  'charts/s/templates/x.yaml': configMap('s'),
}
chartCases.depnover = {
  'Chart.yaml': chartYaml + 'dependencies: [{name: s, alias: t}]\n',
  'charts/s/Chart.yaml': chartYaml.replace('name: c', 'name: s'),
  'charts/s/templates/x.yaml': configMap('s', '# {{ .Chart.Name }}\n'),
}
chartCases.depfile = { 'charts/README.md': 'x', 'templates/x.yaml': configMap('x') }
chartCases.depunder = { 'charts/_x/foo': 'x', 'charts/.y/foo': 'x', 'templates/x.yaml': configMap('x') }
chartCases.depprov = { 'charts/s.tgz.prov': 'x', 'templates/x.yaml': '# {{ range $p, $_ := .Files }}{{ $p }} {{ end }}\n' }
chartCases.req = {
  'Chart.yaml': 'apiVersion: v1\nname: c\nversion: 0.1.0\n',
  'requirements.yaml': 'dependencies: [{name: s, version: 0.1.0, condition: s.on}]\n',
  'values.yaml': 's: {on: false}\n',
  'charts/s/Chart.yaml': chartYaml.replace('name: c', 'name: s'),
  'charts/s/templates/x.yaml': configMap('s'),
  'templates/x.yaml': '# {{ range $p, $_ := .Files }}{{ $p }} {{ end }}\n',
}
chartCases.reqv2 = {
  'requirements.yaml': 'dependencies: [{name: s, version: 0.1.0}]\n',
  'charts/s/Chart.yaml': chartYaml.replace('name: c', 'name: s'),
  'charts/s/templates/x.yaml': configMap('s'),
}
chartCases.lib = {
  'charts/l/Chart.yaml': chartYaml.replace('name: c', 'name: l') + 'type: library\n',
  'charts/l/templates/_a.tpl': '{{ define "a" }}A{{ end }}',
  'charts/l/templates/b.yaml': '{{ define "b" }}B{{ end }}',
  'templates/x.yaml': '# {{ include "a" . }}\n',
}
chartCases.order = {
  'templates/_a.tpl': '{{ define "d" }}a{{ end }}',
  'templates/_b.tpl': '{{ define "d" }}b{{ end }}',
  'templates/z/_c.tpl': '{{ define "d" }}c{{ end }}',
  'charts/s/Chart.yaml': chartYaml.replace('name: c', 'name: s'),
  'charts/s/templates/_a.tpl': '{{ define "d" }}s{{ end }}',
  'templates/x.yaml': '# {{ include "d" . }}\n',
}
chartCases.values2 = { 'values.yaml': 'a: 1\n---\nb: 2\n', 'templates/x.yaml': '# {{ .Values | toJson }}\n' }
chartCases.valueslist = { 'values.yaml': '- a\n', 'templates/x.yaml': '# {{ .Values | toJson }}\n' }
chartCases.valuesnull = { 'values.yaml': 'null\n', 'templates/x.yaml': '# {{ .Values | toJson }}\n' }
chartCases.valuesnums = {
  'values.yaml': 'a: 1000000\nb: 1.0\nc: 12345678901234567890\nd: 0.1\ne: 1e3\nf: -0\n',
  'templates/x.yaml':
    '# {{ .Values | toJson }} {{ .Values.a }} {{ .Values.b }} {{ .Values.c }} {{ .Values.e }} {{ .Values | toYaml | replace "\\n" " " }} {{ .Values.f }}\n',
}
chartCases.schema = {
  'values.yaml': 'port: "x"\nname: ""\nk: {z: 1}\n',
  'values.schema.json': JSON.stringify({
    $schema: 'http://json-schema.org/draft-07/schema#',
    type: 'object',
    required: ['need', 'port'],
    properties: {
      port: { type: 'integer', minimum: 1 },
      name: { type: 'string', minLength: 1 },
      k: { type: 'object', additionalProperties: false, properties: { a: {} } },
    },
  }),
  'templates/x.yaml': configMap('x'),
}
chartCases.schema2 = {
  'values.yaml': 'port: 70000\nmode: q\ntag: "1"\nl: [1,1]\nx: 1\n',
  'values.schema.json': JSON.stringify({
    properties: {
      port: { type: 'integer', maximum: 65535 },
      mode: { enum: ['a', 'b'] },
      tag: { pattern: '^v' },
      l: { type: 'array', uniqueItems: true, maxItems: 1 },
      x: { oneOf: [{ type: 'string' }, { type: 'boolean' }] },
    },
  }),
  'templates/x.yaml': configMap('x'),
}
chartCases.schemabad = { 'values.schema.json': '{', 'templates/x.yaml': configMap('x') }
chartCases.crds = {
  'crds/a.yaml': 'kind: CustomResourceDefinition\n',
  'crds/b.txt': 'x',
  'crds/s/c.json': '{}',
  'charts/s/Chart.yaml': chartYaml.replace('name: c', 'name: s'),
  'charts/s/crds/d.yml': 'kind: D\n\n',
  'templates/x.yaml': configMap('x'),
}
chartCases.empty = { 'templates/x.yaml': '{{- if false }}\na: 1\n{{- end }}\n', 'templates/y.yaml': '\n\n' }
chartCases.novalue = { 'templates/x.yaml': '# [{{ .Values.x }}] [{{ printf "%v" .Values.x }}] [{{ .Values.x | quote }}] <no value>\n' }
chartCases.parse1 = { 'templates/x.yaml': 'a: {{ .Values.a\n' }
chartCases.parse2 = { 'templates/x.yaml': '{{ if true }}\n' }
chartCases.parse3 = { 'templates/_h.tpl': '{{ define "a" }}{{ end }}{{ define "a" }}x{{ end }}', 'templates/x.yaml': 'a: 1\n' }
chartCases.fail = { 'templates/_h.tpl': '{{ define "f" }}{{ fail "deep: x" }}{{ end }}', 'templates/x.yaml': 'a: 1\nb: {{ include "f" . }}\n' }
chartCases.bom = { 'values.yaml': '\ufeffa: 1\n', 'templates/x.yaml': '\ufeff# {{ .Values.a }}\n' }
chartCases.notesfail = {
  'charts/s/Chart.yaml': chartYaml.replace('name: c', 'name: s'),
  'charts/s/templates/NOTES.txt': '{{ fail "sub" }}',
  'templates/x.yaml': configMap('x'),
}
chartCases.kubever = { 'Chart.yaml': chartYaml + 'kubeVersion: ">=1.99.0-0"\n' }
chartCases.kubever2 = { 'Chart.yaml': chartYaml + 'kubeVersion: "nonsense"\n' }
chartCases.mut = {
  'values.yaml': 'm: {a: 1}\n',
  'templates/a.yaml': '# a {{ .Values | toJson }}\n',
  'templates/b.yaml': '{{- $_ := set .Values.m "b" 2 }}{{ $_ := set .Values "z" (list) }}# b\n',
  'charts/s/Chart.yaml': chartYaml.replace('name: c', 'name: s'),
  'charts/s/templates/a.yaml': '{{- $_ := set .Values "fromsub" 1 }}# s {{ .Values | toJson }}\n',
}

export { chartYaml }
