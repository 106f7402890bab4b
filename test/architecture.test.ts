// Holds the walls of the house: who may import whom, and which packages stay free of the host.
import { readdirSync, readFileSync } from 'node:fs'
import { dirname, join, relative, resolve } from 'node:path'
import { fileURLToPath } from 'node:url'
import { describe, expect, it } from 'vitest'

const root = dirname(dirname(fileURLToPath(import.meta.url)))
const allowed: Record<string, readonly string[]> = {
  yaml: [],
  schema: [],
  gotemplate: [],
  lua: [],
  cel: [],
  jq: [],
  jsonnet: [],
  core: ['yaml', 'schema', 'jq'],
  sources: ['core', 'gotemplate', 'yaml'],
  renderers: ['core', 'gotemplate', 'jsonnet', 'yaml', 'schema'],
  k8s: ['core', 'yaml', 'schema'],
  testkit: ['core', 'schema', 'yaml'],
  cli: ['core', 'lua', 'schema', 'yaml', 'sources', 'renderers', 'k8s', 'testkit'],
}
const pure = ['yaml', 'schema', 'gotemplate', 'lua', 'cel', 'jq', 'jsonnet', 'core']
const importPattern = /^\s*(?:import|export)\b[^'"]*?from\s+['"]([^'"]+)['"]|\bimport\(\s*['"]([^'"]+)['"]\s*\)|^\s*import\s+['"]([^'"]+)['"]/gm

function sourcesOfPackage(name: string): { path: string; text: string; imports: string[] }[] {
  const folder = join(root, 'packages', name, 'src')
  return readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile() && entry.name.endsWith('.ts'))
    .map((entry) => {
      const path = join(entry.parentPath, entry.name)
      const text = readFileSync(path, 'utf8')
      return { path, text, imports: [...text.matchAll(importPattern)].map((match) => match[1] ?? match[2] ?? match[3] ?? '') }
    })
}

it('the main entry of renderers runs in a browser: programs are behind a subpath', () => {
  const files = new Map(sourcesOfPackage('renderers').map((file) => [file.path, file]))
  const reached = new Set<string>()
  const visit = (path: string): void => {
    if (reached.has(path)) return
    reached.add(path)
    for (const next of files.get(path)?.imports ?? []) if (next.startsWith('.')) visit(resolve(dirname(path), next))
  }
  visit(join(root, 'packages', 'renderers', 'src', 'index.ts'))
  const code = (path: string): string => (files.get(path)?.text ?? '').replaceAll(/^import type .*$/gm, '')
  expect([...reached].filter((path) => /\bfrom ['"]node:|\bimport\(['"]node:|^import ['"]node:/m.test(code(path))).map((path) => relative(root, path))).toEqual(
    [],
  )
})

describe.each(Object.entries(allowed))('package %s', (name, mayImport) => {
  const files = sourcesOfPackage(name)

  it('imports only the packages below it', () => {
    const wrong = files.flatMap((file) =>
      file.imports
        .filter((specifier) => specifier.startsWith('@plumbline/'))
        .filter((specifier) => !mayImport.includes(specifier.split('/')[1] ?? ''))
        .map((specifier) => `${relative(root, file.path)}: ${specifier}`),
    )
    expect(wrong).toEqual([])
  })

  it('declares what it imports', () => {
    const manifest = JSON.parse(readFileSync(join(root, 'packages', name, 'package.json'), 'utf8')) as Record<string, Record<string, string> | undefined>
    const declared = new Set([...Object.keys(manifest['dependencies'] ?? {}), ...Object.keys(manifest['peerDependencies'] ?? {})])
    const packageOf = (specifier: string): string =>
      specifier
        .split('/')
        .slice(0, specifier.startsWith('@') ? 2 : 1)
        .join('/')
    const wrong = files.flatMap((file) =>
      file.imports
        .filter((specifier) => !specifier.startsWith('.') && !specifier.startsWith('node:') && specifier !== '')
        // The conformance suites are for users who bring their own vitest.
        .filter((specifier) => packageOf(specifier) !== 'vitest' || !/[/\\]conformance[/\\]/.test(file.path))
        .filter((specifier) => !declared.has(packageOf(specifier)))
        .map((specifier) => `${relative(root, file.path)}: ${specifier}`),
    )
    expect(wrong).toEqual([])
  })

  if (pure.includes(name))
    it('knows nothing of the host', () => {
      const banned = /\bfrom ['"]node:|\bprocess\.|\bconsole\.|\bsetTimeout\(|\bnew Date\(\)|\bDate\.now\(|\bMath\.random\(/
      // Comments may speak of these things.
      const code = (text: string): string => text.replaceAll(/\/\*[\s\S]*?\*\/|\/\/.*$/gm, '')
      expect(files.filter((file) => banned.test(code(file.text))).map((file) => relative(root, file.path))).toEqual([])
    })

  it('has no import cycles', () => {
    const graph = new Map(
      files.map((file) => [
        file.path,
        file.imports.filter((specifier) => specifier.startsWith('.')).map((specifier) => resolve(dirname(file.path), specifier)),
      ]),
    )
    const done = new Set<string>()
    const cycles: string[] = []
    const visit = (path: string, trail: readonly string[]): void => {
      if (trail.includes(path)) {
        cycles.push([...trail.slice(trail.indexOf(path)), path].map((step) => relative(root, step)).join(' → '))
        return
      }
      if (done.has(path)) return
      for (const next of graph.get(path) ?? []) visit(next, [...trail, path])
      done.add(path)
    }
    for (const path of graph.keys()) visit(path, [])
    expect(cycles).toEqual([])
  })
})
