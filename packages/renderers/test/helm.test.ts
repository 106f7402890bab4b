import { gzipSync } from 'node:zlib'
import { describe, expect, it } from 'vitest'
import { createMemoryTree } from '@plumbline/core'
import type { ApplicationSource, RenderRequest, SourceTree } from '@plumbline/core'
import { ChartError, formatRendered, helm, loadChart, renderChart, setJson, setLiteral, setStrings, setValues } from '@plumbline/renderers'
import type { RenderChartOptions } from '@plumbline/renderers'

type Files = Record<string, string>

const chartYaml = 'apiVersion: v2\nname: web\nversion: 1.0.0\n'
const configMap = (data: string): string => `apiVersion: v1\nkind: ConfigMap\nmetadata:\n  name: {{ .Release.Name }}\ndata:\n${data}`

async function template(files: Files, options: Partial<RenderChartOptions> = {}): Promise<string> {
  const tree = createMemoryTree(Object.fromEntries(Object.entries({ 'Chart.yaml': chartYaml, ...files }).map(([name, text]) => [`web/${name}`, text])), 'r1')
  return formatRendered(renderChart(await loadChart(tree, 'web'), { releaseName: 'shop', namespace: 'ns', ...options }))
}

async function failure(files: Files, options: Partial<RenderChartOptions> = {}): Promise<ChartError> {
  try {
    await template(files, options)
  } catch (error) {
    if (error instanceof ChartError) return error
    throw error
  }
  throw new Error('it did not fail')
}

describe('charts', () => {
  it('merge values of parents, subcharts, globals and users; null deletes', async () => {
    const files = {
      'Chart.yaml': `${chartYaml}dependencies:\n- {name: db, version: 1.x.x, alias: store, condition: store.enabled}\n- {name: off, version: 1.0.0, tags: [extra]}\n`,
      'values.yaml': 'global: {zone: eu}\ntags: {extra: false}\nstore: {enabled: true, size: 2, drop: null}\nown: {a: 1, b: 2}\n',
      'charts/db/Chart.yaml': 'apiVersion: v2\nname: db\nversion: 1.2.0\n',
      'charts/db/values.yaml': 'size: 1\ndrop: x\nkept: k\n',
      'charts/db/templates/c.yaml': 'apiVersion: v1\nkind: ConfigMap\nmetadata: {name: db}\ndata:\n  v: {{ .Values | toJson | quote }}\n',
      'charts/off/Chart.yaml': 'apiVersion: v2\nname: off\nversion: 1.0.0\n',
      'charts/off/templates/c.yaml': 'a: {{ fail "off" }}\n',
      'templates/c.yaml': configMap('  own: {{ .Values.own | toJson | quote }}\n'),
    }
    const text = await template(files, { values: { own: { a: null } } })
    expect(text).toContain('v: "{\\"enabled\\":true,\\"global\\":{\\"zone\\":\\"eu\\"},\\"kept\\":\\"k\\",\\"size\\":2}"')
    expect(text).toContain('own: "{\\"b\\":2}"')
    expect(text).toContain('# Source: web/charts/store/templates/c.yaml')
  })

  it('print in the order of installation, hooks last', async () => {
    const object = (kind: string, name: string, annotations = ''): string => `apiVersion: v1\nkind: ${kind}\nmetadata:\n  name: ${name}\n${annotations}`
    const text = await template({
      'templates/a.yaml': [object('Service', 's'), object('Pod', 'test', '  annotations: {"helm.sh/hook": test}\n'), object('Namespace', 'n')].join('---\n'),
      'templates/b.yaml': object('ConfigMap', 'c'),
    })
    expect([...text.matchAll(/^kind: (\w+)/gm)].map(([, kind]) => kind)).toEqual(['Namespace', 'ConfigMap', 'Service', 'Pod'])
  })

  it('write YAML as Go does', async () => {
    const values = {
      '9': 'yes',
      '10': '0x1F',
      long: `${'word '.repeat(30)}end`,
      multi: 'a\nb\n',
      num: 1e6,
      f: 0.000001,
      e: '',
      t: 'a: b',
      u: '😀',
      z: [[], {}, null],
    }
    expect(await template({ 'templates/c.yaml': configMap('{{ toYaml .Values | indent 2 }}\n') }, { values })).toContain(
      [
        '  "9": "yes"',
        '  "10": "0x1F"',
        '  e: ""',
        '  f: 1e-06',
        '  long: word word word word word word word word word word word word word word word word',
        '    word word word word word word word word word word word word word word end',
        '  multi: |',
        '    a',
        '    b',
        '  num: 1000000',
        "  t: 'a: b'",
        '  u: "\\U0001F600"',
        '  z:',
        '  - []',
        '  - {}',
        '  - null',
      ].join('\n'),
    )
  })

  it('give the same random values again, and others for another release', async () => {
    const files = { 'templates/c.yaml': configMap('  p: {{ randAlphaNum 16 }}\n') }
    expect(await template(files)).toBe(await template(files))
    const [one, two] = [await template(files), await template(files, { releaseName: 'other' })]
    expect(/p: (\w{16})/.exec(one)?.[1]).not.toBe(/p: (\w{16})/.exec(two)?.[1])
  })

  it('make certificates that belong together', async () => {
    const text = await template({
      'templates/c.yaml': configMap(
        '{{ $ca := genCA "ca" 1 }}{{ $c := genSignedCert "web" (list "127.0.0.1") (list "web.ns") 1 $ca }}  ca: {{ $ca.Cert | quote }}\n  cert: {{ $c.Cert | quote }}\n',
      ),
    })
    const { X509Certificate } = await import('node:crypto')
    const pem = (key: string): string => JSON.parse(new RegExp(`^  ${key}: (".*")$`, 'm').exec(text)?.[1] ?? '""') as string
    const [authority, certificate] = [new X509Certificate(pem('ca')), new X509Certificate(pem('cert'))]
    expect(certificate.verify(authority.publicKey)).toBe(true)
    expect(certificate.subjectAltName).toBe('DNS:web.ns, IP Address:127.0.0.1')
  })

  it('check values against their schema', async () => {
    const files = {
      'values.schema.json': '{"properties":{"port":{"type":"integer","minimum":1}},"required":["port"]}',
      'templates/c.yaml': configMap('  a: b\n'),
    }
    expect((await failure(files)).message).toContain("values don't meet the specifications of the schema(s) in the following chart(s):\nweb:\n")
    expect(await template(files, { values: { port: 5 } })).toContain('a: b')
    expect(await template(files, { skipSchemaValidation: true })).toContain('a: b')
  })

  it.each([
    ['branches without end', { allOf: [{ $ref: '#/definitions/d0' }], definitions: doublings(40) }, 'the schema takes more than 300000 steps to check'],
    ['branches without end, for the other validator', { $anchor: 'a', allOf: [{ $ref: '#/definitions/d0' }], definitions: doublings(40) }, 'steps to check'],
    ['expressions that backtrack', { $anchor: 'a', properties: { text: { pattern: '^(a+)+$' } } }, 'does not match pattern|Does not match pattern'],
    ['names that backtrack', { $anchor: 'a', patternProperties: { '^(t|te|tex|ext|x)+t$': { type: 'integer' } } }, 'Invalid type'],
  ])('stop at %s in a schema', async (_, schema, message) => {
    for (const helm of [3, 4] as const) {
      const given = { 'values.yaml': `text: ${'a'.repeat(64)}b\n`, 'values.schema.json': JSON.stringify(schema), 'templates/c.yaml': configMap('  a: b\n') }
      expect((await failure(given, { helm })).message).toMatch(new RegExp(message))
    }
  })
})

/** Definitions of which each asks twice for the next. */
function doublings(count: number): Record<string, unknown> {
  const next = (index: number): unknown => ({ $ref: `#/definitions/d${index + 1}` })
  return Object.fromEntries(Array.from({ length: count + 1 }, (_, index) => [`d${index}`, index === count ? {} : { allOf: [next(index), next(index)] }]))
}

describe('messages', () => {
  const files = { 'templates/_h.tpl': '{{ define "h" }}{{ .Values.a.b }}{{ end }}', 'templates/c.yaml': 'a: {{ include "h" . }}\n' }

  it('of Helm 4 are laid out over lines, where all of them are of the template engine', async () => {
    expect((await failure(files, { helm: 4 })).message).toBe(
      'web/templates/c.yaml:1:6\n  executing "web/templates/c.yaml" at <include "h" .>:\n    error calling include:\nweb/templates/_h.tpl:1:26\n  executing "h" at <.Values.a.b>:\n    nil pointer evaluating interface {}.b',
    )
    expect((await failure(files)).message).toMatch(/^template: web\/templates\/c.yaml:1:6: executing/)
    expect((await failure({ 'templates/c.yaml': '{{ atoi (regexFind "(" "") }}' }, { helm: 4 })).message).toMatch(/^template: /)
  })

  it('of `required` are formats in Helm 3', async () => {
    const required = { 'templates/c.yaml': '{{ required "100% sure" .Values.a }}' }
    expect((await failure(required)).message).toBe('execution error at (web/templates/c.yaml:1:3): 100%!s(MISSING)ure')
    expect((await failure(required, { helm: 4 })).message).toBe('execution error at (web/templates/c.yaml:1:3): 100% sure')
  })

  it('of schemas name branches, and what fits best in them', async () => {
    const schema = {
      if: { required: ['a'] },
      then: { required: ['b'] },
      properties: { l: { contains: { type: 'boolean' } }, a: { maximum: 1_000_000 } },
      dependencies: { a: ['c'] },
    }
    const { message } = await failure({ 'values.yaml': 'a: 2000000\nl: [1]\n', 'values.schema.json': JSON.stringify(schema) })
    expect(message.split('\n').slice(2, -1)).toEqual([
      '- (root): Has a dependency on c',
      '- (root): Must validate "then" as "if" was valid',
      '- (root): b is required',
      '- a: Must be less than or equal to 1e+06',
      '- l: At least one of the items must match',
      '- l.0: Invalid type. Expected: boolean, given: integer',
    ])
  })

  it.each([
    ['deprecated: "yes"\n', 'cannot unmarshal string into Go struct field Metadata.deprecated of type bool'],
    ['maintainers: [null]\n', 'maintainers must not contain empty or null nodes'],
    ['dependencies: [{name: a, tags: b}]\n', 'cannot unmarshal string into Go struct field Dependency.dependencies.tags of type []string'],
  ])('of descriptions: %j', async (more, expected) => {
    expect((await failure({ 'Chart.yaml': chartYaml + more })).message).toContain(expected)
  })

  it('of a release name', async () => {
    expect((await failure({}, { releaseName: 'A b' })).message).toMatch(/^release name "A b": invalid release name, must match regex/)
  })
})

describe('--set and its kin', () => {
  it.each<[string, unknown, (text: string, values: Record<string, unknown>) => void]>([
    ['a.b=1,c={x,2}', { a: { b: 1 }, c: ['x', 2] }, setValues],
    ['a\\.b=x\\,y,l[1].k=true', { 'a.b': 'x,y', l: [null, { k: true }] }, setValues],
    ['l[0][1]=z', { l: [[null, 'z']] }, setValues],
    ['n=null,z=007,e=', { n: null, z: '007', e: '' }, setValues],
    ['a=1,b=true', { a: '1', b: 'true' }, setStrings],
    ['a={"b":[1]}', { a: { b: [1] } }, setJson],
    ['a.b=x,y={z}', { a: { b: 'x,y={z}' } }, setLiteral],
  ])('%s', (text, expected, set) => {
    const values = {}
    set(text, values)
    expect(JSON.parse(JSON.stringify(values))).toEqual(expected)
  })

  it.each(['a', 'a[', 'a[x]=1', 'a[-1]=1', 'a[999999]=1', 'a={1', `${'a.'.repeat(40)}b=1`])('refuse %s', (text) => {
    expect(() => setValues(text, {})).toThrow(ChartError)
  })
})

describe('bad charts', () => {
  it.each<[string, Files, RegExp]>([
    ['no Chart.yaml', { 'Chart.yaml': '' }, /chart\.metadata\.name is required/],
    ['a broken template', { 'templates/c.yaml': 'a: {{ if }}\n' }, /^parse error at \(web\/templates\/c\.yaml:1\): missing value for if/],
    ['output that is no YAML', { 'templates/c.yaml': 'a: b: c\n' }, /^YAML parse error on web\/templates\/c\.yaml: .*mapping values are not allowed/],
    ['`required`', { 'templates/c.yaml': 'a: {{ required "who?" .Values.who }}\n' }, /^execution error at \(web\/templates\/c\.yaml:1:6\): who\?$/],
    ['a missing dependency', { 'Chart.yaml': `${chartYaml}dependencies: [{name: gone, version: 1.0.0}]\n` }, /missing in charts\/ directory: gone/],
    ['a version it cannot serve', { 'Chart.yaml': `${chartYaml}kubeVersion: ">=99.0.0"\n` }, /chart requires kubeVersion: >=99\.0\.0/],
  ])('%s', async (_title, files, message) => {
    expect((await failure(files)).message).toMatch(message)
  })

  it('end where they would not', async () => {
    const loop = await failure({ 'templates/c.yaml': '{{ define "l" }}{{ include "l" . }}{{ end }}{{ include "l" . }}' })
    expect(loop.message).toContain('rendering template has a nested reference name: l')
    const limits = { steps: 100_000, output: 1_000_000, depth: 100 }
    for (const text of [
      '{{ range until 1000000 }}{{ end }}',
      '{{ repeat 100000000 "x" }}',
      '{{ define "t" }}{{ tpl "{{ include \\"t\\" . }}" . }}{{ end }}{{ include "t" . }}',
    ])
      expect(['CHART_LIMIT', 'CHART_RENDER'], text).toContain((await failure({ 'templates/c.yaml': text }, { limits })).code)
  })

  it('cannot leave their archive, and cannot unfold without end', async () => {
    const tar = (name: string, content: Uint8Array): Uint8Array => {
      const header = Buffer.alloc(512)
      header.write(name, 0)
      header.write('0000644\0', 100)
      header.write(`${content.length.toString(8).padStart(11, '0')}\0`, 124)
      header.write('        ', 148)
      header.write('0', 156)
      header.write('ustar\0', 257)
      header.write(
        `${[...header]
          .reduce((sum, byte) => sum + byte, 0)
          .toString(8)
          .padStart(6, '0')}\0 `,
        148,
      )
      return Buffer.concat([header, content, Buffer.alloc((512 - (content.length % 512)) % 512), Buffer.alloc(1024)])
    }
    const load = (archive: Uint8Array, limits = {}): Promise<unknown> => {
      const file: SourceTree = {
        revision: 'r1',
        read: async () => new Uint8Array(gzipSync(archive)),
        list: async () => undefined,
        entry: async () => ({ kind: 'file', id: String(archive.length) }),
      }
      return loadChart(file, 'c.tgz', { limits })
    }
    await expect(load(tar('web/../../etc/passwd', Buffer.from('x')))).rejects.toThrow('chart illegally references parent directory')
    await expect(load(tar('web/zeros', Buffer.alloc(5_000_000)), { bytes: 1_000_000 })).rejects.toThrow(/larger than 1000000 bytes/)
    await expect(load(Buffer.from('no tar'))).rejects.toBeInstanceOf(ChartError)
  })

  it('find no prototype', async () => {
    const values = JSON.parse('{"__proto__":{"polluted":1},"constructor":{"a":1}}') as Record<string, unknown>
    const text = await template({ 'templates/c.yaml': configMap('  v: {{ .Values | toJson | quote }}\n') }, { values })
    expect(text).toContain('__proto__')
    expect(({} as Record<string, unknown>)['polluted']).toBeUndefined()
  })
})

describe('the renderer', () => {
  const files = {
    'apps/web/Chart.yaml': chartYaml,
    'apps/web/values.yaml': 'a: chart\nb: chart\nc: chart\nd: chart\n',
    'apps/web/prod.yaml': 'b: file\nc: file\nd: file\n',
    'apps/web/crds/x.yaml': 'apiVersion: apiextensions.k8s.io/v1\nkind: CustomResourceDefinition\nmetadata: {name: xs.example.com}\n',
    'apps/web/templates/c.yaml': configMap('  v: {{ .Values | toJson | quote }}\n  k: {{ .Capabilities.KubeVersion }}\n'),
    'shared/common.yaml': 'c: shared\n',
  }
  const tree = createMemoryTree(files, 'abcdef1234567890')
  const request = (settings: ApplicationSource['helm'], more: Partial<RenderRequest> = {}): RenderRequest => ({
    tree,
    path: 'apps/web',
    source: { repoURL: 'https://git.example.com/a.git', path: 'apps/web', ...(settings === undefined ? {} : { helm: settings }) },
    application: { name: 'shop', namespace: 'argocd', project: 'default', destinationNamespace: 'shop' },
    cluster: { kubeVersion: 'v1.34.4', apiVersions: ['v1'] },
    ...more,
  })
  const data = async (settings: ApplicationSource['helm'], more: Partial<RenderRequest> = {}): Promise<{ v: unknown; k: string }> => {
    const { manifests } = await helm().render(request(settings, more))
    const map = manifests.find(({ object }) => object.kind === 'ConfigMap')?.object as unknown as { data: { v: string; k: string } }
    return { v: JSON.parse(map.data.v), k: map.data.k }
  }

  it('takes charts, and what asks for Helm', async () => {
    expect(await helm().matches(request(undefined))).toBe(true)
    expect(await helm().matches(request(undefined, { path: 'shared' }))).toBe(false)
    expect(await helm().matches(request({ releaseName: 'x' }, { path: 'shared' }))).toBe(true)
  })

  it('lays values over each other', async () => {
    const settings = {
      valueFiles: ['prod.yaml', '/shared/*.yaml', 'absent.yaml'],
      ignoreMissingValueFiles: true,
      values: 'd: inline',
      parameters: [
        { name: 'e', value: '$ARGOCD_APP_NAME,x' },
        { name: 'f', value: '1', forceString: true },
      ],
    }
    expect((await data(settings)).v).toEqual({ a: 'chart', b: 'file', c: 'shared', d: 'inline', e: 'shop,x', f: '1' })
    expect((await data({ ...settings, valuesObject: { d: 'object' } })).v).toMatchObject({ d: 'object' })
    expect((await data({ kubeVersion: '1.20.0' })).k).toBe('v1.20.0')
  })

  it('reads value files of other sources', async () => {
    const other = createMemoryTree({ 'env/prod.yaml': 'a: other\n' }, 'r2')
    expect((await data({ valueFiles: ['$values/env/prod.yaml'] }, { references: new Map([['values', other]]) })).v).toMatchObject({ a: 'other' })
    await expect(data({ valueFiles: ['$nobody/x.yaml'] })).rejects.toThrow('source referenced "$nobody" is not one of the application\'s sources')
    await expect(data({ valueFiles: ['../../../etc/passwd'] })).rejects.toThrow('outside the repository')
    await expect(data({ valueFiles: ['https://example.com/values.yaml'] })).rejects.toThrow('not fetched')
  })

  it('says what Argo CD would say, with the place', async () => {
    await expect(helm().render(request({ valueFiles: ['absent.yaml'] }))).rejects.toMatchObject({
      code: 'RENDER_FAILED',
      message:
        'failed to execute helm template command: failed running helm: `helm template . --name-template shop --namespace shop --kube-version 1.34.4 --values <path to cached source>/apps/web/absent.yaml <api versions removed> --include-crds` failed exit status 1: Error: open <path to cached source>/apps/web/absent.yaml: no such file or directory',
    })
    const { manifests } = await helm().render(request(undefined))
    expect(manifests.map(({ object, origin }) => `${object.kind} ${origin?.path}:${origin?.line}`)).toEqual([
      'CustomResourceDefinition apps/web/crds/x.yaml:1',
      'ConfigMap apps/web/templates/c.yaml:1',
    ])
    expect((await helm().render(request({ skipCrds: true }))).manifests).toHaveLength(1)
  })
})
