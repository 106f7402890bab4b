// Removes what the compiler made: everything, or (`--stale`) only outputs whose source is gone.
import { existsSync, readdirSync, rmSync } from 'node:fs'
import { dirname, join, relative } from 'node:path'
import { fileURLToPath } from 'node:url'

const packages = join(dirname(dirname(fileURLToPath(import.meta.url))), 'packages')
const isStaleOnly = process.argv.includes('--stale')

for (const name of readdirSync(packages)) {
  const [dist, src] = [join(packages, name, 'dist'), join(packages, name, 'src')]
  if (!existsSync(dist)) continue
  if (!isStaleOnly) {
    rmSync(dist, { recursive: true })
    rmSync(join(packages, name, 'tsconfig.tsbuildinfo'), { force: true })
    continue
  }
  for (const entry of readdirSync(dist, { recursive: true, withFileTypes: true })) {
    if (!entry.isFile()) continue
    const path = join(entry.parentPath, entry.name)
    const source = join(src, relative(dist, path)).replace(/(\.d)?\.(ts|js)(\.map)?$/, '.ts')
    if (!existsSync(source) && !entry.name.endsWith('.tsbuildinfo')) rmSync(path)
  }
}
