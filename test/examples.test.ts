// The examples run, and say what their readers are told they say.
import { execFile, execFileSync } from 'node:child_process'
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import { expect, it } from 'vitest'

const root = fileURLToPath(new URL('..', import.meta.url))
const run = async (example: string, args: readonly string[] = [], env: Record<string, string> = {}): Promise<string> =>
  (
    await promisify(execFile)(process.execPath, ['--import', 'tsx', join(root, 'examples', example, 'main.ts'), ...args], {
      cwd: root,
      timeout: 60_000,
      env: { ...process.env, ...env },
    })
  ).stdout

it('minimal-engine', async () => {
  expect(await run('minimal-engine')).toContain('argocd/shop: Synced, Healthy')
})

it('pull-request-preview and policy-over-plans', async () => {
  const dir = await mkdtemp(join(tmpdir(), 'plumbline-example-'))
  const git = (...args: string[]): void =>
    void execFileSync('git', ['-c', 'user.name=t', '-c', 'user.email=t@example.com', ...args], { cwd: dir, stdio: 'ignore' })
  const file = join(dir, 'app.yaml')
  await writeFile(
    file,
    `apiVersion: argoproj.io/v1alpha1\nkind: Application\nmetadata: {name: shop, namespace: argocd}\nspec:\n  project: default\n  source: {repoURL: "https://git.example.com/shop.git", path: shop}\n  destination: {namespace: shop}\n`,
  )
  await mkdir(join(dir, 'shop'))
  const claim =
    'apiVersion: v1\nkind: PersistentVolumeClaim\nmetadata: {name: data}\nspec: {accessModes: [ReadWriteOnce], resources: {requests: {storage: 1Gi}}}\n'
  await writeFile(join(dir, 'shop', 'data.yaml'), claim)
  git('init', '-b', 'main')
  git('add', '-A')
  git('commit', '-m', 'one')
  await writeFile(join(dir, 'shop', 'data.yaml'), 'apiVersion: v1\nkind: ConfigMap\nmetadata: {name: data}\n')
  git('commit', '-am', 'two')

  const comments: string[] = []
  const forge = createServer((request, response) => {
    request.on('data', (chunk: Buffer) => comments.push(chunk.toString()))
    request.on('end', () => response.writeHead(201).end('{}'))
  })
  await new Promise<void>((resolve) => forge.listen(0, '127.0.0.1', () => resolve()))
  const env = { CLONE: dir, BASE: 'HEAD~1', HEAD: 'HEAD', COMMENTS_URL: `http://127.0.0.1:${(forge.address() as AddressInfo).port}/comments`, TOKEN: 't' }
  await run('pull-request-preview', [file], env)
  forge.close()
  expect((JSON.parse(comments.join('')) as { body: string }).body).toContain('### shop: 1 to create, 1 to delete')
  await expect(run('policy-over-plans', [file, dir, 'HEAD~1', 'HEAD'])).rejects.toThrow('PersistentVolumeClaim/shop/data would be deleted')
  await rm(dir, { recursive: true })
})

it('bespoke-controller', async () => {
  const out = await run('bespoke-controller')
  expect(out).toContain('delete ConfigMap/default/b')
  expect(out).toContain('in the cluster: a\n')
})
