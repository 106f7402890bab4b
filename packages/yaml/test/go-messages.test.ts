// Texts that are no YAML, and what Kustomize 5.7 (yaml.v3) says of them.
import { goYamlMessage, parseYamlDocuments, YamlError } from '@plumbline/yaml'
import type { GoYamlVersion } from '@plumbline/yaml'
import { describe, expect, it } from 'vitest'

function problemOf(text: string, version: GoYamlVersion): string {
  try {
    parseYamlDocuments(text, { scalars: 'kyaml' })
  } catch (error) {
    if (error instanceof YamlError) return goYamlMessage(error, text, version)
    throw error
  }
  return 'none'
}

describe('a problem in the words of Go', () => {
  it.each([
    ['a: [\n', 'yaml: line 1: did not find expected node content'],
    ['a: [b\n', "yaml: line 1: did not find expected ',' or ']'"],
    ['x: y\na: [b\n', "yaml: line 1: did not find expected ',' or ']'"],
    ['a: ]\n', 'yaml: did not find expected node content'],
    ['a: b\n c: d\n', 'yaml: line 2: mapping values are not allowed in this context'],
    ['a: b: c\n', 'yaml: mapping values are not allowed in this context'],
    ['a: "x\n', 'yaml: line 2: found unexpected end of stream'],
    ['a: @x\n', 'yaml: found character that cannot start any token'],
    ['a: b\n\tc: d\n', 'yaml: line 2: found a tab character that violates indentation'],
    ['a:\n\tc: d\n', 'yaml: line 2: found character that cannot start any token'],
    ['a: |x\n b\n', 'yaml: did not find expected comment or line break'],
    ['a: "\\q"\n', 'yaml: found unknown escape character'],
    ['kind: A\nspec: *no\n', "yaml: unknown anchor 'no' referenced"],
    ['a: b\nc\n', "yaml: line 2: could not find expected ':'"],
    ['kind: A\nmetadata:\n  name: x\n  labels:\n    a: b\n   c: d\n', 'yaml: line 2: did not find expected key'],
    ['kind: A\nspec:\n  - a\n  b: c\n', "yaml: line 2: did not find expected '-' indicator"],
    ['kind: A\nspec:\n- a: b\n c: d\n', 'yaml: line 3: did not find expected key'],
  ])('%j', (text, message) => expect(problemOf(text, 'v3')).toBe(message))

  it('names the line of the problem where Helm does', () => {
    expect(problemOf('x: y\na: [b\n', 'v2')).toBe("yaml: line 2: did not find expected ',' or ']'")
    expect(problemOf('kind: A\nmetadata:\n  labels:\n    a: b\n   c: d\n', 'v2')).toBe('yaml: line 4: did not find expected key')
  })
})

describe('members without a value', () => {
  it.each(['auto', 'fallback'] as const)('are told apart from a null that is written out (%s)', (engine) => {
    const missing: string[] = []
    parseYamlDocuments('a:\nb: ~\nc: {d: , e: null, f}\ng:\n  - h:\n  - i: null\nj: ""\n', { engine, onMissingValue: (_map, name) => missing.push(name) })
    expect(missing.toSorted()).toEqual(['a', 'd', 'f', 'h'])
  })
})
