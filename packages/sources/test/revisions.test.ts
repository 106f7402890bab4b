import { resolveRevision, memorySource } from '@plumbline/sources'
import { describe, expect, it } from 'vitest'

const id = (digit: string): string => digit.repeat(40)
const remote = {
  head: 'refs/heads/main',
  refs: [
    { name: 'HEAD', id: id('1') },
    { name: 'refs/heads/main', id: id('1') },
    { name: 'refs/heads/feature/x', id: id('2') },
    { name: 'refs/tags/v1.0.0', id: id('3'), peeled: id('4') },
    { name: 'refs/tags/v1.2.0', id: id('5') },
    { name: 'refs/tags/v2.0.0-rc.1', id: id('6') },
  ],
}

describe('revisions', () => {
  it.each([
    ['', id('1')],
    ['HEAD', id('1')],
    ['main', id('1')],
    ['feature/x', id('2')],
    ['refs/heads/feature/x', id('2')],
    ['v1.0.0', id('4')],
    ['v1.*', id('5')],
    ['^1.0.0', id('5')],
    ['>=1.0.0 <2.0.0', id('5')],
  ])('%j', (revision, commit) => {
    expect(resolveRevision(revision, remote)).toBe(commit)
  })

  it('of ranges are those of the highest version, of equal ones the first; short versions count, names win over none', () => {
    const tags = ['v4', '5.1', 'v1.2.3', 'v1.2.3+build5', 'v1.2.0', 'release-9.0.0', 'v6.0.0-rc.1']
    const refs = [...tags.map((tag, at) => ({ name: `refs/tags/${tag}`, id: id(String(at)) })), { name: 'refs/heads/5.x', id: id('9') }]
    const found = (revision: string): string | undefined => tags[Number(resolveRevision(revision, { refs })[0])]
    expect(['~1.2', '4.x', '>2.0.0', '>=6.0.0-0', '=1.2.3', '5.x'].map(found)).toEqual(['v1.2.3', 'v4', '5.1', 'v6.0.0-rc.1', 'v1.2.3', '5.1'])
  })

  it.each(['nowhere', '^3.0.0', 'v9.*'])('%s is nowhere', (revision) => {
    expect(() => resolveRevision(revision, remote)).toThrow(/unable to resolve/)
  })
})

describe('a source in memory', () => {
  it('moves on with every commit and keeps the old ones', async () => {
    const source = memorySource('mem://a', { 'a.txt': '1' })
    const first = await source.resolve({ repoURL: 'mem://a' })
    const second = source.commit({ 'a.txt': '2' })
    expect(await source.resolve({ repoURL: 'mem://a', targetRevision: 'main' })).toBe(second)
    expect(new TextDecoder().decode(await (await source.open({ repoURL: 'mem://a' }, first)).read('a.txt'))).toBe('1')
    await expect(source.open({ repoURL: 'mem://a' }, 'x')).rejects.toMatchObject({ code: 'SOURCE_REVISION' })
    expect(source.supports({ repoURL: 'mem://b' })).toBe(false)
  })
})
