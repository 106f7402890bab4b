// The reader: the fast one first, the complete one where the text leaves its subset.
import { positionOf, YamlError } from './errors.ts'
import { readComplete } from './fallback-reader.ts'
import { beyondSubset, readFast } from './fast-reader.ts'
import { resolveOptions } from './options.ts'
import type { YamlDocument, YamlReadOptions } from './options.ts'

/**
 * Every document of a stream, in order. A stream of nothing but comments has none.
 * @throws {YamlError} with line and column
 */
export function parseYamlDocuments(text: string, options: YamlReadOptions = {}): YamlDocument[] {
  const resolved = resolveOptions(options)
  if (text.length > resolved.maxBytes)
    throw new YamlError('YAML_LIMIT', `the text has ${text.length} characters, more than the limit of ${resolved.maxBytes}`, 1, 1)
  const normal = text.includes('\r') ? text.replaceAll(/\r\n?/g, '\n') : text
  if (options.engine !== 'fallback') {
    try {
      return readFast(normal, resolved)
    } catch (error) {
      if (error !== beyondSubset) throw error instanceof RangeError ? tooDeep() : error
    }
  }
  refuseTabs(normal)
  return readComplete(normal.charCodeAt(0) === 0xfeff ? normal.slice(1) : normal, resolved)
}

/**
 * The only document of a text; null when there is none.
 * @throws {YamlError} also when there are several
 */
export function parseYaml(text: string, options: YamlReadOptions = {}): unknown {
  const documents = parseYamlDocuments(text, options)
  const second = documents[1]
  if (second !== undefined) throw new YamlError('YAML_SYNTAX', `expected one document, found ${documents.length}`, second.line, 1)
  return documents[0]?.value ?? null
}

/** Tabs before a key or list item are the most common slip, and the message of a general parser does not say so. */
function refuseTabs(text: string): void {
  const match = /^ *\t+ *(?:- |[\w."'-]+ *:(?:\s|$))/m.exec(text)
  if (match === null) return
  const offset = match.index + match[0].indexOf('\t')
  // Inside block and quoted scalars tabs are data: only a text that cannot be read for them is refused.
  const before = text.slice(0, match.index)
  if (/[|>][-+0-9]*[ ]*\n(?:[ \t]*\n)*[ ]+[^\n]*\n?(?:[ ]+[^\n]*\n|\s*\n)*$/.test(before.slice(-4096))) return
  const { line, column } = positionOf(text, offset)
  throw new YamlError('YAML_SYNTAX', 'a tab is used for indentation; YAML indents with spaces', line, column)
}

function tooDeep(): YamlError {
  return new YamlError('YAML_LIMIT', 'the text is nested too deeply to be read', 1, 1)
}
