// What readers are told, and what they answer.

/**
 * How plain scalars get their types.
 * - `sigs`: as sigs.k8s.io/yaml does for kubectl, Helm and Argo CD: YAML 1.1 booleans, no sexagesimal numbers, times stay texts
 * - `kyaml`: as Kustomize does: YAML 1.2 booleans, times become RFC 3339
 */
export type ScalarRules = 'sigs' | 'kyaml'

/** Bounds of one text. */
export interface YamlLimits {
  /** Length of the text in UTF-16 units. Default: 32 Mi. */
  readonly maxBytes: number
  /** Collections inside each other. Default: 512. */
  readonly maxDepth: number
  /** Nodes that aliases stand for, together. Default: 100,000. */
  readonly maxAliases: number
}

/** Hears of a map and the name of a member in it. */
export type MissingValueListener = (map: Record<string, unknown>, name: string) => void

/** Options of a reader. */
export interface YamlReadOptions {
  /** Default: sigs. */
  readonly scalars?: ScalarRules
  /** `last`: the last of equal keys wins, with a warning. Default: last. */
  readonly duplicateKeys?: 'last' | 'error'
  readonly limits?: Partial<YamlLimits>
  /** Called for every member that has no value at all, which reads as null; maps of a text that is read twice are told twice. */
  readonly onMissingValue?: MissingValueListener
  /** `fallback` takes the slow and complete reader at once; for tests and benches. Default: auto. */
  readonly engine?: 'auto' | 'fallback'
}

/** Something odd that does not keep the text from being read. */
export interface YamlWarning {
  readonly code: 'DUPLICATE_KEY'
  readonly message: string
  readonly line: number
  readonly column: number
}

/** One document of a stream. */
export interface YamlDocument {
  readonly value: unknown
  /** First line of its content, from 1. */
  readonly line: number
  /** Offsets of the document in the text, line ends counted as one character. */
  readonly start: number
  readonly end: number
  readonly warnings: readonly YamlWarning[]
  /** Whether there was nothing but comments. */
  readonly isEmpty: boolean
}

/** Options with every default filled in. */
export interface ResolvedOptions extends YamlLimits {
  readonly scalars: ScalarRules
  readonly duplicateKeys: 'last' | 'error'
  readonly onMissingValue?: MissingValueListener
}

const defaults: ResolvedOptions = Object.freeze({ maxBytes: 32 * 2 ** 20, maxDepth: 512, maxAliases: 100_000, scalars: 'sigs', duplicateKeys: 'last' })

export function resolveOptions(options: YamlReadOptions): ResolvedOptions {
  const { scalars = defaults.scalars, duplicateKeys = defaults.duplicateKeys, onMissingValue } = options
  return { ...defaults, ...options.limits, scalars, duplicateKeys, ...(onMissingValue === undefined ? {} : { onMissingValue }) }
}
