// Patterns of schemas are written for Go's RE2, which has no look-around and no back references.

const lookAround = /\(\?(?:<?[=!]|>)/
const maxPatternLength = 4096

/** What Go's compiler says of a pattern, or undefined for one that it takes. https://pkg.go.dev/regexp/syntax */
export function patternProblem(pattern: string): string | undefined {
  const found = lookAround.exec(pattern)?.[0]
  if (found !== undefined) return `error parsing regexp: invalid or unsupported Perl syntax: \`${found}\``
  const reference = /(?<!\\)(?:\\\\)*(\\[1-9])/.exec(pattern)?.[1]
  if (reference !== undefined) return `error parsing regexp: invalid escape sequence: \`${reference}\``
  try {
    new RegExp(javaScriptSource(pattern), 'u')
    return undefined
  } catch {
    return brokenPattern(pattern)
  }
}

/** Compiled for JavaScript; undefined for what cannot be run safely. */
export function compilePattern(pattern: string): RegExp | undefined {
  if (pattern.length > maxPatternLength || hasNestedRepetition(pattern)) return undefined
  try {
    const isCaseless = pattern.startsWith('(?i)')
    return new RegExp(javaScriptSource(isCaseless ? pattern.slice(4) : pattern), isCaseless ? 'iu' : 'u')
  } catch {
    return undefined
  }
}

const javaScriptSource = (pattern: string): string =>
  pattern
    .replaceAll('\\A', '^')
    .replaceAll('\\z', '$')
    .replaceAll('(?P<', '(?<')
    // Outside of classes, and for characters that need no escape, RE2 takes a backslash where JavaScript's Unicode mode does not.
    .replaceAll(/\\([-_:@#%&=~`'"<>,;! /])/g, (whole, character: string) => (character === '-' ? '\\-' : character === '/' ? '\\/' : whole.slice(1)))

function brokenPattern(pattern: string): string | undefined {
  const open = (pattern.match(/(?<!\\)\(/g) ?? []).length - (pattern.match(/(?<!\\)\)/g) ?? []).length
  if (open > 0) return `error parsing regexp: missing closing ): \`${pattern}\``
  if (open < 0) return `error parsing regexp: unexpected ): \`${pattern}\``
  if (/(?<!\\)\[[^\]]*$/.test(pattern)) return `error parsing regexp: missing closing ]: \`${/(?<!\\)\[[^\]]*$/.exec(pattern)?.[0] ?? ''}\``
  const repeat = /^[*+?]/.exec(pattern)?.[0]
  return repeat === undefined ? undefined : `error parsing regexp: missing argument to repetition operator: \`${repeat}\``
}

/** Repetitions inside repetitions, `(a+)+`, take exponential time in backtracking engines; such patterns are not run. */
function hasNestedRepetition(pattern: string): boolean {
  return /\((?:[^()\\]|\\.)*[+*}](?:[^()\\]|\\.)*\)(?:[+*]|\{\d+,)/.test(pattern) && /[+*]\)[+*]/.test(pattern)
}
