// A work tree in place of a repository: what would come of files that are not committed yet.
import { existsSync } from 'node:fs'
import { dirname, relative, resolve, sep } from 'node:path'
import type { SourceProvider } from '@plumbline/core'
import { localTree } from '@plumbline/sources'

/** Serves every source with a path from one folder; charts of other repositories are left to others. */
export function localSource(root: string): SourceProvider {
  return {
    name: 'local',
    supports: (source) => source.chart === undefined || source.chart === '',
    resolve: () => Promise.resolve('local'),
    open: () => Promise.resolve(localTree(root)),
  }
}

/** The repository that a folder is part of, and where in it: overlays reach for what is beside them. */
export function repositoryOf(folder: string): { readonly root: string; readonly path: string } {
  const start = resolve(folder)
  for (let at = start; ; at = dirname(at)) {
    if (existsSync(resolve(at, '.git'))) return { root: at, path: relative(at, start).split(sep).join('/') || '.' }
    if (dirname(at) === at) return { root: start, path: '.' }
  }
}
