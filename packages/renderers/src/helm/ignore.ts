// `.helmignore`. Follows helm `pkg/ignore`.
import { ChartError } from './chart.ts'

interface Rule {
  readonly isNegated: boolean
  readonly isFolderOnly: boolean
  readonly matches: (path: string, name: string) => boolean
}

/** Whether a path of the chart is left out. */
export type Ignore = (path: string, isFolder: boolean) => boolean

export function parseIgnore(text: string): Ignore {
  const rules = [...text.replace(/^\ufeff/, '').split('\n'), 'templates/.?*'].flatMap((line) => parseRule(line) ?? [])
  return (path, isFolder) => {
    if (path === '') return false
    const name = path.slice(path.lastIndexOf('/') + 1)
    for (const rule of rules) {
      if (rule.isNegated) {
        if (rule.isFolderOnly && !isFolder) return true
        if (!rule.matches(path, name)) return true
        continue
      }
      if (rule.isFolderOnly && !isFolder) continue
      if (rule.matches(path, name)) return true
    }
    return false
  }
}

function parseRule(line: string): Rule | undefined {
  let rule = line.trim()
  if (rule === '' || rule.startsWith('#')) return undefined
  if (rule.includes('**')) throw new ChartError('CHART_INVALID', 'double-star (**) syntax is not supported')
  const isNegated = rule.startsWith('!')
  if (isNegated) rule = rule.slice(1)
  const isFolderOnly = rule.endsWith('/')
  if (isFolderOnly) rule = rule.slice(0, -1)
  if (rule.startsWith('/')) {
    const pattern = pathPattern(rule.slice(1))
    return { isNegated, isFolderOnly, matches: (path) => pattern.test(path) }
  }
  const pattern = pathPattern(rule)
  // A name alone is meant wherever it stands.
  return { isNegated, isFolderOnly, matches: rule.includes('/') ? (path) => pattern.test(path) : (_path, name) => pattern.test(name) }
}

/** Go's `filepath.Match`: `*` and `?` stop at slashes. */
export function pathPattern(pattern: string): RegExp {
  let source = ''
  for (let index = 0; index < pattern.length; index++) {
    const character = pattern.charAt(index)
    if (character === '*') source += '[^/]*'
    else if (character === '?') source += '[^/]'
    else if (character === '[') {
      const end = pattern.indexOf(']', index + 2)
      if (end < 0) throw new ChartError('CHART_INVALID', 'syntax error in pattern')
      source += `[${pattern
        .slice(index + 1, end)
        .replace(/^\^/, '^')
        .replace(/\\/g, '\\\\')}]`
      index = end
    } else if (character === '\\') source += `\\${pattern.charAt(++index)}`
    else source += character.replace(/[.+(){}|^$\]]/g, '\\$&')
  }
  return new RegExp(`^${source}$`)
}
