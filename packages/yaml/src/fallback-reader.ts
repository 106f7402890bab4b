// The complete reader: the package `yaml` finds the structure, our rules give the types. Slow, and right about anchors, tags, directives and errors.
import { isAlias, isMap, isPair, isScalar, isSeq, LineCounter, parseAllDocuments, Scalar } from 'yaml'
import type { Document, Node, Pair, YAMLMap } from 'yaml'
import { positionOf, YamlError } from './errors.ts'
import { setMember } from './fast-reader.ts'
import type { ResolvedOptions, YamlDocument, YamlWarning } from './options.ts'
import { resolveKey, resolvePlain, UnsupportedScalar } from './scalars.ts'

/** The complete reader takes about a second for 4 MB, so hostile texts have to stay below this. */
const maxFallbackLength = 8 * 2 ** 20

interface Context {
  readonly text: string
  readonly options: ResolvedOptions
  readonly document: Document
  readonly warnings: YamlWarning[]
  /** Anchor → its value and how many nodes it stands for. */
  readonly anchors: Map<string, { readonly value: unknown; readonly nodes: number }>
  /** Nodes made so far, and those that came through aliases. */
  nodes: number
  aliased: number
  depth: number
}

/** Read every document. @throws {YamlError} */
export function readComplete(text: string, options: ResolvedOptions): YamlDocument[] {
  if (text.length > maxFallbackLength)
    throw new YamlError(
      'YAML_LIMIT',
      `texts with anchors, tags or unusual layout may be ${maxFallbackLength} characters long, this one has ${text.length}`,
      1,
      1,
    )
  const lineCounter = new LineCounter()
  refuseDeepFlow(text, options)
  let parsed: Document[]
  try {
    const result = parseAllDocuments(text, {
      schema: 'failsafe',
      version: '1.2',
      uniqueKeys: false,
      prettyErrors: false,
      strict: true,
      stringKeys: false,
      lineCounter,
      logLevel: 'silent',
    })
    parsed = [...result]
  } catch (error) {
    throw new YamlError('YAML_LIMIT', 'the text is nested too deeply to be read', 1, 1, error)
  }
  return parsed
    .filter((document) => document.contents !== null || parsed.length > 1 || document.directives?.docStart === true)
    .map((document) => readDocument(text, document, options))
}

function readDocument(text: string, document: Document, options: ResolvedOptions): YamlDocument {
  const [error] = document.errors
  if (error !== undefined) {
    const { line, column } = positionOf(text, error.pos[0])
    throw new YamlError('YAML_SYNTAX', error.message, line, column)
  }
  const context: Context = { text, options, document, warnings: [], anchors: new Map(), nodes: 0, aliased: 0, depth: 0 }
  const contents = document.contents as Node | null
  const isEmpty = contents === null || (isScalar(contents) && contents.source === '' && contents.type === Scalar.PLAIN)
  const value = contents === null ? null : valueOf(contents, context)
  const [from = 0, , to = text.length] = document.range ?? []
  const start = isEmpty ? from : (contents.range?.[0] ?? from)
  return { value: isEmpty ? null : value, line: positionOf(text, start).line, start: from, end: to, warnings: context.warnings, isEmpty }
}

function fail(
  context: Context,
  node: { readonly range?: readonly number[] | null | undefined },
  code: 'YAML_SYNTAX' | 'YAML_LIMIT' | 'YAML_UNSUPPORTED' | 'YAML_DUPLICATE_KEY',
  message: string,
): never {
  const { line, column } = positionOf(context.text, node.range?.[0] ?? 0)
  throw new YamlError(code, message, line, column)
}

function valueOf(node: unknown, context: Context): unknown {
  context.nodes++
  if (isAlias(node)) {
    const target = context.anchors.get(node.source)
    if (target === undefined) return fail(context, node, 'YAML_SYNTAX', `alias *${node.source} has no anchor before it`)
    context.aliased += target.nodes
    context.nodes += target.nodes
    if (context.aliased > context.options.maxAliases)
      return fail(context, node, 'YAML_LIMIT', `aliases stand for more than ${context.options.maxAliases} nodes`)
    return target.value
  }
  if (!isScalar(node) && !isMap(node) && !isSeq(node)) return null
  const before = context.nodes
  if (++context.depth > context.options.maxDepth) fail(context, node, 'YAML_LIMIT', `collections are nested deeper than ${context.options.maxDepth}`)
  const value = isScalar(node) ? scalarOf(node, context) : isMap(node) ? mapOf(node, context) : node.items.map((item) => valueOf(item, context))
  context.depth--
  if (node.anchor !== undefined) context.anchors.set(node.anchor, { value, nodes: context.nodes - before + 1 })
  return value
}

/** Under the failsafe schema a scalar's value is its text, or nothing. */
function plainText({ value }: Scalar): string {
  return typeof value === 'string' ? value : ''
}

function scalarOf(node: Scalar, context: Context): unknown {
  const text = typeof node.value === 'string' ? withoutMissingBreak(node, context) : plainText(node)
  const tag = node.tag
  if (tag === '!!str' || tag === 'tag:yaml.org,2002:str' || tag === '!') return text
  if (tag?.endsWith(':binary') === true) return binaryText(node.source ?? text, node, context)
  const isTyped = tag !== undefined && /^tag:yaml\.org,2002:(?:int|float|bool|null|timestamp)$/.test(tag)
  if (node.type !== Scalar.PLAIN && !isTyped) return text
  if (tag !== undefined && !isTyped && tag !== 'tag:yaml.org,2002:str') return text
  try {
    const value = resolvePlain(text, context.options.scalars)
    return tag?.endsWith(':float') === true && typeof value === 'bigint' ? Number(value) : value
  } catch (error) {
    if (error instanceof UnsupportedScalar) return fail(context, node, 'YAML_UNSUPPORTED', error.message)
    throw error
  }
}

/** Go's readers decode `!!binary` into a text of those bytes. */
function binaryText(text: string, node: Scalar, context: Context): string {
  let binary: string
  try {
    binary = atob(text.replaceAll(/\s/g, ''))
  } catch {
    return fail(context, node, 'YAML_SYNTAX', '!!binary value contains invalid base64 data')
  }
  return new TextDecoder().decode(Uint8Array.from(binary, (character) => character.charCodeAt(0)))
}

/** A block scalar that ends the text without a line end has none to keep, as in libyaml and Go. */
function withoutMissingBreak(node: Scalar, { text }: Context): string {
  const value = node.value as string
  const isBlock = node.type === Scalar.BLOCK_LITERAL || node.type === Scalar.BLOCK_FOLDED
  const isLast = (node.range?.[1] ?? 0) >= text.trimEnd().length && !text.endsWith('\n')
  if (!isBlock || !isLast || !value.endsWith('\n')) return value
  return text.slice(text.lastIndexOf('\n') + 1).trim() === '' ? value : value.slice(0, -1)
}

function mapOf(node: YAMLMap, context: Context): Record<string, unknown> {
  const map: Record<string, unknown> = {}
  const merged: unknown[] = []
  const seen = new Set<string>()
  for (const pair of node.items) {
    if (!isPair(pair)) continue
    if (isMergeKey(pair)) {
      merged.push(valueOf(pair.value, context))
      continue
    }
    const key = keyOf(pair, context)
    if (seen.has(key)) noteDuplicate(key, pair, context)
    seen.add(key)
    const value = valueOf(pair.value, context)
    setMember(map, key, value)
    if (value === null && isMissing(pair.value)) context.options.onMissingValue?.(map, key)
  }
  for (const value of merged) mergeInto(map, value, node, context)
  return map
}

function isMissing(node: unknown): boolean {
  return node === null || (isScalar(node) && node.type === Scalar.PLAIN && node.source === '' && node.tag === undefined)
}

function isMergeKey({ key }: Pair): boolean {
  return isScalar(key) && key.type === Scalar.PLAIN && key.value === '<<' && (key.tag === undefined || key.tag.endsWith(':merge'))
}

function keyOf({ key }: Pair, context: Context): string {
  const node = isAlias(key) ? key.resolve(context.document) : key
  if (isMap(node) || isSeq(node)) return fail(context, node, 'YAML_UNSUPPORTED', 'a collection cannot be a key')
  if (!isScalar(node)) return 'null'
  if (node.anchor !== undefined) context.anchors.set(node.anchor, { value: scalarOf(node, context), nodes: 1 })
  const text = plainText(node)
  const isText = node.type !== Scalar.PLAIN || (node.tag !== undefined && node.tag.endsWith(':str'))
  try {
    return isText ? text : text === '' && context.options.scalars !== 'kyaml' ? 'null' : resolveKey(text, context.options.scalars)
  } catch (error) {
    if (error instanceof UnsupportedScalar) return fail(context, node, 'YAML_UNSUPPORTED', error.message)
    throw error
  }
}

function noteDuplicate(key: string, pair: Pair, context: Context): void {
  const at = (isScalar(pair.key) ? pair.key.range?.[0] : undefined) ?? 0
  const { line, column } = positionOf(context.text, at)
  const message = `key ${JSON.stringify(key)} is already defined in this map`
  if (context.options.duplicateKeys === 'error') throw new YamlError('YAML_DUPLICATE_KEY', message, line, column)
  context.warnings.push({ code: 'DUPLICATE_KEY', message: `${message}; the last one counts`, line, column })
}

/** Members that are there already win; of several merged maps the first does. */
function mergeInto(map: Record<string, unknown>, value: unknown, node: YAMLMap, context: Context): void {
  const sources: unknown[] = Array.isArray(value) ? value : [value]
  for (const source of sources) {
    if (typeof source !== 'object' || source === null || Array.isArray(source)) fail(context, node, 'YAML_SYNTAX', 'a merge key needs a map or a list of maps')
    for (const [name, member] of Object.entries(source as Record<string, unknown>)) if (!Object.hasOwn(map, name)) setMember(map, name, member)
  }
}

/** The package recurses, so deep flow collections would end its stack before its limits are asked. */
function refuseDeepFlow(text: string, options: ResolvedOptions): void {
  let depth = 0
  for (let at = 0; at < text.length; at++) {
    const code = text.charCodeAt(at)
    if (code === 91 || code === 123) {
      if (++depth > options.maxDepth * 2) {
        const { line, column } = positionOf(text, at)
        throw new YamlError('YAML_LIMIT', `collections are nested deeper than ${options.maxDepth}`, line, column)
      }
    } else if ((code === 93 || code === 125) && depth > 0) depth--
  }
}
