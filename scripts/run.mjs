// The two commands of the README: `demo` and `check`. Both install and build first, then do their work; needs only Node, npm and git.
import { spawnSync } from 'node:child_process'
import { existsSync, readFileSync, statSync, writeFileSync, mkdirSync } from 'node:fs'
import { createHash } from 'node:crypto'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'

const root = dirname(dirname(fileURLToPath(import.meta.url)))
const { packageManager } = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8'))
const isWindows = process.platform === 'win32'

function run(title, command, args, options = {}) {
  if (title !== undefined) console.log(`\n— ${title}`)
  const { status, error } = spawnSync(command, args, { cwd: root, stdio: 'inherit', shell: isWindows, ...options })
  if (error !== undefined) {
    console.error(`${command} could not be started: ${error.message}`)
    process.exit(1)
  }
  if (status !== 0 && options.isAllowedToFail !== true) process.exit(status ?? 1)
  return status ?? 1
}

const bin = (name) => join(root, 'node_modules', '.bin', isWindows ? `${name}.cmd` : name)

/** Install only when the lock file is not the one that was installed last. */
function install() {
  const stamp = join(root, 'node_modules', '.plumbline-installed')
  const hash = createHash('sha256')
    .update(readFileSync(join(root, 'pnpm-lock.yaml')))
    .digest('hex')
  if (existsSync(stamp) && readFileSync(stamp, 'utf8') === hash) return
  run(`install (${packageManager})`, 'npm', ['exec', '--yes', `--package=${packageManager}`, '--', 'pnpm', 'install', '--frozen-lockfile'])
  mkdirSync(dirname(stamp), { recursive: true })
  writeFileSync(stamp, hash)
}

function build() {
  run('build', process.execPath, [join(root, 'scripts', 'clean.mjs'), '--stale'])
  run(undefined, bin('tsc'), ['-b'])
}

function check() {
  run('types of tests, examples and benches', bin('tsc'), ['-p', 'tsconfig.tests.json'])
  run('lint', bin('oxlint'), ['--type-aware', '--deny-warnings'])
  run('format', bin('oxfmt'), ['--check'])
  const report = join(root, 'node_modules', '.plumbline-tests.json')
  const status = run('tests', bin('vitest'), ['run', '--reporter=default', '--reporter=json', `--outputFile.json=${report}`], { isAllowedToFail: true })
  if (existsSync(report) && statSync(report).size > 0) {
    const { numPassedTests, numFailedTests, numPendingTests } = JSON.parse(readFileSync(report, 'utf8'))
    console.log(`${numPassedTests} passed, ${numFailedTests} failed${numPendingTests > 0 ? `, ${numPendingTests} skipped` : ''}`)
  }
  process.exit(status)
}

const [job, ...args] = process.argv.slice(2)
install()
build()
if (job === 'demo')
  process.exit(run(undefined, process.execPath, [join(root, 'packages', 'cli', 'bin', 'plumbline.mjs'), 'demo', ...args], { isAllowedToFail: true }))
if (job === 'check') check()
console.error(`usage: node scripts/run.mjs demo|check`)
process.exit(2)
