// ConfigMaps and Secrets. Follows kubernetes `pkg/apis/core/validation/validation.go`.
import { goJsonError } from '@plumbline/schema'
import type { FieldError } from '../status-errors.ts'
import { objectOf } from '../types.ts'
import type { JsonObject, KubeObject } from '../types.ts'
import { configKeyProblems } from './messages.ts'

const maxBytes = 1_048_576

export function validateConfig(object: KubeObject): FieldError[] {
  const [data, binary] = [objectOf(object['data']), objectOf(object['binaryData'])]
  const errors: FieldError[] = []
  let size = 0
  const check = (field: string, key: string): void => {
    for (const detail of configKeyProblems(key)) errors.push({ type: 'Invalid', path: `${field}[${key}]`, value: key, detail })
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
  if (object.kind === 'Secret') errors.push(...secretErrors(object))
  return errors
}

const basicAuth = ['username', 'password']

/** What secrets of the types that clients rely on must hold. */
function secretErrors(secret: KubeObject): FieldError[] {
  const data = objectOf(secret['data'])
  const missing = (...keys: readonly string[]): FieldError[] =>
    keys.filter((key) => !Object.hasOwn(data, key)).map((key) => ({ type: 'Required', path: `data[${key}]`, detail: '' }))
  switch (secret['type']) {
    case 'kubernetes.io/service-account-token': {
      const account = 'kubernetes.io/service-account.name'
      return (secret.metadata.annotations?.[account] ?? '') === '' ? [{ type: 'Required', path: `metadata.annotations[${account}]`, detail: '' }] : []
    }
    case 'kubernetes.io/dockercfg':
      return jsonErrors(data, '.dockercfg')
    case 'kubernetes.io/dockerconfigjson':
      return jsonErrors(data, '.dockerconfigjson')
    case 'kubernetes.io/basic-auth':
      return basicAuth.some((key) => Object.hasOwn(data, key)) ? [] : missing(...basicAuth)
    case 'kubernetes.io/ssh-auth':
      return missing('ssh-privatekey')
    case 'kubernetes.io/tls':
      return missing('tls.crt', 'tls.key')
    default:
      return []
  }
}

function jsonErrors(data: JsonObject, key: string): FieldError[] {
  const path = `data[${key}]`
  const value = data[key]
  if (typeof value !== 'string') return [{ type: 'Required', path, detail: '' }]
  const text = Buffer.from(value, 'base64').toString()
  try {
    JSON.parse(text)
    return []
  } catch {
    return [{ type: 'Invalid', path, value: '<secret contents redacted>', detail: goJsonError(text) }]
  }
}
