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
