// The small part of JSONPath that printer columns and selectable fields use: `.a.b`, `['x']`, `[0]`, `[*]`, `[?(@.type=="Ready")]`.
// Follows client-go `util/jsonpath`.
import { isObject } from './types.ts'

const maxSteps = 64

/** Values at a path; empty when there are none. An expression that is not understood finds nothing. */
export function valuesAtPath(root: unknown, path: string): unknown[] {
  let found: unknown[] = [root]
  let rest = path.replace(/^\{|\}$/g, '').replace(/^\$/, '')
  for (let steps = 0; rest !== '' && steps < maxSteps; steps++) {
    const match =
      /^(?:\.\.?)?(?:\*(?![^.[])|((?:\\.|[^\s.[\]\\{}'"])+))|^\.?\[(?:'((?:[^'\\]|\\.)*)'|"((?:[^"\\]|\\.)*)"|(-?\d+)|(-?\d*:-?\d*(?::-?\d+)?)|(\*)|\?\((.*?)\))\]/.exec(
        rest,
      )
    if (match === null || match[0] === '') return []
    const [whole, bare, single, double, index, range, star, filter] = match
    rest = rest.slice(whole.length)
    const name = bare?.replaceAll(/\\(.)/g, '$1') ?? single ?? double
    if (name !== undefined) found = found.flatMap((value) => (isObject(value) && Object.hasOwn(value, name) ? [value[name]] : []))
    else if (index !== undefined)
      found = found.flatMap((value) => (Array.isArray(value) ? value.slice(Number(index), Number(index) === -1 ? undefined : Number(index) + 1) : []))
    else if (range !== undefined) {
      const [start = '', end = ''] = range.split(':')
      found = found.flatMap((value) => (Array.isArray(value) ? value.slice(start === '' ? 0 : Number(start), end === '' ? undefined : Number(end)) : []))
    } else if (filter !== undefined) found = found.flatMap((value) => (Array.isArray(value) ? value.filter((item) => passes(item, filter)) : []))
    else if (star !== undefined || whole.endsWith('*'))
      found = found.flatMap((value) => (Array.isArray(value) ? (value as unknown[]) : isObject(value) ? Object.values(value) : []))
  }
  return found
}

function passes(item: unknown, expression: string): boolean {
  const match = /^@((?:\.[\w-]+)+)\s*(==|!=)\s*(?:"([^"]*)"|'([^']*)'|(\S+))$/.exec(expression.trim())
  if (match === null) return valuesAtPath(item, expression.trim().replace(/^@/, '')).length > 0
  const [, path = '', operator, double, single, bare] = match
  const value = valuesAtPath(item, path)[0]
  return (String(value) === (double ?? single ?? bare)) === (operator === '==')
}
