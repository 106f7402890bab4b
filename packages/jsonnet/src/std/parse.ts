// Texts to values: JSON and YAML.
import { parseGoJson } from '../go-json.ts'
import { setMember } from '../json-text.ts'
import type { Json } from '../json-text.ts'
import { fromJson } from '../manifest.ts'
import { textOf } from '../operators.ts'
import type { Run } from '../run.ts'
import type { Value } from '../values.ts'
import { unaryDefinition } from './definition.ts'
import type { Definition } from './definition.ts'

/** Reads one document. What it throws becomes the reason of a failure. */
export type YamlReader = (document: string) => unknown

/** The members of the library that read texts. */
export function parseDefinitions(readYaml: YamlReader | undefined): readonly Definition[] {
  return [
    unaryDefinition('parseJson', 'str', (run, text) => {
      const source = textOf(run, text)
      run.text(source.length)
      return fromJson(
        run,
        parseGoJson(source, (reason) => run.error(`failed to parse JSON: ${reason}`)),
      )
    }),
    unaryDefinition('parseYaml', 'str', (run, text) => parseYaml(run, textOf(run, text), readYaml)),
  ]
}

function parseYaml(run: Run, text: string, read: YamlReader | undefined): Value {
  if (read === undefined) throw run.error('failed to parse YAML: no reader of YAML was given')
  run.text(text.length)
  const { documents, isStream } = splitDocuments(text)
  const values = documents.map((document) => {
    try {
      return jsonOf(read(document))
    } catch (error) {
      throw run.error(`failed to parse YAML: ${error instanceof Error ? error.message : String(error)}`)
    }
  })
  return fromJson(run, isStream ? values : (values[0] ?? null))
}

/**
 * Documents end at lines of `---`; a text with such a line is a stream, even of one document. A separator with nothing before it stays: it
 * may be all that a document has.
 */
function splitDocuments(text: string): { documents: string[]; isStream: boolean } {
  const documents: string[] = []
  let current = ''
  let isStream = false
  const lines = text === '' ? [] : text.replace(/\n$/, '').split('\n')
  for (const line of lines) {
    const isSeparator = /^---\s*$/.test(line)
    isStream ||= isSeparator
    if (isSeparator && current !== '') {
      documents.push(current)
      current = ''
    } else current += `${line}\n`
  }
  if (current !== '') documents.push(current)
  return { documents, isStream }
}

/** What a reader of YAML gives, as JSON. */
function jsonOf(value: unknown): Json {
  if (value === null || value === undefined) return null
  if (typeof value === 'boolean' || typeof value === 'number' || typeof value === 'string') return value
  if (typeof value === 'bigint') return Number(value)
  if (Array.isArray(value)) return value.map(jsonOf)
  const map: Record<string, Json> = {}
  for (const [name, member] of Object.entries(value)) setMember(map, name, jsonOf(member))
  return map
}
