// What a program may take.

/** Bounds of an evaluation. */
export interface JsonnetLimits {
  /** Calls, values computed, elements and characters gone through. A step makes about 100 bytes at most, so this bounds memory too. */
  readonly maxSteps: number
  readonly maxMs: number
  /** Calls and values inside each other, as go-jsonnet counts them. */
  readonly maxStack: number
  /** Characters of one text. */
  readonly maxTextLength: number
  /** Elements of all arrays that the library or `+` make, in all; one that is new counts four times. */
  readonly maxElements: number
  /** Words, numbers, texts and signs of the program and of what it imports. */
  readonly maxTokens: number
  /** Files that are imported. */
  readonly maxImports: number
  /** Bytes of files that are imported, in all. */
  readonly maxImportBytes: number
}

export const defaultLimits: JsonnetLimits = Object.freeze({
  maxSteps: 20_000_000,
  maxMs: 10_000,
  maxStack: 500,
  maxTextLength: 8 * 2 ** 20,
  maxElements: 20_000_000,
  maxTokens: 2_000_000,
  maxImports: 2000,
  maxImportBytes: 32 * 2 ** 20,
})
