// Versions and their ranges, as Masterminds' semver reads them.
import { FunctionError } from '../errors.ts'
import { fn } from '../functions.ts'
import type { FunctionMap } from '../functions.ts'
import { GoInt } from '../numbers.ts'
import { HostObject } from '../values.ts'
import type { GoMethod, GoValue } from '../values.ts'

const versionPattern = /^v?([0-9]+)(\.[0-9]+)?(\.[0-9]+)?(?:-([0-9A-Za-z-]+(?:\.[0-9A-Za-z-]+)*))?(?:\+([0-9A-Za-z-]+(?:\.[0-9A-Za-z-]+)*))?$/
const rangeVersion = String.raw`v?([0-9xX*]+)(\.[0-9xX*]+)?(\.[0-9xX*]+)?((?:-[0-9A-Za-z-]+(?:\.[0-9A-Za-z-]+)*)?)((?:\+[0-9A-Za-z-]+(?:\.[0-9A-Za-z-]+)*)?)`
const operators = String.raw`(?:=>|=<|>=|<=|!=|~>|=|>|<|~|\^|)`
const one = new RegExp(String.raw`^\s*(${operators})\s*(${rangeVersion})\s*$`)
const anyOne = new RegExp(String.raw`(${operators})\s*(${rangeVersion})`, 'g')
const hyphenated = new RegExp(String.raw`\s*(${rangeVersion})\s+-\s+(${rangeVersion})\s*`, 'g')
const unnumbered = String.raw`v?[0-9xX*]+(?:\.[0-9xX*]+)?(?:\.[0-9xX*]+)?(?:-[0-9A-Za-z-]+(?:\.[0-9A-Za-z-]+)*)?(?:\+[0-9A-Za-z-]+(?:\.[0-9A-Za-z-]+)*)?`
const wholeRange = new RegExp(String.raw`^(?:\s*${operators}\s*${unnumbered}\s*)(?:(?:\s+|,\s*)${operators}\s*${unnumbered}\s*)*$`)
const maxLength = 256
const maxNumber = 2n ** 64n - 1n

/** A version, with the methods that templates call. */
export class Version extends HostObject {
  override readonly typeName = '*semver.Version'
  override readonly kindName = 'ptr'
  readonly original: string
  readonly major: bigint
  readonly minor: bigint
  readonly patch: bigint
  readonly prerelease: string
  readonly metadata: string

  constructor(text: string) {
    super()
    const match = versionPattern.exec(text)
    if (match === null || text.length > maxLength) throw new FunctionError('Invalid Semantic Version')
    const [, major = '0', minor = '.0', patch = '.0', prerelease = '', metadata = ''] = match
    this.original = text
    this.major = BigInt(major)
    this.minor = BigInt(minor.slice(1))
    this.patch = BigInt(patch.slice(1))
    this.prerelease = prerelease
    this.metadata = metadata
    const tooLarge = [major, minor.slice(1), patch.slice(1)].find((part) => BigInt(part) > maxNumber)
    if (tooLarge !== undefined) throw new FunctionError(`Error parsing version segment: strconv.ParseUint: parsing "${tooLarge}": value out of range`)
    if (prerelease.split('.').some((part) => /^0[0-9]+$/.test(part))) throw new FunctionError('Version segment starts with 0')
  }

  override text(): string {
    const { major, minor, patch, prerelease, metadata } = this
    return `${major}.${minor}.${patch}${prerelease === '' ? '' : `-${prerelease}`}${metadata === '' ? '' : `+${metadata}`}`
  }

  compare(other: Version): number {
    for (const part of ['major', 'minor', 'patch'] as const) if (this[part] !== other[part]) return this[part] < other[part] ? -1 : 1
    return comparePrereleases(this.prerelease, other.prerelease)
  }

  override method(name: string): GoMethod | undefined {
    const none = (call: () => GoValue): GoMethod => ({ min: 0, max: 0, call })
    const other = (call: (version: Version) => GoValue): GoMethod => ({
      min: 1,
      max: 1,
      call: ([version]) => {
        if (!(version instanceof Version)) throw new FunctionError('wrong type for value; expected *semver.Version')
        return call(version)
      },
    })
    switch (name) {
      case 'Major':
        return none(() => new GoInt(this.major, 'uint64'))
      case 'Minor':
        return none(() => new GoInt(this.minor, 'uint64'))
      case 'Patch':
        return none(() => new GoInt(this.patch, 'uint64'))
      case 'Prerelease':
        return none(() => this.prerelease)
      case 'Metadata':
        return none(() => this.metadata)
      case 'Original':
        return none(() => this.original)
      case 'String':
        return none(() => this.text())
      case 'IncMajor':
        return none(() => new Version(`${this.major + 1n}.0.0`))
      case 'IncMinor':
        return none(() => new Version(`${this.major}.${this.minor + 1n}.0`))
      case 'IncPatch':
        return none(() => new Version(this.prerelease === '' ? `${this.major}.${this.minor}.${this.patch + 1n}` : `${this.major}.${this.minor}.${this.patch}`))
      case 'Compare':
        return other((version) => new GoInt(BigInt(this.compare(version)), 'int'))
      case 'LessThan':
        return other((version) => this.compare(version) < 0)
      case 'GreaterThan':
        return other((version) => this.compare(version) > 0)
      case 'Equal':
        return other((version) => this.compare(version) === 0)
      default:
        return undefined
    }
  }
}

function comparePrereleases(a: string, b: string): number {
  if (a === b) return 0
  if (a === '') return 1
  if (b === '') return -1
  const [left, right] = [a.split('.'), b.split('.')]
  for (let index = 0; index < Math.max(left.length, right.length); index++) {
    const [x, y] = [left[index], right[index]]
    if (x === undefined) return -1
    if (y === undefined) return 1
    if (x === y) continue
    const [isNumber, isOther] = [/^[0-9]+$/.test(x), /^[0-9]+$/.test(y)]
    if (isNumber && isOther) return BigInt(x) < BigInt(y) ? -1 : 1
    if (isNumber !== isOther) return isNumber ? -1 : 1
    return x < y ? -1 : 1
  }
  return 0
}

interface Constraint {
  readonly operator: string
  readonly version: Version
  /** Parts that were left open. */
  readonly isDirty: boolean
  readonly isMinorOpen: boolean
  readonly isPatchOpen: boolean
}

const isOpen = (part: string | undefined): boolean => part === undefined || part === '' || ['x', 'X', '*'].includes(part.replace('.', ''))

function parseConstraint(text: string): Constraint {
  const match = one.exec(text)
  if (match === null) throw new FunctionError(`improper constraint: ${text}`)
  const [, operator = '', whole = '', major, minor, patch, prerelease = ''] = match
  let version = whole
  let [isDirty, isMinorOpen, isPatchOpen] = [false, false, false]
  if (isOpen(major)) {
    version = `0.0.0${prerelease}`
    isDirty = true
  } else if (isOpen(minor)) {
    version = `${major}.0.0${prerelease}`
    isDirty = isMinorOpen = true
  } else if (isOpen(patch)) {
    version = `${major}${minor ?? ''}.0${prerelease}`
    isDirty = isPatchOpen = true
  }
  try {
    return { operator, version: new Version(version), isDirty, isMinorOpen, isPatchOpen }
  } catch {
    throw new FunctionError('constraint Parser Error')
  }
}

/** Alternatives, of each of which every part has to hold. @throws {FunctionError} */
export function parseConstraints(text: string): readonly (readonly Constraint[])[] {
  if (text.length > 4096) throw new FunctionError(`improper constraint: ${text.slice(0, 100)}`)
  const rewritten = text.replace(hyphenated, (...groups: unknown[]) => `>= ${String(groups[1])}, <= ${String(groups[7])} `)
  return rewritten.split('||').map((alternative) => {
    if (!wholeRange.test(alternative)) throw new FunctionError(`improper constraint: ${alternative}`)
    const parts = [...alternative.matchAll(anyOne)].map(([part]) => part)
    return parts.length === 0 ? [parseConstraint(alternative)] : parts.map(parseConstraint)
  })
}

export function satisfies(version: Version, constraints: readonly (readonly Constraint[])[]): boolean {
  return constraints.some((parts) => parts.every((part) => holds(version, part)))
}

function holds(v: Version, constraint: Constraint): boolean {
  const { operator, version: c, isDirty, isMinorOpen, isPatchOpen } = constraint
  // Prereleases are only meant where the range names one.
  const isForeign = v.prerelease !== '' && c.prerelease === ''
  if (operator === '!=') {
    if (!isDirty) return v.compare(c) !== 0
    if (isForeign) return false
    if (c.major !== v.major) return true
    if (c.minor !== v.minor && !isMinorOpen) return true
    if (isMinorOpen) return false
    if (c.patch !== v.patch && !isPatchOpen) return true
    return isPatchOpen && (v.prerelease !== '' || c.prerelease !== '') ? comparePrereleases(v.prerelease, c.prerelease) !== 0 : !isPatchOpen
  }
  if (isForeign) return false
  const order = v.compare(c)
  switch (operator) {
    case '>':
      if (!isDirty) return order > 0
      if (v.major !== c.major) return v.major > c.major
      if (isMinorOpen) return false
      if (isPatchOpen) return v.minor > c.minor
      return order > 0
    case '<':
      return order < 0
    case '>=':
    case '=>':
      return order >= 0
    case '<=':
    case '=<':
      if (!isDirty) return order <= 0
      return v.major < c.major || (v.major === c.major && (isMinorOpen || v.minor <= c.minor))
    case '^':
      return order >= 0 && isCompatible(v, constraint)
    case '~':
    case '~>':
      return tilde(v, constraint)
    default:
      return isDirty ? tilde(v, constraint) : order === 0
  }
}

function tilde(v: Version, { version: c, isMinorOpen, isPatchOpen }: Constraint): boolean {
  if (v.compare(c) < 0) return false
  if (c.major === 0n && c.minor === 0n && c.patch === 0n && !isMinorOpen && !isPatchOpen) return true
  return v.major === c.major && (isMinorOpen || v.minor === c.minor)
}

/** The leftmost number that is not zero may not change. */
function isCompatible(v: Version, { version: c, isMinorOpen, isPatchOpen }: Constraint): boolean {
  if (c.major > 0n || isMinorOpen) return v.major === c.major
  if (v.major > 0n) return false
  if (c.minor > 0n || isPatchOpen) return v.minor === c.minor
  return v.minor === 0n && v.patch === c.patch
}

export const semverFunctions: FunctionMap = {
  semver: fn('string', ([text]) => new Version(text as string)),
  semverCompare: fn('string string', ([range, text]) => {
    const constraints = parseConstraints(range as string)
    return satisfies(new Version(text as string), constraints)
  }),
}
