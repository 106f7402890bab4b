// Probes and lifecycle hooks of containers. Follows kubernetes `pkg/apis/core/validation`.
import { arrayOf, isObject, objectsOf } from '../types.ts'
import type { JsonObject } from '../types.ts'
import { headerNameProblems, portProblems } from './messages.ts'
import type { Problems } from './problems.ts'

const handlers: Readonly<Record<string, (handler: JsonObject, path: string, problems: Problems) => void>> = {
  exec(handler, path, problems) {
    if (arrayOf(handler['command']).length === 0) problems.required(`${path}.command`)
  },
  httpGet(handler, path, problems) {
    if ((handler['path'] ?? '') === '') problems.required(`${path}.path`)
    problems.invalidEach(`${path}.port`, handler['port'] ?? 0, portProblems(handler['port']))
    if (!['HTTP', 'HTTPS'].includes(String(handler['scheme']))) problems.unsupported(`${path}.scheme`, handler['scheme'], ['HTTP', 'HTTPS'])
    for (const { name } of objectsOf(handler['httpHeaders']))
      problems.invalidEach(`${path}.httpHeaders`, name ?? '', headerNameProblems(typeof name === 'string' ? name : ''))
  },
  tcpSocket: (handler, path, problems) => problems.invalidEach(`${path}.port`, handler['port'] ?? 0, portProblems(handler['port'])),
  grpc: (handler, path, problems) => problems.invalidEach(`${path}.port`, handler['port'] ?? 0, portProblems(handler['port'])),
  sleep: () => undefined,
}

function checkHandler(owner: JsonObject, path: string, problems: Problems): void {
  let hasOne = false
  for (const [name, check] of Object.entries(handlers)) {
    const handler = owner[name]
    if (!isObject(handler)) continue
    if (hasOne) problems.forbidden(`${path}.${name}`, 'may not specify more than 1 handler type')
    else check(handler, `${path}.${name}`, problems)
    hasOne = true
  }
  if (!hasOne) problems.required(path, 'must specify a handler type')
}

export function checkProbe(kind: 'livenessProbe' | 'readinessProbe' | 'startupProbe', probe: unknown, path: string, problems: Problems): void {
  if (!isObject(probe)) return
  checkHandler(probe, path, problems)
  for (const name of ['initialDelaySeconds', 'timeoutSeconds', 'periodSeconds', 'successThreshold', 'failureThreshold'])
    problems.nonNegative(`${path}.${name}`, probe[name])
  const grace = probe['terminationGracePeriodSeconds']
  if (typeof grace === 'number' && grace <= 0) problems.invalid(`${path}.terminationGracePeriodSeconds`, grace, 'must be greater than 0')
  if (kind === 'readinessProbe') {
    if (grace !== undefined) problems.invalid(`${path}.terminationGracePeriodSeconds`, grace, 'must not be set for readinessProbes')
  } else if (probe['successThreshold'] !== 1) problems.invalid(`${path}.successThreshold`, probe['successThreshold'] ?? 0, 'must be 1')
}

export function checkLifecycle(lifecycle: unknown, path: string, problems: Problems): void {
  if (!isObject(lifecycle)) return
  for (const name of ['postStart', 'preStop']) if (isObject(lifecycle[name])) checkHandler(lifecycle[name], `${path}.${name}`, problems)
}
