// From a program to JSON.
import { compileNode } from './compile.ts'
import type { Compiler } from './compiler.ts'
import { JsonnetLimitError, JsonnetSyntaxError } from './errors.ts'
import type { Json } from './json-text.ts'
import { defaultLimits } from './limits.ts'
import type { JsonnetLimits } from './limits.ts'
import { loadImports } from './load-imports.ts'
import type { ImportTable, JsonnetImporter, LoadedFile } from './load-imports.ts'
import { toJson } from './manifest.ts'
import { Names } from './names.ts'
import { inFrame } from './objects.ts'
import { parseProgram } from './parser.ts'
import type { Program } from './parser.ts'
import { Run } from './run.ts'
import type { Source } from './source.ts'
import { createLibrary } from './std/library.ts'
import type { YamlReader } from './std/parse.ts'
import type { ImportExpression, Node } from './syntax-tree.ts'
import { arrayOf, FunctionValue, ready, Scope, Thunk } from './values.ts'
import type { Code, ObjectValue, Value } from './values.ts'

/** An external variable or a top-level argument. */
export interface JsonnetVariable {
  readonly name: string
  readonly value: string
  /** Whether the value is a program itself. Default: false, the value is a text. */
  readonly code?: boolean
}

/** All optional. */
export interface JsonnetOptions {
  /** What `std.extVar` gives; the last of a name counts. */
  readonly extVars?: readonly JsonnetVariable[]
  /** Arguments, if the program is a function. */
  readonly tlas?: readonly JsonnetVariable[]
  /** Default: nothing can be imported. */
  readonly import?: JsonnetImporter
  /** Reads one document of YAML for `std.parseYaml`, which fails without. */
  readonly readYaml?: YamlReader
  readonly limits?: Partial<JsonnetLimits>
  /** Looked at between imports; the evaluation itself ends by its limits. */
  readonly signal?: { throwIfAborted(): void }
}

/** What a program made. */
export interface JsonnetResult {
  /** Plain JSON; members are in no order, `formatJson` sorts them. */
  readonly value: Json
  /** Lines of `std.trace`: `TRACE: file:1 text`. */
  readonly traces: readonly string[]
}

/**
 * Evaluate a program, as go-jsonnet v0.21 does.
 * @param file its path: for messages, `std.thisFile` and imports
 * @param text the program
 * @throws {JsonnetSyntaxError} when it cannot be read
 * @throws {JsonnetRuntimeError} when it fails
 * @throws {JsonnetLimitError} when it takes more than it may
 */
export async function evaluateJsonnet(file: string, text: string, options: JsonnetOptions = {}): Promise<JsonnetResult> {
  const limits = { ...defaultLimits, ...options.limits }
  try {
    const { maxTokens } = limits
    const main = parsed({ name: file, path: file, text }, maxTokens)
    const extVars = new Map((options.extVars ?? []).map((variable) => [variable.name, input(variable, 'extvar', maxTokens)]))
    const tlas = new Map((options.tlas ?? []).map((variable) => [variable.name, input(variable, 'top-level-arg', maxTokens)]))
    const programs = [main, ...extVars.values(), ...tlas.values()].filter((item): item is ParsedSource => typeof item !== 'string' && 'program' in item)
    const imports = await loadImports(programs, { importer: options.import, limits, signal: options.signal })
    return new Evaluation(new Run(limits), imports, extVars, options.readYaml).result(main, tlas)
  } catch (error) {
    // V8 says RangeError when its stack is full, and when a text is too long.
    if (error instanceof RangeError) throw new JsonnetLimitError('the program goes too deep', { cause: error })
    throw error
  }
}

interface ParsedSource {
  readonly source: Source
  readonly program: Program
}

type Input = string | ParsedSource | JsonnetSyntaxError

function parsed(source: Source, maxTokens: number): ParsedSource {
  return { source, program: parseProgram(source, maxTokens) }
}

/** Code that cannot be read is an error only where it is used. */
function input({ name, value, code }: JsonnetVariable, kind: string, maxTokens: number): Input {
  if (code !== true) return value
  try {
    return parsed({ name: `<${kind}:${name}>`, path: '', text: value }, maxTokens)
  } catch (error) {
    if (error instanceof JsonnetSyntaxError) return error
    throw error
  }
}

class Evaluation {
  readonly #run: Run
  readonly #imports: ImportTable
  readonly #library: (file: string) => ObjectValue
  readonly #compiler: Compiler
  readonly #values = new Map<string, Thunk>()

  constructor(run: Run, imports: ImportTable, extVars: ReadonlyMap<string, Input>, readYaml: YamlReader | undefined) {
    this.#run = run
    this.#imports = imports
    this.#compiler = {
      run,
      compile: (node, surroundings) => compileNode(this.#compiler, node, surroundings),
      imported: (expression, { source }) => this.#imported(expression, source.path),
    }
    const thunks = new Map([...extVars].map(([name, variable]) => [name, this.#inputThunk(variable)]))
    this.#library = createLibrary(run, { extVars: thunks, readYaml })
  }

  result({ source, program }: ParsedSource, tlas: ReadonlyMap<string, Input>): JsonnetResult {
    const run = this.#run
    const code = this.#compiled(program.root)
    run.current = { words: 'During evaluation' }
    let value = inFrame(run, code, this.#scope(source))
    if (value instanceof FunctionValue) {
      run.current = { words: 'Top-level function call' }
      const named = [...tlas].map(([name, variable]) => ({ name, value: this.#inputThunk(variable) }))
      value = run.call(value, { positional: [], named, isTailStrict: false })
    }
    run.current = { words: 'During manifestation' }
    return { value: toJson(run, value), traces: run.traces }
  }

  #compiled(node: Node): Code {
    return this.#compiler.compile(node, { names: new Names(['std'], undefined, false), context: '$', bind: 'anonymous' })
  }

  #scope({ name }: Source): Scope {
    return new Scope([ready(this.#library(name))], undefined, undefined, 0)
  }

  #inputThunk(variable: Input): Thunk {
    if (typeof variable === 'string') return ready(variable)
    if (variable instanceof JsonnetSyntaxError) return failingThunk(variable)
    try {
      const code = this.#compiled(variable.program.root)
      // The library needs the variables, so it is not there yet.
      return new Thunk(undefined, () => code(this.#scope(variable.source), 0), emptyScope)
    } catch (error) {
      if (error instanceof JsonnetSyntaxError) return failingThunk(error)
      throw error
    }
  }

  #imported({ kind, path }: ImportExpression, from: string): () => Value {
    return () => {
      const file = this.#imports.find(from, path)
      if ('reason' in file) throw this.#run.error(file.reason)
      if (kind === 'importstr') {
        this.#run.text(file.source.text.length)
        return file.source.text
      }
      if (kind === 'importbin') {
        this.#run.elements(file.bytes.length * 4)
        return arrayOf(Array.from(file.bytes))
      }
      return this.#run.force(this.#fileThunk(file))
    }
  }

  #fileThunk({ source, program }: LoadedFile): Thunk {
    const known = this.#values.get(source.path)
    if (known !== undefined) return known
    if (program instanceof JsonnetSyntaxError) throw this.#run.error(program.reason)
    try {
      const thunk = new Thunk(undefined, this.#compiled((program as Program).root), this.#scope(source))
      this.#values.set(source.path, thunk)
      return thunk
    } catch (error) {
      if (error instanceof JsonnetSyntaxError) throw this.#run.error(error.reason)
      throw error
    }
  }
}

const emptyScope = new Scope([], undefined, undefined, 0)

function failingThunk(error: JsonnetSyntaxError): Thunk {
  return new Thunk(
    undefined,
    () => {
      throw error
    },
    emptyScope,
  )
}
