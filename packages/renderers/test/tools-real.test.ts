// Real programs beside in-process rendering, where there are any: PLUMBLINE_HELM3, PLUMBLINE_HELM4 and PLUMBLINE_KUBECTL name them.
import { existsSync } from 'node:fs'
import { readdir, readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { createMemoryTree } from '@plumbline/core'
import type { Renderer, RenderRequest, RenderResult } from '@plumbline/core'
import { helm, kustomize } from '@plumbline/renderers'
import { helmTool, kustomizeTool } from '@plumbline/renderers/tools'
import { describe, expect, it } from 'vitest'
import { chart, requestOf } from './lib/tool-requests.ts'

const realHelms = (['PLUMBLINE_HELM3', 'PLUMBLINE_HELM4'] as const).flatMap((name) => {
  const path = process.env[name]
  return path !== undefined && existsSync(path) ? [path] : []
})
const reason = 'skipped: set PLUMBLINE_HELM3, PLUMBLINE_HELM4 or PLUMBLINE_KUBECTL to the path of a real program'

/** The version of a real program, out of what the renderer complains about. */
async function versionOf(create: (version: string) => Renderer, request: RenderRequest): Promise<string> {
  const complaint = await create('0.0.1')
    .render(request)
    .then(
      () => '',
      (error: unknown) => (error as Error).message,
    )
  return / is (?:helm|kustomize) (\S+), and 0\.0\.1 is wanted/.exec(complaint)?.[1] ?? complaint
}

const shown = ({ manifests }: RenderResult): unknown => manifests.map(({ object, origin }) => [object, origin?.path])

describe.skipIf(realHelms.length === 0).each(realHelms.length === 0 ? [reason] : realHelms)('real Helm at %s', (path) => {
  it.each([
    ['nothing', {}],
    ['values', { valueFiles: ['extra.yaml', '/shared/more.yaml'], valuesObject: { big: 12_345_678_901, deep: { n: null } } }],
    [
      'parameters',
      {
        parameters: [
          { name: 'color', value: 'a,b' },
          { name: 'list', value: '{x,y}' },
          { name: 'n', value: '01', forceString: true },
        ],
        fileParameters: [{ name: 'file', path: 'extra.yaml' }],
      },
    ],
    ['choices', { skipCrds: true, skipTests: true, releaseName: 'other', namespace: 'elsewhere', kubeVersion: '1.30.1', apiVersions: ['example.com/v1'] }],
  ])(
    'renders as in process, given %s',
    async (_, settings) => {
      const request = requestOf({ source: { helm: settings }, request: { cluster: { kubeVersion: 'v1.31.0', apiVersions: ['v1'] } } })
      const version = await versionOf((wanted) => helmTool({ version: wanted, path }), request)
      const real = await helmTool({ version, path }).render(request)
      const own = await helm({ helm: version.startsWith('4.') ? 4 : 3 }).render(request)
      expect(shown(real)).toEqual(shown(own))
      expect(real.renderedBy).toEqual({ name: 'helm', version, kind: 'tool' })
    },
    60_000,
  )

  it('renders the monitoring of the full setup as in process', async () => {
    const setup = fileURLToPath(new URL('../../../examples/full-setup', import.meta.url))
    const entries = await readdir(setup, { recursive: true, withFileTypes: true })
    const paths = entries.filter((entry) => entry.isFile()).map((entry) => join(entry.parentPath, entry.name))
    const files = Object.fromEntries(
      await Promise.all(paths.map(async (file) => [file.slice(setup.length + 1).replaceAll('\\', '/'), await readFile(file, 'utf8')] as const)),
    )
    const request = requestOf({ tree: createMemoryTree(files), path: 'gitops/apps/monitoring' })
    const version = await versionOf((wanted) => helmTool({ version: wanted, path }), request)
    const real = await helmTool({ version, path }).render(request)
    expect(real.manifests.length).toBeGreaterThan(20)
    const own = await helm({ helm: version.startsWith('4.') ? 4 : 3 }).render(request)
    expect(shown(real)).toEqual(shown(own))
  }, 60_000)

  it('says what Argo CD says about a chart that fails', async () => {
    const tree = createMemoryTree({ ...chart, 'app/templates/a.yaml': '{{ fail "no" }}' })
    const request = requestOf({ tree, source: { helm: { valueFiles: ['extra.yaml'] } } })
    const version = await versionOf((wanted) => helmTool({ version: wanted, path }), request)
    const messages = await Promise.all(
      [helmTool({ version, path }), helm({ helm: version.startsWith('4.') ? 4 : 3 })].map((renderer) =>
        renderer.render(request).catch((error: unknown) => (error as Error).message),
      ),
    )
    expect(messages[0]).toContain(
      '`helm template . --name-template shop --namespace store --values <path to cached source>/app/extra.yaml --include-crds` failed exit status 1: Error: ',
    )
    for (const message of messages) expect(message).toContain('execution error at (app/templates/a.yaml:1:3): no')
  }, 60_000)
})

const kubectl = process.env['PLUMBLINE_KUBECTL'] ?? ''
const hasKubectl = existsSync(kubectl)

describe.skipIf(!hasKubectl)(hasKubectl ? `real Kustomize in ${kubectl}` : reason, () => {
  const tree = createMemoryTree({
    'base/kustomization.yaml': 'resources: [web.yaml]\nconfigMapGenerator: [{ name: web, literals: [a=1] }]\n',
    'base/web.yaml':
      'apiVersion: apps/v1\nkind: Deployment\nmetadata: {name: web}\nspec: {selector: {matchLabels: {a: b}}, template: {metadata: {labels: {a: b}}, spec: {containers: [{name: web, image: "web:1", envFrom: [{configMapRef: {name: web}}]}]}}}\n',
    'app/kustomization.yaml': 'namePrefix: prod-\nresources: [../base]\n',
    'remote/kustomization.yaml': 'resources: ["https://example.com/a.yaml"]\n',
  })
  const create = (version: string): Renderer => kustomizeTool({ version, path: kubectl, command: 'kubectl' })

  it.each([
    ['nothing', {}],
    [
      'everything',
      {
        nameSuffix: '-x',
        namespace: 'other',
        images: ['web=registry/web:2'],
        replicas: [{ name: 'web', count: '4' }],
        commonLabels: { team: '$ARGOCD_APP_NAME' },
        labelWithoutSelector: true,
        labelIncludeTemplates: true,
        commonAnnotations: { note: 'yes' },
        patches: [{ target: { kind: 'Deployment' }, patch: '- {op: add, path: /metadata/annotations/patched, value: "1"}' }],
      },
    ],
  ])(
    'renders as in process, given %s',
    async (_, settings) => {
      const request = requestOf({ tree, source: { kustomize: settings } })
      const version = await versionOf(create, request)
      expect(shown(await create(version).render(request))).toEqual(shown(await kustomize().render(request)))
    },
    60_000,
  )

  it('does not fetch what a repository tells it to', async () => {
    const request = requestOf({ tree, path: 'remote' })
    const version = await versionOf(create, request)
    await expect(create(version).render(request)).rejects.toThrow('`kustomize build <path to cached source>/remote` failed exit status 1: ')
  }, 60_000)
})
