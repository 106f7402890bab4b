// ConfigMaps and Secrets. Follows kubernetes `pkg/apis/core/validation/validation.go`.
import type { FieldError } from '../status-errors.ts'
import { objectOf } from '../types.ts'
import type { KubeObject } from '../types.ts'

const keyMessage =
  "a valid config key must consist of alphanumeric characters, '-', '_' or '.' (e.g. 'key.name',  or 'KEY_NAME',  or 'key-name', regex used for validation is '[-._a-zA-Z0-9]+')"
const maxBytes = 1_048_576

export function validateConfig(object: KubeObject): FieldError[] {
  const [data, binary] = [objectOf(object['data']), objectOf(object['binaryData'])]
  const errors: FieldError[] = []
  let size = 0
  const check = (field: string, key: string): void => {
    for (const detail of keyProblems(key)) errors.push({ type: 'Invalid', path: `${field}[${key}]`, value: key, detail })
  }
  for (const [key, value] of Object.entries(data)) {
    check('data', key)
    if (Object.hasOwn(binary, key)) errors.push({ type: 'Invalid', path: `data[${key}]`, value: key, detail: 'duplicate of key present in binaryData' })
    size += String(value).length
  }
  for (const [key, value] of Object.entries(binary)) {
    check('binaryData', key)
    size += String(value).length
  }
  if (size > maxBytes) errors.push({ type: 'TooLong', path: object.kind === 'Secret' ? 'data' : '', detail: `may not be more than ${maxBytes} bytes` })
  return errors
}

function keyProblems(key: string): string[] {
  if (key.length > 253) return ['must be no more than 253 characters']
  if (!/^[-._a-zA-Z0-9]+$/.test(key)) return [keyMessage]
  if (key === '.') return ["must not be '.'"]
  if (key === '..') return ["must not be '..'"]
  return key.startsWith('..') ? ["must not start with '..'"] : []
}
