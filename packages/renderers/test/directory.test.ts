import { createMemoryTree, RenderError } from '@plumbline/core'
import type { ApplicationSource, RenderResult } from '@plumbline/core'
import { directory, parseManifests } from '@plumbline/renderers'
import { describe, expect, it } from 'vitest'

const object = (name: string): string => `apiVersion: v1\nkind: ConfigMap\nmetadata: {name: ${name}}\n`

async function render(files: Readonly<Record<string, string>>, settings?: ApplicationSource['directory'], path = 'app'): Promise<RenderResult> {
  return directory().render({
    tree: createMemoryTree(files, 'r1'),
    path,
    source: { repoURL: 'mem://a', path, ...(settings === undefined ? {} : { directory: settings }) },
    application: { name: 'a', namespace: 'argocd', project: 'default', destinationNamespace: 'default' },
  })
}
const namesOf = ({ manifests }: RenderResult): string[] => manifests.map(({ object: { metadata } }) => metadata.name ?? '')

describe('a directory', () => {
  const files = {
    'app/b.yaml': object('b'),
    'app/a.yml': object('a'),
    'app/c.json': '{"apiVersion":"v1","kind":"ConfigMap","metadata":{"name":"c"}}',
    'app/sub/d.yaml': object('d'),
    'app/notes.txt': 'x',
    'other/e.yaml': object('e'),
  }

  it('gives the objects of its files', async () => {
    expect(namesOf(await render(files)).toSorted()).toEqual(['a', 'b', 'c'])
  })

  it('recurses where asked', async () => {
    expect(namesOf(await render(files, { recurse: true })).toSorted()).toEqual(['a', 'b', 'c', 'd'])
  })

  it('includes and excludes by pattern', async () => {
    expect(namesOf(await render(files, { recurse: true, include: '*.yaml' }))).toEqual(expect.arrayContaining(['b']))
    expect(namesOf(await render(files, { recurse: true, include: '{a.yml,sub/*}' })).toSorted()).toEqual(['a', 'd'])
    expect(namesOf(await render(files, { recurse: true, exclude: 'sub/*' })).toSorted()).toEqual(['a', 'b', 'c'])
  })

  it('says where each object came from', async () => {
    const { manifests } = await render({ 'app/two.yaml': `${object('x')}---\n# between\n${object('y')}` })
    expect(manifests.map(({ origin }) => [origin?.path, origin?.line])).toEqual([
      ['app/two.yaml', 1],
      ['app/two.yaml', 6],
    ])
  })
})

describe('files', () => {
  it('of Lists give their items', async () => {
    const list = `apiVersion: v1\nkind: List\nitems:\n- ${object('a').trimEnd().replaceAll('\n', '\n  ')}\n- ${object('b').trimEnd().replaceAll('\n', '\n  ')}\n`
    expect(namesOf(await render({ 'app/list.yaml': list }))).toEqual(['a', 'b'])
  })

  it('that are no Kubernetes objects are passed over', async () => {
    expect(namesOf(await render({ 'app/values.yaml': 'replicas: 3\n', 'app/empty.yaml': '# nothing\n', 'app/a.yaml': object('a') }))).toEqual(['a'])
  })

  it('that are broken are named, with the line', async () => {
    const failure = await render({ 'app/a.yaml': 'apiVersion: v1\nkind: ConfigMap\nmetadata: {name: [\n' }).catch((error: unknown) => error)
    expect(failure).toBeInstanceOf(RenderError)
    expect((failure as Error).message).toMatch(/app\/a\.yaml:\d+:\d+/)
  })

  it('are bounded', () => {
    expect(() =>
      parseManifests('large.yaml', new TextEncoder().encode(`apiVersion: v1\nkind: ConfigMap\nmetadata: {name: a}\na: ${'x'.repeat(100 * 2 ** 20)}\n`)),
    ).toThrow(/large\.yaml.*limit/s)
  })

  it('of hostile names stay data', async () => {
    const { manifests } = await render({ 'app/a.yaml': 'apiVersion: v1\nkind: ConfigMap\nmetadata: {name: a}\ndata: {__proto__: x, constructor: y}\n' })
    expect(JSON.stringify(manifests[0]?.object)).toContain('"__proto__":"x"')
    expect(({} as Record<string, unknown>)['x']).toBeUndefined()
  })
})

describe('Jsonnet', () => {
  const map = (name: string, data = '{}'): string => `{ apiVersion: 'v1', kind: 'ConfigMap', metadata: { name: ${name} }, data: ${data} }`
  const dataOf = ({ manifests }: RenderResult): unknown[] => manifests.map(({ object }) => object['data'])
  const failureOf = async (files: Readonly<Record<string, string>>, settings?: ApplicationSource['directory']): Promise<RenderError> =>
    render(files, settings).then(
      () => new RenderError('RENDER_FAILED', 'no failure'),
      (error: unknown) => error as RenderError,
    )

  it('makes an object, an array of objects, or a list', async () => {
    const files = {
      'app/a.jsonnet': map(`'a'`),
      'app/b.jsonnet': `[${map(`'b'`)}, null, ${map(`'c'`)}]`,
      'app/c.jsonnet': `{ apiVersion: 'v1', kind: 'List', items: [${map(`'d'`)}] }`,
      'app/d.jsonnet': 'null',
      'app/e.yaml': object('e'),
      'app/lib.libsonnet': 'error "not a program"',
    }
    const result = await render(files)
    expect(namesOf(result)).toEqual(['a', 'b', 'c', 'd', 'e'])
    expect(result.manifests[1]?.origin).toEqual({ path: 'app/b.jsonnet', line: 1 })
  })

  it('has external variables and top-level arguments, texts or code, with the build environment in them', async () => {
    const program = `function(size, app) ${map(`app`, `{ size: '' + size, colour: std.extVar('colour'), n: '' + std.extVar('n') }`)}`
    const settings = {
      jsonnet: {
        extVars: [
          { name: 'colour', value: 'blue of ${ARGOCD_APP_NAME}' },
          { name: 'n', value: '2 + 3', code: true },
        ],
        tlas: [
          { name: 'size', value: '[1, 2]', code: true },
          { name: 'app', value: '$ARGOCD_APP_NAME-$$x' },
        ],
      },
    }
    const result = await render({ 'app/a.jsonnet': program }, settings)
    expect(namesOf(result)).toEqual(['a-$x'])
    expect(dataOf(result)).toEqual([{ size: '[1, 2]', colour: 'blue of a', n: '5' }])
  })

  it('imports from beside the file, then from the libraries, the last first, then from the folder of the application', async () => {
    const files = {
      'app/sub/main.jsonnet': map(
        `'a'`,
        `{ near: import 'near.libsonnet', lib: import 'lib.libsonnet', only: import 'only.libsonnet', app: import 'app.libsonnet', up: importstr '../../top.txt' }`,
      ),
      'app/sub/near.libsonnet': `'beside'`,
      'vendor/near.libsonnet': `'vendor'`,
      'app/lib.libsonnet': `'app'`,
      'lib/lib.libsonnet': `'lib'`,
      'vendor/lib.libsonnet': `import 'inner/x.libsonnet'`,
      'vendor/inner/x.libsonnet': `'vendor ' + import '../y.libsonnet'`,
      'vendor/y.libsonnet': `std.thisFile`,
      'lib/only.libsonnet': `'lib'`,
      'app/app.libsonnet': `'app'`,
      'top.txt': 'top',
    }
    const result = await render(files, { recurse: true, jsonnet: { libs: ['lib', '/vendor/'] } })
    expect(dataOf(result)).toEqual([{ near: 'beside', lib: 'vendor vendor/y.libsonnet', only: 'lib', app: 'app', up: 'top' }])
  })

  it('reads through the tree, what is missing too', async () => {
    const reads: string[] = []
    const tree = createMemoryTree({ 'app/a.jsonnet': map(`import 'n.libsonnet'`), 'lib/n.libsonnet': `'x'` }, 'r1')
    await directory().render({
      tree: { ...tree, read: (path) => (reads.push(path), tree.read(path)) },
      path: 'app',
      source: { repoURL: 'mem://a', path: 'app', directory: { jsonnet: { libs: ['lib'] } } },
      application: { name: 'a', namespace: 'argocd', project: 'default', destinationNamespace: 'default' },
    })
    expect(reads).toEqual(['app/a.jsonnet', 'app/n.libsonnet', 'lib/n.libsonnet'])
  })

  it('stays in the repository', async () => {
    expect((await failureOf({ 'app/a.jsonnet': `import '../../../etc/passwd'` })).message).toContain(
      `failed to evaluate jsonnet "a.jsonnet": RUNTIME ERROR: couldn't open import "../../../etc/passwd": it is outside of the repository`,
    )
    expect((await failureOf({ 'app/a.jsonnet': `importstr '/etc/passwd'` })).message).toContain('it is outside of the repository')
    expect((await failureOf({ 'app/a.jsonnet': '1' }, { jsonnet: { libs: ['../other'] } })).message).toBe(
      'spec.source.directory.jsonnet.libs: "../other" is outside of the repository',
    )
  })

  it('names the file and the place where it fails', async () => {
    const failure = await failureOf({ 'app/a.jsonnet': `{\n  a: error 'name required',\n}` })
    expect(failure).toMatchObject({ code: 'RENDER_FAILED', subject: 'app/a.jsonnet' })
    expect(failure.message).toMatch(/^failed to evaluate jsonnet "a\.jsonnet": RUNTIME ERROR: name required\n\tapp\/a\.jsonnet:2:6-27\tobject <anonymous>\n/)
    expect((await failureOf({ 'app/a.jsonnet': `{ a: b }` })).message).toMatch(
      /^failed to evaluate jsonnet "a\.jsonnet": app\/a\.jsonnet:1:6-7 Unknown variable: b/,
    )
    expect((await failureOf({ 'app/a.jsonnet': `import 'nope'` })).message).toContain(
      `couldn't open import "nope": no match locally or in the Jsonnet library paths`,
    )
  })

  it('refuses what is no Kubernetes object, without printing it', async () => {
    expect((await failureOf({ 'app/a.jsonnet': `{ password: 'hunter2' }` })).message).toBe(
      `Failed to unmarshal generated json "a.jsonnet": Object 'Kind' is missing`,
    )
    expect((await failureOf({ 'app/a.jsonnet': `[${map(`'a'`)}, { kind: 'X' }]` })).message).toBe(
      `Failed to unmarshal generated json "a.jsonnet": Object 'apiVersion' is missing in element 1`,
    )
    expect((await failureOf({ 'app/a.jsonnet': `'text'` })).message).toContain('what was made is no object')
  })

  it('is bounded', async () => {
    const request = {
      tree: createMemoryTree({ 'app/a.jsonnet': 'local f(x) = f(x) tailstrict; f(1) tailstrict' }, 'r1'),
      path: 'app',
      source: { repoURL: 'mem://a', path: 'app' },
      application: { name: 'a', namespace: 'argocd', project: 'default', destinationNamespace: 'default' },
    }
    await expect(directory({ limits: { jsonnet: { maxSteps: 10_000 } } }).render(request)).rejects.toMatchObject({
      code: 'RENDER_LIMIT',
      message: 'failed to evaluate jsonnet "a.jsonnet": the program takes more than 10000 steps',
    })
  })

  it('is passed over with the marker, and excluded by pattern', async () => {
    expect(namesOf(await render({ 'app/a.jsonnet': '# +argocd:skip-file-rendering\nerror 1', 'app/b.yaml': object('b') }))).toEqual(['b'])
    expect(namesOf(await render({ 'app/a.jsonnet': 'error 1', 'app/b.yaml': object('b') }, { exclude: '*.jsonnet' }))).toEqual(['b'])
  })
})
