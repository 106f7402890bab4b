// Regular expressions of RE2, which run in linear time whatever the text.
import { RE2JS } from 're2js'
import { FunctionError } from '../errors.ts'
import { fn } from '../functions.ts'
import type { FunctionMap, TemplateFunction } from '../functions.ts'
import { quoted } from '../quote.ts'
import { nilList, typed } from '../values.ts'
import type { GoValue } from '../values.ts'
import { numberOf } from './conversions.ts'

const maxCached = 500
const compiled = new Map<string, RE2JS>()

/** A pattern that is none; functions that panic in Sprig name it. */
class PatternError extends FunctionError {
  readonly pattern: string
  constructor(pattern: string, message: string) {
    super(message)
    this.pattern = pattern
  }
}

/** @throws {FunctionError} in the words of Go */
export function compile(pattern: string): RE2JS {
  const known = compiled.get(pattern)
  if (known !== undefined) return known
  let expression: RE2JS
  try {
    expression = RE2JS.compile(pattern)
  } catch (error) {
    throw new PatternError(pattern, error instanceof Error ? error.message : String(error))
  }
  if (compiled.size >= maxCached) compiled.clear()
  compiled.set(pattern, expression)
  return expression
}

interface Match {
  readonly start: number
  readonly end: number
  readonly group: (name: string) => string
}

/** Matches from left to right; an empty one directly behind another match does not count. */
function* matchesOf(expression: RE2JS, text: string): Generator<Match> {
  const matcher = expression.matcher(text)
  let previousEnd = -1
  while (matcher.find()) {
    const [start, end] = [matcher.start(), matcher.end()]
    if (start === end && start === previousEnd) continue
    previousEnd = end
    yield {
      start,
      end,
      group: (name) => {
        if (/^[0-9]+$/.test(name)) return Number(name) <= matcher.groupCount() ? (matcher.group(Number(name)) ?? '') : ''
        return Object.hasOwn(expression.namedGroups(), name) ? (matcher.group(name) ?? '') : ''
      },
    }
  }
}

function found(expression: RE2JS, text: string, limit: number): readonly Match[] {
  const matches: Match[] = []
  if (limit === 0) return matches
  for (const match of matchesOf(expression, text)) {
    matches.push(match)
    if (limit > 0 && matches.length >= limit) break
  }
  return matches
}

/** `$1`, `${1}`, `$name` and `$$` in a replacement. The longest name counts: `$1W` is the group `1W`. */
function expanded(template: string, group: (name: string) => string): string {
  return template.replace(/\$(?:\$|\{([0-9A-Za-z_]+)\}|([0-9A-Za-z_]+))/g, (whole, braced: string | undefined, plain: string | undefined) =>
    whole === '$$' ? '$' : group(braced ?? plain ?? ''),
  )
}

function replaced(expression: RE2JS, text: string, replacement: (match: Match) => string): string {
  let [result, last] = ['', 0]
  for (const match of matchesOf(expression, text)) {
    result += text.slice(last, match.start) + replacement(match)
    last = match.end
  }
  return result + text.slice(last)
}

function split(expression: RE2JS, text: string, limit: number): readonly string[] | undefined {
  if (limit === 0) return undefined
  if (text === '' && expression.pattern() !== '') return ['']
  const parts: string[] = []
  let [last, lastStart] = [0, -1]
  for (const { start, end } of found(expression, text, limit)) {
    if (limit > 0 && parts.length === limit - 1) break
    lastStart = start
    // An empty match at the start cuts nothing off.
    if (end !== 0) parts.push(text.slice(last, start))
    last = end
  }
  // Behind a match at the very end nothing is left.
  if (lastStart !== text.length) parts.push(text.slice(last))
  return parts
}

// oxlint-disable-next-line no-control-regex -- control characters are what it looks for
const backquoted = (text: string): string => (/[`\x00-\x08\x0a-\x1f\x7f\ufeff]/.test(text) ? quoted(text) : `\`${text}\``)

function both(name: string, declared: TemplateFunction): FunctionMap {
  const panicking: TemplateFunction = {
    ...declared,
    call(args, context) {
      try {
        return declared.call(args, context)
      } catch (error) {
        if (!(error instanceof PatternError)) throw error
        throw new FunctionError(`regexp: Compile(${backquoted(error.pattern)}): ${error.message}`, { cause: error })
      }
    },
  }
  return { [name]: panicking, [`must${name.charAt(0).toUpperCase()}${name.slice(1)}`]: declared }
}

const texts = (list: readonly string[] | undefined): GoValue => (list === undefined ? nilList('[]string') : typed([...list], '[]string'))

export const regexFunctions: FunctionMap = {
  regexMatch: fn('string string', ([pattern, text]) => {
    try {
      return compile(pattern as string)
        .matcher(text as string)
        .find()
    } catch (error) {
      if (error instanceof FunctionError) return false
      throw error
    }
  }),
  mustRegexMatch: fn('string string', ([pattern, text]) =>
    compile(pattern as string)
      .matcher(text as string)
      .find(),
  ),
  ...both(
    'regexFindAll',
    fn('string string int', ([pattern, text, limit]) => {
      const matches = found(compile(pattern as string), text as string, numberOf(limit))
      return texts(matches.length === 0 ? undefined : matches.map(({ start, end }) => (text as string).slice(start, end)))
    }),
  ),
  ...both(
    'regexFind',
    fn('string string', ([pattern, text]) => {
      const [first] = found(compile(pattern as string), text as string, 1)
      return first === undefined ? '' : (text as string).slice(first.start, first.end)
    }),
  ),
  ...both(
    'regexReplaceAll',
    fn('string string string', ([pattern, text, replacement]) =>
      replaced(compile(pattern as string), text as string, ({ group }) => expanded(replacement as string, group)),
    ),
  ),
  ...both(
    'regexReplaceAllLiteral',
    fn('string string string', ([pattern, text, replacement]) => replaced(compile(pattern as string), text as string, () => replacement as string)),
  ),
  ...both(
    'regexSplit',
    fn('string string int', ([pattern, text, limit]) => texts(split(compile(pattern as string), text as string, numberOf(limit)))),
  ),
  regexQuoteMeta: fn('string', ([text]) => (text as string).replace(/[\\.+*?()|[\]{}^$]/g, '\\$&')),
}
