// The embedded API server beside kube-apiserver with etcd, in one run and with the same load.
// The real pair is started by PLUMBLINE_KUBE (default ../shared/kube/kube.mjs) where PLUMBLINE_KUBE_ASSETS names its programs.
import { fork, spawn } from 'node:child_process'
import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join, resolve } from 'node:path'
import { fileURLToPath } from 'node:url'
import { measureApi } from './lib/api-load.mjs'
import { median } from './lib/measure.mjs'

export const name = 'cluster'
const here = dirname(fileURLToPath(import.meta.url))
const sizes = { objects: 10_000, requests: 3000, watchers: 100 }
const many = 50_000

function startOurs() {
  const child = fork(join(here, 'lib/cluster-server.mjs'), [], { execArgv: ['--expose-gc'] })
  const answer = () =>
    new Promise((done, fail) => {
      child.once('message', done)
      child.once('exit', () => fail(new Error('the server has ended')))
    })
  return { child, ready: answer(), memory: () => (child.send('memory'), answer().then(({ memory }) => memory)) }
}

/** @returns undefined where the real programs are not there */
async function startReal() {
  const script = resolve(process.env.PLUMBLINE_KUBE ?? '../shared/kube/kube.mjs')
  const assets = process.env.PLUMBLINE_KUBE_ASSETS ?? process.env.KUBEBUILDER_ASSETS
  if (assets === undefined || !existsSync(script)) return undefined
  const dir = mkdtempSync(join(tmpdir(), 'plumbline-bench-'))
  const start = performance.now()
  const child = spawn('node', [script, 'up', '--dir', dir], { stdio: ['ignore', 'pipe', 'inherit'], env: { ...process.env, PLUMBLINE_KUBE_ASSETS: assets } })
  const line = await new Promise((done, fail) => {
    let text = ''
    child.stdout.on('data', (chunk) => {
      text += chunk
      if (text.includes('\n')) done(text.slice(0, text.indexOf('\n')))
    })
    child.once('exit', () => fail(new Error('the real server has ended')))
  })
  const { url, token, ca } = JSON.parse(line)
  const stop = () =>
    new Promise((done) => {
      child.removeAllListeners('exit')
      child.once('exit', () => {
        rmSync(dir, { recursive: true, force: true })
        done()
      })
      child.kill('SIGTERM')
    })
  return { url, token, ca: readFileSync(ca), startMs: performance.now() - start, stop }
}

async function fill(target, count) {
  // A store of so many objects, by the same load.
  return measureApi(target, { objects: count, requests: 1, watchers: 1 })
}

export async function run() {
  const starts = []
  for (let round = 0; round < 5; round++) {
    const { child, ready } = startOurs()
    const { importMs, startMs } = await ready
    starts.push({ importMs, startMs })
    child.disconnect()
  }
  const ours = startOurs()
  const target = await ours.ready
  const before = await ours.memory()
  const mine = await measureApi(target, sizes)
  const after = await ours.memory()
  ours.child.disconnect()
  const big = startOurs()
  await fill(await big.ready, many)
  const full = await big.memory()
  big.child.disconnect()

  const real = await startReal()
  const theirs = real === undefined ? undefined : await measureApi(real, sizes)
  await real?.stop()
  if (real === undefined) console.log('without the real pair: set PLUMBLINE_KUBE_ASSETS to the folder with etcd and kube-apiserver')
  const startMs = median(starts.map((start) => start.startMs))
  const row = (title, key, unit, goal) => ({
    case: title,
    ours: mine[key],
    unit,
    ...(theirs === undefined ? {} : { peer: theirs[key], ratio: unit === 'ms' ? mine[key] / theirs[key] : theirs[key] / mine[key] }),
    goal,
  })
  const mb = (bytes) => bytes / 2 ** 20
  return [
    {
      case: 'ready after import',
      ours: startMs,
      unit: 'ms',
      ...(real === undefined ? {} : { peer: real.startMs, ratio: startMs / real.startMs }),
      goal: '< 300 ms, <= 0.05',
    },
    { case: 'import', ours: median(starts.map((start) => start.importMs)), unit: 'ms' },
    row('create', 'create', 'requests/s', '<= 1.0'),
    row('get', 'get', 'requests/s'),
    row('merge patch', 'patch', 'requests/s', '<= 1.0'),
    row('server-side apply', 'apply', 'requests/s', '<= 1.0'),
    row(`list ${sizes.objects}, parsed by the client`, 'list', 'ms', '<= 1.2'),
    row(`events to ${sizes.watchers} watchers`, 'events', 'events/s'),
    {
      case: 'memory per 1,000 ConfigMaps',
      ours: (mb(after.heapUsed + after.external) - mb(before.heapUsed + before.external)) / (sizes.objects / 1000),
      unit: 'MB',
    },
    { case: `resident with ${many} ConfigMaps`, ours: mb(full.rss), unit: 'MB', goal: '< 600' },
  ]
}
