// Documents say what is true: the list of errors is complete, and the snippets of READMEs run.
import { execFile } from 'node:child_process'
import { existsSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import { afterAll, describe, expect, it } from 'vitest'

const root = fileURLToPath(new URL('..', import.meta.url))
const read = (path: string): string => readFileSync(join(root, path), 'utf8')

describe('the list of errors', () => {
  const documented = [...read('docs/reference/errors.md').matchAll(/^\| `([A-Z_]+)` \|/gm)].map(([, code]) => code)

  it.each([
    ['packages/core/src/errors.ts', 'ErrorCode'],
    ['packages/yaml/src/errors.ts', 'YamlErrorCode'],
    ['packages/schema/src/errors.ts', 'SchemaErrorCode'],
  ])('has every code of %s', (file, type) => {
    const declaration = new RegExp(`export type ${type} =([^\\n]*(?:\\n {2}\\|[^\\n]*)*)`).exec(read(file))?.[1] ?? ''
    const codes = [...declaration.matchAll(/'([A-Z_]+)'/g)].map(([, code]) => code)
    expect(codes.length).toBeGreaterThan(3)
    for (const code of codes) expect(documented).toContain(code)
  })

  it('has no code that nobody has', () => {
    const declared = ['packages/core/src/errors.ts', 'packages/yaml/src/errors.ts', 'packages/schema/src/errors.ts'].map(read).join('\n')
    for (const code of documented) expect(declared).toContain(`'${code ?? ''}'`)
  })
})

describe('links', () => {
  it.each(['README.md', 'CONTRIBUTING.md', ...readdirSync(join(root, 'packages')).map((name) => `packages/${name}/README.md`)])(
    'of %s lead somewhere',
    (file) => {
      for (const [, target = ''] of read(file).matchAll(/\]\((?!https?:)([^)#]+)\)/g)) expect(existsSync(join(root, file, '..', target)), target).toBe(true)
    },
  )
})

describe('snippets', () => {
  // Beside the packages' links, so that they resolve as a user's would.
  const folder = join(root, 'node_modules', '.snippets')
  mkdirSync(folder, { recursive: true })
  afterAll(() => rmSync(folder, { recursive: true, force: true }))
  const files = ['README.md', ...readdirSync(join(root, 'packages')).map((name) => `packages/${name}/README.md`)]
  const snippets = files.flatMap((file) =>
    [...read(file).matchAll(/```ts\n([\s\S]*?)```/g)].map(([, code = ''], index) => [`${file} #${index + 1}`, code] as const),
  )
  const pathOf = (title: string): string => join(folder, `${title.replaceAll(/\W+/g, '-')}.mts`)
  for (const [title, code] of snippets) writeFileSync(pathOf(title), code)
  writeFileSync(join(folder, 'tsconfig.json'), JSON.stringify({ extends: '../../tsconfig.tests.json', include: ['*.mts'] }))

  it('have the right types', async () => {
    const tsc = join(root, 'node_modules', '.bin', 'tsc')
    await promisify(execFile)(tsc, ['-p', folder], { cwd: root, timeout: 60_000, shell: process.platform === 'win32' }).catch((error: unknown) => {
      throw new Error(String((error as { stdout?: string }).stdout))
    })
  })

  it.each(snippets)('of %s run', async (title) => {
    await promisify(execFile)(process.execPath, ['--import', 'tsx', pathOf(title)], { cwd: root, timeout: 60_000 })
  })
})
