// Collects what is wrong with an object, in the order it is found: the server lists causes in the order of its rules.
import { printed } from '@plumbline/schema'
import type { FieldError } from '../status-errors.ts'
import { nonNegativeMessage } from './messages.ts'

export class Problems {
  readonly errors: FieldError[] = []

  invalid(path: string, value: unknown, detail: string): void {
    this.errors.push({ type: 'Invalid', path, value, detail })
  }
  /** What is wrong with a value that the server does not print. */
  invalidUnshown(path: string, detail: string): void {
    this.errors.push({ type: 'Invalid', path, isValueOmitted: true, detail })
  }
  /** One error a text. */
  invalidEach(path: string, value: unknown, details: readonly string[]): void {
    for (const detail of details) this.invalid(path, value, detail)
  }
  required(path: string, detail = ''): void {
    this.errors.push({ type: 'Required', path, detail })
  }
  forbidden(path: string, detail: string): void {
    this.errors.push({ type: 'Forbidden', path, detail })
  }
  duplicate(path: string, value: unknown, detail = ''): void {
    this.errors.push({ type: 'Duplicate', path, value, detail })
  }
  notFound(path: string, value: unknown): void {
    this.errors.push({ type: 'NotFound', path, value, detail: '' })
  }
  tooLong(path: string, limit: number): void {
    this.errors.push({ type: 'TooLong', path, detail: `may not be more than ${limit} bytes` })
  }
  tooMany(path: string, count: number, most: number): void {
    this.errors.push({ type: 'TooMany', path, value: count, detail: `must have at most ${most} items` })
  }
  unsupported(path: string, value: unknown, supported: readonly string[]): void {
    this.errors.push({ type: 'NotSupported', path, value, detail: `supported values: ${supported.map((name) => JSON.stringify(name)).join(', ')}` })
  }
  /** A text out of a list; an absent one is missing. */
  oneOf(path: string, value: unknown, supported: readonly string[]): void {
    if (value === undefined || value === null || value === '') this.required(path)
    else if (!supported.includes(printed(value))) this.unsupported(path, value, supported)
  }
  nonNegative(path: string, value: unknown): void {
    if (typeof value === 'number' && value < 0) this.invalid(path, value, nonNegativeMessage)
  }
  add(errors: readonly FieldError[]): void {
    this.errors.push(...errors)
  }
}
