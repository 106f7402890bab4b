// Services. Follows kubernetes `pkg/apis/core/validation/validation.go` (ValidateService).
import { printed } from '@plumbline/schema'
import type { FieldError } from '../status-errors.ts'
import { objectsOf, valueAt } from '../types.ts'
import type { KubeObject } from '../types.ts'

const range = 'must be between 1 and 65535, inclusive'

export function validateService(object: KubeObject): FieldError[] {
  const errors: FieldError[] = []
  const spec = valueAt(object, 'spec')
  const type = valueAt(spec, 'type')
  const ports = objectsOf(valueAt(spec, 'ports'))
  if (type !== 'ExternalName' && ports.length === 0 && valueAt(spec, 'clusterIP') !== 'None') errors.push({ type: 'Required', path: 'spec.ports', detail: '' })
  const names = new Set<unknown>()
  const used = new Set<string>()
  for (const [index, port] of ports.entries()) {
    const at = `spec.ports[${index}]`
    const name = port['name']
    if (ports.length > 1 && (name === undefined || name === '')) errors.push({ type: 'Required', path: `${at}.name`, detail: '' })
    else if (name !== undefined && names.has(name)) errors.push({ type: 'Duplicate', path: `${at}.name`, value: name, detail: '' })
    names.add(name)
    const number = Number(port['port'] ?? 0)
    if (number < 1 || number > 65_535) errors.push({ type: 'Invalid', path: `${at}.port`, value: number, detail: range })
    if (!['TCP', 'UDP', 'SCTP'].includes(String(port['protocol'])))
      errors.push({ type: 'NotSupported', path: `${at}.protocol`, value: port['protocol'], detail: 'supported values: "SCTP", "TCP", "UDP"' })
    const target = port['targetPort']
    if (typeof target === 'number' && (target < 1 || target > 65_535)) errors.push({ type: 'Invalid', path: `${at}.targetPort`, value: target, detail: range })
    const key = `${String(port['protocol'])}/${number}`
    if (used.has(key)) errors.push({ type: 'Duplicate', path: at, value: port, detail: '' })
    used.add(key)
  }
  if (type === 'ExternalName' && printed(valueAt(spec, 'externalName') ?? '') === '') errors.push({ type: 'Required', path: 'spec.externalName', detail: '' })
  if (!['ClusterIP', 'NodePort', 'LoadBalancer', 'ExternalName'].includes(String(type)))
    errors.push({ type: 'NotSupported', path: 'spec.type', value: type, detail: 'supported values: "ClusterIP", "ExternalName", "LoadBalancer", "NodePort"' })
  return errors
}
