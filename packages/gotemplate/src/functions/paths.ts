// Paths with slashes, as Go's `path` takes them apart.
import { fn } from '../functions.ts'
import type { FunctionMap } from '../functions.ts'

export function clean(path: string): string {
  if (path === '') return '.'
  const isRooted = path.startsWith('/')
  const parts: string[] = []
  for (const part of path.split('/')) {
    if (part === '' || part === '.') continue
    if (part !== '..') parts.push(part)
    else if (parts.length > 0 && parts.at(-1) !== '..') parts.pop()
    else if (!isRooted) parts.push('..')
  }
  const joined = parts.join('/')
  return isRooted ? `/${joined}` : joined === '' ? '.' : joined
}

export function base(path: string): string {
  if (path === '') return '.'
  const trimmed = path.replace(/\/+$/, '')
  return trimmed === '' ? '/' : trimmed.slice(trimmed.lastIndexOf('/') + 1)
}

function ext(path: string): string {
  const name = path.slice(path.lastIndexOf('/') + 1)
  const dot = name.lastIndexOf('.')
  return dot < 0 ? '' : name.slice(dot)
}

const functions = {
  Base: fn('string', ([path]) => base(path as string)),
  Dir: fn('string', ([path]) => clean((path as string).slice(0, (path as string).lastIndexOf('/') + 1))),
  Clean: fn('string', ([path]) => clean(path as string)),
  Ext: fn('string', ([path]) => ext(path as string)),
  IsAbs: fn('string', ([path]) => (path as string).startsWith('/')),
}

export const pathFunctions: FunctionMap = Object.fromEntries(
  Object.entries(functions).flatMap(([name, declared]) => [
    [name.charAt(0).toLowerCase() + name.slice(1), declared],
    [`os${name}`, declared],
  ]),
)
