// The fast path and the fallback are two readers of one language, and the writer is their inverse.
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { formatYamlDocuments, parseYamlDocuments } from '@plumbline/yaml'
import { resolveOptions } from '../src/options.ts'
import { readComplete } from '../src/fallback-reader.ts'

const text = fc.oneof(
  fc.string(),
  fc.constantFrom(
    'yes',
    'null',
    '1',
    '0x1',
    '1.5',
    'a: b',
    '- a',
    '# c',
    'a\nb',
    'a\n\n b\n',
    ' lead',
    'trail ',
    '"q"',
    "it's",
    '---',
    '...',
    '*a',
    '&b',
    '!t',
    '%d',
    '|',
    '>',
  ),
  fc.string({ unit: 'grapheme' }),
)
/** Go writes this key without quotes, and then reads it as a merge: it is the one that does not come back. */
const isKey = (name: string): boolean => name !== '<<'
const value = fc.letrec((tie) => ({
  value: fc.oneof(
    { maxDepth: 4 },
    text,
    fc.integer(),
    fc.boolean(),
    fc.constant(null),
    fc
      .double({ noNaN: true, noDefaultInfinity: true })
      .map((number) => (Object.is(number, -0) || (Number.isInteger(number) && !Number.isSafeInteger(number)) ? 0 : number)),
    fc.array(tie('value'), { maxLength: 4 }),
    fc.dictionary(text.filter(isKey), tie('value'), { maxKeys: 4, noNullPrototype: true }),
  ),
})).value
const document = fc.dictionary(fc.string({ minLength: 1, maxLength: 8 }).filter(isKey), value, { minKeys: 1, maxKeys: 4, noNullPrototype: true })

describe('the readers', () => {
  it('read back what the writer wrote', () => {
    fc.assert(
      fc.property(fc.array(document, { minLength: 1, maxLength: 3 }), (values) => {
        expect(parseYamlDocuments(formatYamlDocuments(values)).map((entry) => entry.value)).toEqual(values)
      }),
      { numRuns: 400 },
    )
  })

  it('agree on every document', () => {
    fc.assert(
      fc.property(fc.array(document, { minLength: 1, maxLength: 2 }), (values) => {
        const written = formatYamlDocuments(values)
        expect(parseYamlDocuments(written).map((entry) => entry.value)).toEqual(readComplete(written, resolveOptions({})).map((entry) => entry.value))
      }),
      { numRuns: 300 },
    )
  })

  it('agree on texts that may be no YAML at all', () => {
    const line = fc.tuple(
      fc.constantFrom('', '  ', '- ', '    ', '- - '),
      fc.constantFrom('a: ', 'b:', '', '"k": ', '? x'),
      fc.constantFrom('1', '[1, 2]', '{x: y}', '|', '"s"', 'plain text', '# c', ''),
    )
    const outcomeOf = (read: () => readonly { readonly value: unknown }[]): unknown => {
      try {
        return read().map((entry) => entry.value)
      } catch {
        return 'refused'
      }
    }
    fc.assert(
      fc.property(fc.array(line, { maxLength: 6 }), (lines) => {
        const source = lines.map((parts) => parts.join('')).join('\n')
        expect(outcomeOf(() => parseYamlDocuments(source))).toEqual(outcomeOf(() => readComplete(source, resolveOptions({}))))
      }),
      { numRuns: 1500 },
    )
  })
})
