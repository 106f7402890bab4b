import { describe, expect, it } from 'vitest'
import { createMemoryTree, RenderError } from '@plumbline/core'
import type { ApplicationSource } from '@plumbline/core'
import { buildKustomization, chartInflater, formatBuild, kustomize, KustomizeError } from '@plumbline/renderers'
import type { BuildOptions } from '@plumbline/renderers'

type Files = Record<string, string>

const deployment = `apiVersion: apps/v1
kind: Deployment
metadata: {name: web}
spec:
  template:
    spec:
      containers:
      - {name: app, image: nginx, envFrom: [{configMapRef: {name: settings}}]}
      - {name: proxy, image: "envoy:1"}
`
const base = {
  'base/kustomization.yaml': 'resources: [web.yaml]\nconfigMapGenerator: [{name: settings, literals: [a=1]}]\n',
  'base/web.yaml': deployment,
}

async function build(files: Files, path: string, options: BuildOptions = {}): Promise<string> {
  return formatBuild(await buildKustomization(createMemoryTree(files, 'r1'), path, options))
}

async function failure(files: Files, path: string, options: BuildOptions = {}): Promise<KustomizeError> {
  try {
    await build(files, path, options)
  } catch (error) {
    if (error instanceof KustomizeError) return error
    throw error
  }
  throw new Error('it did not fail')
}

describe('kustomizations', () => {
  it('give generated names their hash, and references follow through layers', async () => {
    const text = await build(
      { ...base, 'prod/kustomization.yaml': 'namePrefix: prod-\nnamespace: shop\nresources: [../base]\nimages: [{name: nginx, newTag: "2"}]\n' },
      'prod',
    )
    expect(text).toContain('name: prod-settings-h29d89cmmt\n')
    expect(text).toContain('            name: prod-settings-h29d89cmmt\n')
    expect(text).toContain('image: nginx:2\n')
    expect(text).toContain('name: prod-web\n  namespace: shop\n')
  })

  it('merge patches by the keys of lists, delete by directive', async () => {
    const patch =
      'apiVersion: apps/v1\nkind: Deployment\nmetadata: {name: web}\nspec: {template: {spec: {containers: [{name: app, image: caddy}, {name: proxy, $patch: delete}]}}}\n'
    const text = await build({ ...base, 'kustomization.yaml': 'resources: [base]\npatches: [{path: p.yaml}]\n', 'p.yaml': patch }, '')
    expect(text).toContain('image: caddy')
    expect(text).not.toContain('proxy')
  })

  it('drop members without a value when they are patched, and keep a null that is written out', async () => {
    const files = {
      'kustomization.yaml': 'resources: [a.yaml]\npatches: [{path: p.yaml}]\n',
      'a.yaml': 'apiVersion: v1\nkind: X\nmetadata: {name: x, annotations: null}\nspec:\n  kept: ~\n  gone:\n  list:\n  - stays:\n',
      'p.yaml': 'apiVersion: v1\nkind: X\nmetadata: {name: x}\nmore: 1\n',
    }
    expect(await build(files, '')).toBe('apiVersion: v1\nkind: X\nmetadata:\n  name: x\nmore: 1\nspec:\n  kept: null\n  list:\n  - stays: null\n')
  })

  it('add an annotation by a JSON patch where there was none', async () => {
    const operations = JSON.stringify([{ op: 'add', path: '/metadata/annotations/example.com~1on', value: true }])
    const files = { ...base, 'kustomization.yaml': `resources: [base]\npatches: [{target: {kind: Deployment}, patch: '${operations}'}]\n` }
    expect(await build(files, '')).toContain('  annotations:\n    example.com/on: "true"\n')
  })

  it('remove no annotation by a patch with a target: a null is a text there', async () => {
    const patch = 'kind: Deployment\nmetadata: {name: web, annotations: {a: null}}\n'
    const files = { ...base, 'kustomization.yaml': 'resources: [base]\npatches: [{target: {kind: Deployment}, path: p.yaml}]\n', 'p.yaml': patch }
    expect(await build(files, '')).toContain('  annotations:\n    a: "null"\n')
  })

  it('change a shared label everywhere, as Kustomize does', async () => {
    const files = {
      ...base,
      'a/kustomization.yaml': 'resources: [../base]\nlabels: [{pairs: {env: dev}, includeSelectors: true}]\n',
      'b/kustomization.yaml': 'resources: [../a]\nlabels: [{pairs: {env: prod}}]\n',
    }
    expect((await build(files, 'b')).match(/env: prod/g)).toHaveLength(4)
    expect(await build(files, 'b')).not.toContain('env: dev')
  })

  it('render charts of the repository where that is allowed', async () => {
    const files = {
      'kustomization.yaml': 'helmCharts: [{name: web, releaseName: r, valuesInline: {size: 3}}]\nnameSuffix: -x\n',
      'charts/web/Chart.yaml': 'apiVersion: v2\nname: web\nversion: 1.0.0\n',
      'charts/web/values.yaml': 'size: 1\nkept: yes\n',
      'charts/web/templates/c.yaml': 'apiVersion: v1\nkind: ConfigMap\nmetadata: {name: "{{ .Release.Name }}"}\ndata: {v: {{ .Values | toJson | quote }}}\n',
    }
    expect((await failure(files, '')).message).toContain('must specify --enable-helm')
    const text = await build(files, '', { inflate: chartInflater() })
    expect(text).toContain('name: r-x')
    expect(text).toContain(String.raw`{"kept":true,"size":3}`)
  })
})

describe('bad input', () => {
  const cases: readonly (readonly [string, Files, string])[] = [
    ['cycles', { 'kustomization.yaml': 'resources: [a]\n', 'a/kustomization.yaml': 'resources: [..]\n' }, 'cycle detected'],
    [
      'files outside of the folder',
      { 'a/kustomization.yaml': 'resources: []\nconfigMapGenerator: [{name: x, files: [../secret]}]\n', secret: 'x' },
      "is not in or below '/a'",
    ],
    ['folders outside of the repository', { 'a/kustomization.yaml': 'resources: [../../etc]\n' }, 'outside of the repository'],
    ['URLs', { 'a/kustomization.yaml': 'resources: ["https://example.com/x.yaml"]\n' }, 'is a URL'],
    ['unknown fields', { 'a/kustomization.yaml': 'resorces: []\n' }, 'json: unknown field "resorces"'],
    [
      'fields of a wrong kind',
      { 'a/kustomization.yaml': 'namePrefix: [1]\n' },
      'cannot unmarshal array into Go struct field Kustomization.namePrefix of type string',
    ],
    ['broken files', { 'a/kustomization.yaml': 'resources: [x.yaml]\n', 'a/x.yaml': 'a: [\n' }, 'MalformedYAMLError: yaml: line 1'],
    [
      'keys that are no texts',
      { 'a/kustomization.yaml': 'resources: [x.yaml]\n', 'a/x.yaml': 'apiVersion: v1\nkind: ConfigMap\nmetadata: {name: x}\ndata: {1: a}\n' },
      'json: unsupported type',
    ],
    [
      'patches for nothing',
      { ...base, 'a/kustomization.yaml': 'resources: [../base]\npatches: [{patch: "{apiVersion: v1, kind: Pod, metadata: {name: x}}"}]\n' },
      'no matches for Id Pod.v1.[noGrp]/x.[noNs]',
    ],
    [
      'expressions that explode',
      { ...base, 'a/kustomization.yaml': 'resources: [../base]\npatches: [{target: {name: "(a+)+(?=x)"}, patch: "[]"}]\n' },
      'error parsing regexp: invalid or unsupported Perl syntax',
    ],
  ]
  it.each(cases)('names %s', async (_name, files, message) => {
    expect((await failure(files, files['kustomization.yaml'] === undefined ? 'a' : '')).message).toContain(message)
  })

  it('is bounded: resources, kustomizations, aliases', async () => {
    const many = Array.from({ length: 30 }, (_item, at) => `apiVersion: v1\nkind: ConfigMap\nmetadata: {name: c${at}}\n`).join('---\n')
    expect((await failure({ 'kustomization.yaml': 'resources: [x.yaml]\n', 'x.yaml': many }, '', { limits: { maxResources: 20 } })).code).toBe(
      'KUSTOMIZE_LIMIT',
    )
    const layers = Object.fromEntries(Array.from({ length: 10 }, (_item, at) => [`l${at}/kustomization.yaml`, `resources: [../l${at + 1}]\n`]))
    expect((await failure(layers, 'l0', { limits: { maxKustomizations: 5 } })).code).toBe('KUSTOMIZE_LIMIT')
    const bomb = `a: &a [x]\n${Array.from({ length: 30 }, (_item, at) => `b${at}: &b${at} [*${at === 0 ? 'a' : `b${at - 1}`}, *${at === 0 ? 'a' : `b${at - 1}`}]\n`).join('')}`
    await failure({ 'kustomization.yaml': 'resources: [x.yaml]\n', 'x.yaml': `apiVersion: v1\nkind: X\nmetadata: {name: x}\n${bomb}` }, '')
  })

  it('prints no secrets', async () => {
    const files = { 'a/kustomization.yaml': 'secretGenerator: [{name: x, literals: ["hunter2"]}]\n' }
    const { message } = await failure(files, 'a')
    expect(message).toContain('literals[0] of x')
    expect(message).not.toContain('hunter2')
  })
})

describe('Applications', () => {
  const render = async (settings: ApplicationSource['kustomize'], files: Files = base): Promise<string> => {
    const tree = createMemoryTree(files, '0123456789abcdef')
    const source = { repoURL: 'https://git.example/r.git', path: 'base', ...(settings === undefined ? {} : { kustomize: settings }) }
    const application = { name: 'shop', namespace: 'argocd', project: 'default', destinationNamespace: 'shop' }
    const { manifests } = await kustomize().render({ tree, path: 'base', source, application })
    return formatBuild(manifests.map(({ object }) => object))
  }

  it('edit the kustomization', async () => {
    const text = await render({
      namePrefix: 'p-',
      nameSuffix: '-s',
      namespace: 'team',
      images: ['nginx=caddy:2', 'envoy:$ARGOCD_APP_REVISION_SHORT'],
      replicas: [{ name: 'web', count: '3' }],
      commonLabels: { app: '$ARGOCD_APP_NAME' },
      commonAnnotations: { rev: '$ARGOCD_APP_REVISION' },
      commonAnnotationsEnvsubst: true,
      patches: [{ target: { kind: 'Deployment' }, patch: '[{"op": "add", "path": "/spec/paused", "value": true}]' }],
      components: ['../none'],
      ignoreMissingComponents: true,
    })
    for (const part of [
      'name: p-web-s',
      'namespace: team',
      'image: caddy:2',
      'image: envoy:0123456',
      'replicas: 3',
      'app: shop',
      'rev: 0123456789abcdef',
      'paused: true',
    ])
      expect(text).toContain(part)
    expect(text).toContain('matchLabels:\n      app: shop')
    expect(await render({ commonLabels: { a: 'b' }, labelWithoutSelector: true })).not.toContain('matchLabels')
  })

  it('name the command and the cause of a failure', async () => {
    await expect(render({ components: ['../none'] })).rejects.toThrow(/`kustomize build <path to cached source>\/base` failed exit status 1: Error: .*none/)
    await expect(render({ replicas: [{ name: 'web', count: 'many' }] })).rejects.toThrow('expected a whole number')
    await expect(render({ images: ['nginx'] })).rejects.toBeInstanceOf(RenderError)
    const labelled = { ...base, 'base/kustomization.yaml': `${base['base/kustomization.yaml']}commonLabels: {a: x}\n` }
    await expect(render({ commonLabels: { a: 'y' } }, labelled)).rejects.toThrow('label a already in kustomization file')
    expect(await render({ commonLabels: { a: 'y' }, forceCommonLabels: true }, labelled)).toContain('a: "y"')
  })

  it('are kustomizations by their files or by their block', async () => {
    const tree = createMemoryTree(base, 'r')
    const request = { tree, application: { name: 'a', namespace: 'n', project: 'p', destinationNamespace: 'd' } }
    const repoURL = 'https://git.example/r.git'
    expect(await kustomize().matches({ ...request, path: 'base', source: { repoURL } })).toBe(true)
    expect(await kustomize().matches({ ...request, path: '', source: { repoURL } })).toBe(false)
    expect(await kustomize().matches({ ...request, path: '', source: { repoURL, kustomize: { namePrefix: 'x' } } })).toBe(true)
    expect(await kustomize().matches({ ...request, path: 'base', source: { repoURL, directory: { recurse: true } } })).toBe(false)
  })

  it('follows the build options of the installation: charts only where they are switched on, and the order', async () => {
    const tree = createMemoryTree({
      'app/kustomization.yaml': 'resources: [b.yaml]\nhelmCharts: [{name: web, releaseName: web}]\nhelmGlobals: {chartHome: charts}\n',
      'app/b.yaml': 'apiVersion: v1\nkind: Service\nmetadata: {name: b}\nspec: {ports: [{port: 80}]}\n',
      'app/charts/web/Chart.yaml': 'apiVersion: v2\nname: web\nversion: 1.0.0\n',
      'app/charts/web/templates/c.yaml': 'apiVersion: v1\nkind: ConfigMap\nmetadata: {name: chart}\n',
    })
    const application = { name: 'app', namespace: 'argocd', project: 'default', destinationNamespace: 'app' }
    const request = { tree, path: 'app', source: { repoURL: 'https://git.example.com/a.git', path: 'app' }, application }
    await expect(kustomize().render(request)).rejects.toThrow(/--enable-helm/)
    const names = async (kustomizeBuildOptions: readonly string[]): Promise<unknown[]> =>
      (await kustomize().render({ ...request, kustomizeBuildOptions })).manifests.map(({ object }) => object.metadata.name)
    expect(await names(['--enable-helm'])).toEqual(['chart', 'b'])
    expect(await names(['--enable-helm', '--reorder=none'])).toEqual(['b', 'chart'])
  })
})
