// Imports are literals, so all files that a program can ask for are known before it runs: they are read here, as reading may take time.
import { JsonnetLimitError, JsonnetSyntaxError } from './errors.ts'
import type { JsonnetLimits } from './limits.ts'
import { parseProgram } from './parser.ts'
import type { Program } from './parser.ts'
import type { Source } from './source.ts'
import type { ImportExpression } from './syntax-tree.ts'
import { textOfBytes } from './bytes.ts'

/** A file that was found. */
export interface JsonnetImport {
  /** What the file is called in messages and in `std.thisFile`, and where its own imports start from. One path is one content. */
  readonly path: string
  readonly content: string | Uint8Array
}

/**
 * Finds what is imported. Called once for each pair, one after another, before the program runs; also for imports that are never evaluated.
 * @param from path of the file that imports; '' for code in variables
 * @param path as it is written
 * @returns undefined when there is no such file, or the reason why there is none: a failure only if the import is evaluated
 */
export type JsonnetImporter = (
  from: string,
  path: string,
) => JsonnetImport | { readonly reason: string } | undefined | Promise<JsonnetImport | { readonly reason: string } | undefined>

/** A file in memory. */
export interface LoadedFile {
  readonly source: Source
  readonly bytes: Uint8Array
  /** Set once it is imported as code; what it says if it cannot be read. */
  program: Program | JsonnetSyntaxError | undefined
}

/** Files by who asks for them and how. */
export interface ImportTable {
  find(from: string, path: string): LoadedFile | { readonly reason: string }
}

export interface LoadOptions {
  readonly importer: JsonnetImporter | undefined
  readonly limits: JsonnetLimits
  readonly signal: { throwIfAborted(): void } | undefined
}

/**
 * Read all that programs import, and what that imports.
 * @throws {JsonnetLimitError} and whatever the importer throws
 */
export async function loadImports(programs: readonly { source: Source; program: Program }[], options: LoadOptions): Promise<ImportTable> {
  const loader = new Loader(options)
  for (const { source, program } of programs) loader.add(source, program)
  await loader.load()
  return { find: (from, path) => loader.found.get(keyOf(from, path)) ?? missing(path) }
}

function keyOf(from: string, path: string): string {
  return `${from}\0${path}`
}

function missing(path: string): { reason: string } {
  return { reason: `couldn't open import ${JSON.stringify(path)}: no match locally or in the Jsonnet library paths` }
}

class Loader {
  readonly found = new Map<string, LoadedFile | { readonly reason: string }>()
  readonly #files = new Map<string, LoadedFile>()
  readonly #pending: { from: string; expression: ImportExpression }[] = []
  readonly #options: LoadOptions
  #bytes = 0
  #tokens = 0

  constructor(options: LoadOptions) {
    this.#options = options
  }

  add({ path }: Source, { imports, tokens }: Program): void {
    this.#tokens += tokens
    for (const expression of imports) this.#pending.push({ from: path, expression })
  }

  async load(): Promise<void> {
    // The list grows while it is gone through.
    for (const { from, expression } of this.#pending) {
      const key = keyOf(from, expression.path)
      const file = this.found.get(key) ?? (await this.#find(from, expression.path))
      this.found.set(key, file)
      if (expression.kind === 'import' && 'source' in file && file.program === undefined) this.#parse(file)
    }
  }

  #parse(file: LoadedFile): void {
    try {
      file.program = parseProgram(file.source, this.#options.limits.maxTokens - this.#tokens)
      this.add(file.source, file.program)
    } catch (error) {
      if (!(error instanceof JsonnetSyntaxError)) throw error
      file.program = error
    }
  }

  async #find(from: string, path: string): Promise<LoadedFile | { readonly reason: string }> {
    const { importer, limits, signal } = this.#options
    signal?.throwIfAborted()
    const answer = await importer?.(from, path)
    if (answer === undefined) return missing(path)
    if ('reason' in answer) return answer
    const known = this.#files.get(answer.path)
    if (known !== undefined) return known
    const bytes = typeof answer.content === 'string' ? new TextEncoder().encode(answer.content) : answer.content
    this.#bytes += bytes.byteLength
    if (this.#files.size >= limits.maxImports) throw new JsonnetLimitError(`the program imports more than ${limits.maxImports} files`)
    if (this.#bytes > limits.maxImportBytes) throw new JsonnetLimitError(`the program imports more than ${limits.maxImportBytes} bytes`)
    const file: LoadedFile = { source: { name: answer.path, path: answer.path, text: textOfBytes(bytes) }, bytes, program: undefined }
    this.#files.set(answer.path, file)
    return file
  }
}
