// Paths of replacements: `spec.template.spec.containers.[name=web].image`. Follows kustomize v5.7 `kyaml/yaml/match.go`.
import { RE2JS } from 're2js'
import { KustomizeError, messageOf } from '../errors.ts'
import { isMap, memberOf, setMember, textOf } from '../resource.ts'
import { overwrite } from '../shared-scalars.ts'

/** A place in an object: what holds the value, and where in it. */
export interface Place {
  get(): unknown
  set(value: unknown): void
}

/** Parts of a path: dots separate, but not behind a backslash and not in brackets. Quotes in brackets are none of the name. */
export function splitFieldPath(path: string): readonly string[] {
  const parts: string[] = []
  let part = ''
  let isInBrackets = false
  for (let at = 0; at < path.length; at++) {
    const character = path[at] ?? ''
    if (character === '\\' && path[at + 1] === '.') {
      part += '.'
      at++
    } else if (character === '[' && !isInBrackets) {
      isInBrackets = true
      part += character
    } else if (character === ']' && isInBrackets) {
      isInBrackets = false
      part += character
    } else if (character === '.' && !isInBrackets) {
      parts.push(part)
      part = ''
    } else part += character
  }
  parts.push(part)
  return parts.filter((text) => text !== '').map((text) => (text.startsWith('[') && text.endsWith(']') && !text.includes('=') ? text.slice(1, -1) : text))
}

function listTest(part: string): { readonly field: string; readonly pattern: string } | undefined {
  if (!part.startsWith('[') || !part.endsWith(']')) return undefined
  const inner = part.slice(1, -1)
  const equal = inner.indexOf('=')
  return equal < 0 ? undefined : { field: inner.slice(0, equal), pattern: inner.slice(equal + 1) }
}

/** The one value at a path of a source; undefined when there is none. */
export function valueAt(object: unknown, path: readonly string[]): unknown {
  let current = object
  for (const part of path) {
    if (current === undefined || current === null) return undefined
    const test = listTest(part)
    if (Array.isArray(current)) {
      const list = current as readonly unknown[]
      if (test !== undefined)
        current = list.find((item) => (test.field === '' ? textOf(item) === test.pattern : isMap(item) && textOf(memberOf(item, test.field)) === test.pattern))
      else if (part === '-') current = list.at(-1)
      else if (/^\d+$/.test(part)) current = list[Number(part)]
      else throw new KustomizeError(`wrong node kind: expected MappingNode but got SequenceNode: node contents: ${part}`)
    } else if (isMap(current)) current = memberOf(current, part)
    else throw new KustomizeError(`wrong node kind: expected MappingNode but got ScalarNode: node contents: ${part}`)
  }
  return current
}

/**
 * Every place that a path of a target leads to.
 * @param created what a missing value is made as; without it nothing is made
 */
export function placesAt(root: Place, path: readonly string[], created?: 'scalar' | 'map' | 'list'): readonly Place[] {
  const [part, ...rest] = path
  if (part === undefined) return [root]
  const node = root.get()
  if (/^\d+$/.test(part)) return placesAtIndex(node, Number(part), rest, created)
  const test = listTest(part)
  if (test !== undefined) return placesAtTest(node, test, rest, created)
  if (part === '*') {
    if (!Array.isArray(node)) throw wrongKind(node, 'SequenceNode')
    return (node as unknown[]).flatMap((_item, at) => placesAt(elementAt(node as unknown[], at), rest, created))
  }
  if (node === null || node === undefined) return []
  if (!isMap(node)) throw wrongKind(node, 'MappingNode')
  if (memberOf(node, part) === undefined || memberOf(node, part) === null) {
    if (created === undefined) return memberOf(node, part) === null && rest.length === 0 ? [memberPlace(node, part)] : []
    setMember(node, part, emptyFor(rest[0], created))
  }
  return placesAt(memberPlace(node, part), rest, created)
}

function memberPlace(map: Record<string, unknown>, name: string): Place {
  return { get: () => memberOf(map, name), set: (value) => overwrite(map, name, value) }
}

function elementAt(list: unknown[], at: number): Place {
  return {
    get: () => list[at],
    set: (value) => {
      list[at] = value
    },
  }
}

/** What stands where the next part of the path goes on. */
function emptyFor(next: string | undefined, created: 'scalar' | 'map' | 'list'): unknown {
  if (next === undefined) return created === 'scalar' ? undefined : created === 'map' ? {} : []
  return /^\d+$/.test(next) || listTest(next) !== undefined || next === '-' ? [] : {}
}

function placesAtIndex(node: unknown, at: number, rest: readonly string[], created: 'scalar' | 'map' | 'list' | undefined): readonly Place[] {
  if (!Array.isArray(node)) {
    if (isMap(node)) return placesInMap(node, String(at), rest, created)
    throw wrongKind(node, 'SequenceNode')
  }
  const list = node as unknown[]
  if (list.length === at && created !== undefined) list.push(emptyFor(rest[0], created))
  if (list.length <= at) throw new KustomizeError(`index ${at} specified but only ${list.length} elements found`)
  return placesAt(elementAt(list, at), rest, created)
}

function placesInMap(node: Record<string, unknown>, name: string, rest: readonly string[], created: 'scalar' | 'map' | 'list' | undefined): readonly Place[] {
  if (memberOf(node, name) === undefined) throw wrongKind(node, 'SequenceNode')
  return placesAt(memberPlace(node, name), rest, created)
}

function placesAtTest(
  node: unknown,
  { field, pattern }: { readonly field: string; readonly pattern: string },
  rest: readonly string[],
  created: 'scalar' | 'map' | 'list' | undefined,
): readonly Place[] {
  if (node === null || node === undefined) return []
  if (!Array.isArray(node)) throw wrongKind(node, 'SequenceNode')
  const list = node as unknown[]
  const isMeant = searcher(pattern)
  const search = (): readonly Place[] =>
    list.flatMap((item, at) => {
      if (field === '') return isMeant(textOf(item)) ? [elementAt(list, at)] : []
      return isMap(item) && memberOf(item, field) !== undefined && isMeant(textOf(memberOf(item, field))) ? placesAt(elementAt(list, at), rest, created) : []
    })
  const found = search()
  if (found.length > 0 || created === undefined) return found
  list.push(field === '' ? pattern : { [field]: pattern })
  return search()
}

/** The value is an expression that is searched for, as Kustomize has it. */
function searcher(pattern: string): (text: string) => boolean {
  try {
    const expression = RE2JS.compile(pattern)
    return (text) => expression.matcher(text).find()
  } catch (error) {
    throw new KustomizeError(messageOf(error), 'KUSTOMIZE_INVALID', error)
  }
}

function wrongKind(found: unknown, expected: string): KustomizeError {
  const kind = Array.isArray(found) ? 'SequenceNode' : isMap(found) ? 'MappingNode' : 'ScalarNode'
  return new KustomizeError(`wrong node kind: expected ${expected} but got ${kind}`)
}
