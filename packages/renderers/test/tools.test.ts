// Renderers that run programs: what they promise, with small programs in place of the real ones.
import { existsSync, readFileSync } from 'node:fs'
import { chmod, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createApplicationRenderer, createMemoryTree, rendererAnnotation } from '@plumbline/core'
import type { Application, ApplicationRenderer, ApplicationSource, Renderer, SourceProvider, SourceTree } from '@plumbline/core'
import { directory, helm } from '@plumbline/renderers'
import { helmTool, kustomizeTool } from '@plumbline/renderers/tools'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { chart, requestOf } from './lib/tool-requests.ts'

let folder: string
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'tools-test-'))
})
afterEach(() => rm(folder, { recursive: true, force: true }))

/** A program that answers its version, and does `body` for everything else; `note(value)` writes what is seen from inside. */
async function programOf(body: string, version = 'v3.12.3'): Promise<string> {
  const path = join(folder, 'program')
  const script = `#!${process.execPath}
const fs = require('node:fs'), args = process.argv.slice(2)
const note = (value) => fs.appendFileSync(${JSON.stringify(join(folder, 'notes'))}, JSON.stringify(value) + '\\n')
if (args[0] === 'version') { note('version'); process.stdout.write(${JSON.stringify(version)}) }
else { ${body} }
`
  await writeFile(path, script)
  await chmod(path, 0o700)
  return path
}

async function notes(): Promise<unknown[]> {
  const text = await readFile(join(folder, 'notes'), 'utf8').catch(() => '')
  return text
    .split('\n')
    .filter((line) => line !== '')
    .map((line) => JSON.parse(line) as unknown)
}

const tool = async (body: string, options: Partial<Parameters<typeof helmTool>[0]> = {}, version?: string): Promise<Renderer> =>
  helmTool({ version: '3.12.3', path: await programOf(body, version), ...options })
/** Whether a process runs; one that only waits to be noticed, as under an init that does not look, does not. */
const isAlive = (pid: number): boolean => {
  try {
    process.kill(pid, 0)
    return !existsSync('/proc/self/stat') || !/\) [ZX] /.test(readFileSync(`/proc/${pid}/stat`, 'utf8'))
  } catch {
    return false
  }
}

describe('a program', () => {
  it('gets arguments as Argo CD passes them, and files at their places', async () => {
    const renderer = await tool(
      `note(args); note(process.cwd()); note(args.flatMap((word, at) => args[at - 1] === '--values' ? [fs.readFileSync(word.replaceAll('"', ''), 'utf8')] : []))`,
    )
    await renderer.render(
      requestOf({
        source: {
          helm: {
            parameters: [
              { name: 'token', value: 'a,b', forceString: true },
              { name: 'name', value: '$ARGOCD_APP_NAME' },
              { name: 'list', value: '{a,b}' },
            ],
            fileParameters: [{ name: 'file', path: 'extra.yaml' }],
            valueFiles: ['extra.yaml', '/shared/*.yaml', '$other/values,1.yaml', 'gone.yaml'],
            ignoreMissingValueFiles: true,
            valuesObject: { deep: { n: 1 } },
            skipTests: true,
            skipSchemaValidation: true,
          },
        },
        request: {
          cluster: { kubeVersion: 'v1.34.4', apiVersions: ['v1', 'apps/v1'] },
          references: new Map([['other', createMemoryTree({ 'values,1.yaml': 'other: true\n' })]]),
        },
      }),
    )
    const [, args, cwd, contents] = (await notes()) as [unknown, string[], string, string[]]
    const root = cwd.slice(0, -'/source/app'.length)
    expect(args.map((word) => word.replace(root, 'DIR')).join(' ')).toBe(
      [
        'template . --name-template shop --namespace store --kube-version 1.34.4',
        '--set name=shop --set list={a,b} --set-string token=a\\,b --set-file file=DIR/source/app/extra.yaml',
        '--values DIR/source/app/extra.yaml --values DIR/source/shared/more.yaml --values "DIR/references/0-other/values,1.yaml"',
        '--values DIR/values.yaml --api-versions v1 --api-versions apps/v1 --include-crds --skip-schema-validation --skip-tests',
      ].join(' '),
    )
    expect(contents.at(-1)).toBe('{"deep":{"n":1}}')
  }, 60_000)

  it('sees nothing of this process: variables, standard input, files of others', async () => {
    process.env['PLUMBLINE_TEST_SECRET'] = 'x'
    try {
      const renderer = await tool(
        `note(Object.keys(process.env).sort()); note(fs.readFileSync(0, 'utf8')); note((fs.statSync('../..').mode & 0o777).toString(8)); note(process.env.HOME.startsWith(fs.realpathSync('../..'))); note(fs.existsSync(process.env.PATH))`,
      )
      await renderer.render(requestOf())
    } finally {
      delete process.env['PLUMBLINE_TEST_SECRET']
    }
    const [, names, input, mode, isInside, hasPath] = await notes()
    const own = 'HELM_CACHE_HOME HELM_CONFIG_HOME HELM_DATA_HOME HOME HTTPS_PROXY HTTP_PROXY LC_ALL PATH TEMP TMP TMPDIR TZ'
    expect((names as string[]).join(' ')).toBe(`${own} XDG_CACHE_HOME XDG_CONFIG_HOME XDG_DATA_HOME`)
    expect([input, mode, isInside, hasPath]).toEqual(['', '700', true, false])
  })

  it('gets variables that the options give', async () => {
    const renderer = await tool('note([process.env.PATH, process.env.HTTPS_PROXY, process.env.MORE])', {
      environment: { PATH: '/opt/bin', HTTPS_PROXY: '', MORE: '1' },
    })
    await renderer.render(requestOf())
    expect((await notes()).at(-1)).toEqual(['/opt/bin', '', '1'])
  })

  it('is asked for its version once, and again when the file has changed', async () => {
    const renderer = await tool('')
    await renderer.render(requestOf())
    await renderer.render(requestOf())
    expect(await notes()).toEqual(['version'])
    await programOf('', 'v3.99.0')
    await expect(renderer.render(requestOf())).rejects.toMatchObject({
      code: 'RENDER_FAILED',
      message: `${join(folder, 'program')} is helm 3.99.0, and 3.12.3 is wanted: install helm 3.12.3 there, or change the version in the options`,
    })
    expect(await notes()).toEqual(['version', 'version'])
  })

  it.each([
    ['v5.7.1\n', 'kustomize'],
    ['{Version:kustomize/v5.7.1 GitCommit:abc BuildDate:x GoOs:linux GoArch:amd64}', 'kustomize'],
    ['{"clientVersion": {"gitVersion": "v1.34.0"}, "kustomizeVersion": "v5.7.1"}', 'kubectl'],
  ] as const)('may tell its version as %j', async (answer, command) => {
    const renderer = kustomizeTool({ version: 'v5.7.1', path: await programOf('note(args[0])', answer), command })
    const result = await renderer.render(requestOf({ tree: createMemoryTree({ 'app/kustomization.yaml': 'resources: []\n' }) }))
    expect(await notes()).toEqual(['version', command === 'kubectl' ? 'kustomize' : 'build'])
    expect(result.renderedBy).toEqual({ name: 'kustomize', version: '5.7.1', kind: 'tool' })
  })

  it('that tells no version is named with what it says', async () => {
    await expect((await tool('', {}, 'hello')).render(requestOf())).rejects.toThrow(
      'does not tell its version: `helm version --template {{.Version}}` printed "hello"',
    )
  })

  it('that is not there is named', async () => {
    const path = join(folder, 'nothing')
    await expect(helmTool({ version: '3.12.3', path }).render(requestOf())).rejects.toThrow(`${path} cannot be started: ENOENT`)
  })

  it('that fails is quoted, without secrets and without paths of this machine', async () => {
    const renderer = await tool(`process.stderr.write('Error: bad "' + args[7].slice(9) + '" in ' + process.cwd() + '/values.yaml\\n'); process.exitCode = 3`)
    const helmSettings = { parameters: [{ name: 'password', value: 'correct horse' }], values: 'a: 1' }
    const failure = renderer.render(requestOf({ source: { helm: helmSettings } })).catch((error: unknown) => error)
    expect(await failure).toMatchObject({
      code: 'RENDER_FAILED',
      message:
        'failed to execute helm template command: failed running helm: `helm template . --name-template shop --namespace store --set password=****** --values <values> --include-crds` failed exit status 3: Error: bad "******" in <path to cached source>/app/values.yaml',
    })
  })

  it('that prints too much is ended', async () => {
    const renderer = await tool(
      `const text = 'x'.repeat(1 << 16); const write = () => { while (process.stdout.write(text)); process.stdout.once('drain', write) }; write()`,
      {
        limits: { maxOutputBytes: 1 << 20 },
      },
    )
    await expect(renderer.render(requestOf())).rejects.toMatchObject({ code: 'RENDER_LIMIT', retryable: false })
  })

  it('that complains too much is quoted by its first and last words', async () => {
    const renderer = await tool(`process.stderr.write('first' + 'x'.repeat(1 << 20) + 'last'); process.exitCode = 1`)
    const message = await renderer.render(requestOf()).then(
      () => '',
      (error: unknown) => (error as Error).message,
    )
    expect(message).toMatch(/failed exit status 1: firstx+ … x+last$/)
    expect(message.length).toBeLessThan(20_000)
  })

  it('that does not end is ended, with what it started', async () => {
    const renderer = await tool(
      `const { spawn } = require('node:child_process'); note(spawn(process.execPath, ['-e', 'setInterval(() => {}, 1000)'], { stdio: 'inherit' }).pid); setInterval(() => {}, 1000)`,
      { limits: { timeoutMs: 2000 } },
    )
    await expect(renderer.render(requestOf())).rejects.toMatchObject({
      code: 'RENDER_LIMIT',
      retryable: true,
      message: expect.stringContaining('failed timeout after 2000 ms'),
    })
    const pid = (await notes()).at(-1) as number
    await expect.poll(() => isAlive(pid)).toBe(false)
  })

  it('that leaves something running does not keep it', async () => {
    const renderer = await tool(
      `const { spawn } = require('node:child_process'); note(spawn(process.execPath, ['-e', 'setInterval(() => {}, 1000)'], { stdio: 'inherit' }).pid); setTimeout(() => process.exit(0), 100)`,
    )
    await renderer.render(requestOf())
    const pid = (await notes()).at(-1) as number
    await expect.poll(() => isAlive(pid)).toBe(false)
  })

  it('is ended by the signal', async () => {
    const stopping = new AbortController()
    const renderer = await tool(`note(process.pid); setInterval(() => {}, 1000)`)
    const rendering = renderer.render(requestOf({ request: { signal: stopping.signal } })).catch((error: unknown) => error)
    await expect.poll(async () => (await notes()).length, { timeout: 10_000 }).toBe(2)
    stopping.abort()
    expect(await rendering).toMatchObject({ code: 'CANCELLED' })
    const pid = (await notes()).at(-1) as number
    await expect.poll(() => isAlive(pid)).toBe(false)
    await expect(renderer.render(requestOf({ request: { signal: stopping.signal } }))).rejects.toMatchObject({ code: 'CANCELLED' })
  })

  it.each([
    ['', true],
    ['process.exitCode = 1', false],
    [`fs.mkdirSync(process.env.TMPDIR, { recursive: true }); fs.writeFileSync(process.env.TMPDIR + '/left', 'x')`, true],
  ])('that does %j leaves no folder behind', async (body, isFine) => {
    const result = await (await tool(`note(process.cwd()); ${body}`)).render(requestOf()).then(
      () => true,
      () => false,
    )
    expect(result).toBe(isFine)
    const place = (await notes()).at(-1) as string
    expect(existsSync(place.slice(0, -'/source/app'.length))).toBe(false)
  })
})

describe('the options', () => {
  it.each([
    [{ path: 'helm', version: '3.12.3' }, 'expected the absolute path of the program, found "helm"'],
    [{ path: '/bin/helm', version: '3.12' }, 'expected an exact version such as 3.12.3, found "3.12"'],
  ])('%j are refused', (options, message) => {
    expect(() => helmTool(options)).toThrow(message)
  })

  it.each([
    ['all', undefined, true],
    ['all', 'tool', true],
    ['all', 'in-process', false],
    ['annotated', undefined, false],
    ['annotated', 'tool', true],
    ['annotated', 'in-process', false],
  ] as const)('select %s: an application that asks for %s is taken: %s', async (select, renderer, isTaken) => {
    const { application, ...rest } = requestOf()
    const request = { ...rest, application: { ...application, ...(renderer === undefined ? {} : { renderer }) } }
    expect(await helmTool({ path: '/bin/helm', version: '3.12.3', select }).matches(request)).toBe(isTaken)
    expect(await kustomizeTool({ path: '/bin/kustomize', version: '5.7.1', select }).matches(request)).toBe(false)
  })
})

describe('an application', () => {
  const applicationOf = (annotations: Readonly<Record<string, string>>, more: readonly ApplicationSource[] = []): Application => ({
    apiVersion: 'argoproj.io/v1alpha1',
    kind: 'Application',
    metadata: { name: 'shop', namespace: 'argocd', annotations },
    spec: { project: 'default', destination: { namespace: 'store' }, sources: [{ repoURL: 'r', path: 'app' }, ...more] },
  })
  const engineOf = (renderers: readonly Renderer[]): ApplicationRenderer => {
    const tree = createMemoryTree({ ...chart, 'plain/a.yaml': 'apiVersion: v1\nkind: ConfigMap\nmetadata: {name: plain}\n' })
    const source: SourceProvider = { name: 'memory', supports: () => true, resolve: async () => 'r1', open: async () => tree }
    return createApplicationRenderer({ sources: [source], renderers })
  }

  it('gets the kind of renderer that its annotation asks for, also when only the annotation changes', async () => {
    const renderer = engineOf([await tool('', { select: 'annotated' }), helm(), directory()])
    const renderedBy = async (annotations: Readonly<Record<string, string>>): Promise<unknown> =>
      (await renderer.render({ application: applicationOf(annotations, [{ repoURL: 'r', path: 'plain' }]) })).map((source) => source.renderedBy)
    const own = { name: 'helm', version: '3.16.4', kind: 'in-process' }
    expect(await renderedBy({})).toEqual([own, undefined])
    expect(await renderedBy({ [rendererAnnotation]: 'tool' })).toEqual([{ name: 'helm', version: '3.12.3', kind: 'tool' }, undefined])
    expect(await renderedBy({ [rendererAnnotation]: 'in-process' })).toEqual([own, undefined])
  })

  it.each([
    ['tool', 'annotation plumbline.dev/renderer: tool is asked for, but no renderer that runs a program takes this source'],
    ['helm', 'annotation plumbline.dev/renderer: expected tool or in-process, found "helm"'],
  ])('that asks for %s, which there is not, is not rendered', async (asked, message) => {
    await expect(engineOf([helm()]).render({ application: applicationOf({ [rendererAnnotation]: asked }) })).rejects.toThrow(message)
  })
})

describe('the files', () => {
  const listing = `const walk = (at) => fs.readdirSync(at, { withFileTypes: true }).flatMap((e) => e.isDirectory() ? walk(at + '/' + e.name) : [(e.isSymbolicLink() ? 'link ' : '') + at.slice(2) + '/' + e.name]); process.chdir('../../source'); note(walk('.').sort())`
  /** A tree with links, as Git has them. */
  const linked = (links: Readonly<Record<string, string>>, files: Readonly<Record<string, string>> = chart): SourceTree => {
    const tree = createMemoryTree(files)
    const follow = (path: string): string => {
      const link = Object.keys(links).find((name) => path === name || path.startsWith(`${name}/`))
      return link === undefined ? path : follow(`${links[link] ?? ''}${path.slice(link.length)}`)
    }
    return {
      ...tree,
      read: (path) => tree.read(follow(path)),
      entry: (path) => tree.entry(follow(path)),
      async list(path) {
        const place = follow(path)
        const entries = (await tree.list(place)) ?? []
        const inside = Object.keys(links).filter((name) => name.slice(0, Math.max(name.lastIndexOf('/'), 0)) === place)
        return [
          ...entries,
          ...inside.map((name) => ({ name: name.slice(name.lastIndexOf('/') + 1), kind: 'symlink' as const, id: `link:${links[name] ?? ''}` })),
        ]
      },
    }
  }

  it('of a chart are its own, and those that the application names', async () => {
    await (await tool(listing)).render(requestOf({ source: { helm: { valueFiles: ['/shared/more.yaml'] } } }))
    expect((await notes()).at(-1)).toEqual([
      ...['/app/Chart.yaml', '/app/crds/crd.yaml', '/app/extra.yaml', '/app/templates/a.yaml', '/app/templates/tests/t.yaml', '/app/values.yaml'].map((path) =>
        path.slice(1),
      ),
      'shared/more.yaml',
    ])
  })

  it('hold what links lead to, and no links', async () => {
    const tree = linked({ 'app/templates/more.yaml': 'shared/more.yaml', 'app/loop': 'app', 'app/gone': 'nowhere' })
    await (await tool(listing)).render(requestOf({ tree }))
    const found = (await notes()).at(-1) as string[]
    expect(found).toContain('app/templates/more.yaml')
    expect(found.filter((path) => /loop|gone|link/.test(path))).toEqual([])
  })

  it('of a tree with names that lead elsewhere stay inside', async () => {
    const tree = createMemoryTree(chart)
    const hostile: SourceTree = {
      ...tree,
      list: async (path) => [...((await tree.list(path)) ?? []), { name: '..', kind: 'directory', id: 'x' }, { name: '../../evil', kind: 'file', id: 'y' }],
    }
    await (await tool(listing)).render(requestOf({ tree: hostile }))
    expect((await notes()).at(-1)).toHaveLength(6)
  })

  it.each([
    [{ maxFiles: 3 }, 'more than 3 files (limit maxFiles)'],
    [{ maxBytes: 100 }, 'more than 100 bytes (limit maxBytes)'],
  ])('are bounded by %j', async (limits, message) => {
    await expect((await tool('', { limits })).render(requestOf())).rejects.toMatchObject({ code: 'RENDER_LIMIT', message: expect.stringContaining(message) })
  })

  it('of an overlay are the whole tree, with the settings of the application in the kustomization', async () => {
    const tree = createMemoryTree({
      'app/kustomization.yml': 'resources: [../base]\nimageTags: [{name: web, newTag: "1"}]\nfieldOfTheFuture: {a: 1}\ncommonLabels: {a: b}\n',
      'base/kustomization.yaml': 'resources: []\n',
    })
    const path = await programOf(`note(fs.readFileSync('app/kustomization.yml', 'utf8')); note(fs.readdirSync('.')); note(args.slice(2))`, 'v5.7.1')
    const renderer = kustomizeTool({ version: '5.7.1', path, buildOptions: ['--enable-helm'] })
    const settings = {
      namePrefix: 'p-',
      images: ['web=registry/web:2', 'db:$ARGOCD_APP_NAME'],
      replicas: [{ name: 'web', count: 3 }],
      components: ['../gone'],
      ignoreMissingComponents: true,
    }
    await renderer.render(requestOf({ tree, source: { kustomize: settings }, request: { cluster: { kubeVersion: 'v1.34.4', apiVersions: ['v1'] } } }))
    const [, text, names, options] = (await notes()) as [unknown, string, string[], string[]]
    expect(JSON.parse(text)).toEqual({
      resources: ['../base'],
      fieldOfTheFuture: { a: 1 },
      commonLabels: { a: 'b' },
      namePrefix: 'p-',
      images: [
        { name: 'db', newTag: 'shop' },
        { name: 'web', newName: 'registry/web', newTag: '2' },
      ],
      replicas: [{ name: 'web', count: 3 }],
    })
    expect(names).toEqual(['app', 'base'])
    expect(options).toEqual(['--enable-helm', '--helm-kube-version', '1.34.4', '--helm-api-versions', 'v1'])
  })

  it('of an overlay are left alone when the application says nothing', async () => {
    const path = await programOf(`note(fs.readFileSync('app/kustomization.yaml', 'utf8'))`, 'v5.7.1')
    const text = '# kept\nresources: []\n'
    await kustomizeTool({ version: '5.7.1', path }).render(requestOf({ tree: createMemoryTree({ 'app/kustomization.yaml': text }) }))
    expect((await notes()).at(-1)).toBe(text)
  })

  it('settings that Kustomize would refuse are refused', async () => {
    const path = await programOf('', 'v5.7.1')
    const tree = createMemoryTree({ 'app/kustomization.yaml': 'commonLabels: {a: b}\n' })
    await expect(kustomizeTool({ version: '5.7.1', path }).render(requestOf({ tree, source: { kustomize: { commonLabels: { a: 'c' } } } }))).rejects.toThrow(
      'label a already in kustomization file',
    )
  })
})

describe('the output', () => {
  const printed = (text: string): Promise<Renderer> => tool(`process.stdout.write(${JSON.stringify(text)})`)

  it('becomes manifests with the files they come from', async () => {
    const result = await (
      await printed(
        '---\n# Source: app/crds/x.yaml\n# two\napiVersion: v1\nkind: A\n---\napiVersion: v1\nkind: B\n---\n# Source: app/charts/sub/templates/y.yaml\napiVersion: v1\nkind: List\nitems: [{apiVersion: v1, kind: C}, {apiVersion: v1, kind: D}]\n---\n# Source: app/templates/z.yaml\n# nothing\n',
      )
    ).render(requestOf())
    expect(result.manifests.map(({ object, origin }) => `${object.kind} ${origin?.path ?? ''}:${origin?.line ?? 0}`)).toEqual([
      'A app/crds/x.yaml:2',
      'B app/crds/x.yaml:5',
      'C app/charts/sub/templates/y.yaml:1',
      'D app/charts/sub/templates/y.yaml:1',
    ])
    expect(result.renderedBy).toEqual({ name: 'helm', version: '3.12.3', kind: 'tool' })
  })

  it.each([
    ['a: 1', "app/templates/x.yaml:1: Object 'Kind' is missing"],
    ['apiVersion: v1\nkind: [', 'Failed to unmarshal what was printed for app/templates/x.yaml: '],
  ])('%j is an error', async (text, message) => {
    await expect((await printed(`---\n# Source: app/templates/x.yaml\n${text}\n`)).render(requestOf())).rejects.toThrow(message)
  })
})
