// Expressions that cannot be read, in the words of the parser that cel-go has from ANTLR.
import { locatedFault } from './fault-layout.ts'

const expected = "{'[', '{', '(', '.', '-', '!', 'true', 'false', 'null', NUM_FLOAT, NUM_INT, NUM_UINT, STRING, BYTES, IDENTIFIER}"

interface Token {
  readonly text: string
  readonly position: number
}

const lexeme =
  /(?:\d+\.\d+(?:[eE][+-]?\d+)?|\.\d+(?:[eE][+-]?\d+)?|\d+[eE][+-]?\d+|0x[0-9a-fA-F]+u?|\d+u?)|[bBrR]*"(?:[^"\\\n]|\\.)*"|[bBrR]*'(?:[^'\\\n]|\\.)*'|`[\w./ -]+`|[A-Za-z_]\w*|==|!=|<=|>=|&&|\|\||[-+*/%!?:<>.,()[\]{}]/y
const startsOperand = /^(?:[[{(.!"'`\w-]|[bBrR]["'])/
const endsOperand = /[\w"'`)\]}]$/

/** @param start where the reader gave up */
export function syntaxFaults(source: string, start: number): string {
  const { tokens, strange } = split(source)
  const faults = strange.map(({ text, position }) => locatedFault(source, position, `Syntax error: token recognition error at: '${text}'`))
  const index = tokens.findIndex(({ position, text }) => position + text.length > start)
  const [before, at, next] = index < 0 ? [tokens.at(-1), undefined, undefined] : [tokens[index - 1], tokens[index], tokens[index + 1]]
  const isAfterOperand = before !== undefined && endsOperand.test(before.text)
  const wanted = isAfterOperand ? '<EOF>' : expected
  const atEnd = locatedFault(source, source.length, `Syntax error: mismatched input '<EOF>' expecting ${expected}`)
  if (at === undefined) return isAfterOperand ? faults.join('\n') : [...faults, atEnd].join('\n')
  // One token too many is passed over where what follows fits.
  const isExtraneous = isAfterOperand ? next === undefined : next !== undefined && startsOperand.test(next.text)
  faults.push(locatedFault(source, at.position, `Syntax error: ${isExtraneous ? 'extraneous' : 'mismatched'} input '${at.text}' expecting ${wanted}`))
  if (!isAfterOperand && next === undefined) faults.push(atEnd)
  return faults.join('\n')
}

function split(source: string): { readonly tokens: readonly Token[]; readonly strange: readonly Token[] } {
  const [tokens, strange]: [Token[], Token[]] = [[], []]
  let position = 0
  while (position < source.length) {
    if (/\s/.test(source.charAt(position))) {
      position++
      continue
    }
    lexeme.lastIndex = position
    const text = lexeme.exec(source)?.[0]
    if (text === undefined) strange.push({ text: String.fromCodePoint(source.codePointAt(position) ?? 0), position })
    else tokens.push({ text, position })
    position += text?.length ?? strange.at(-1)?.text.length ?? 1
  }
  return { tokens, strange }
}
