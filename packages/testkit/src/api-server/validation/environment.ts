// Environment of containers, and references to fields and resources. Follows kubernetes `pkg/apis/core/validation`.
import { qualifiedNameProblems, subdomainProblems } from '../names.ts'
import { isObject, objectsOf, textOf } from '../types.ts'
import type { JsonObject } from '../types.ts'
import { configKeyProblems, environmentNameProblems } from './messages.ts'
import type { Problems } from './problems.ts'

export const environmentFields: readonly string[] = [
  'metadata.name',
  'metadata.namespace',
  'metadata.uid',
  'spec.nodeName',
  'spec.serviceAccountName',
  'status.hostIP',
  'status.hostIPs',
  'status.podIP',
  'status.podIPs',
]
export const volumeFields: readonly string[] = ['metadata.annotations', 'metadata.labels', 'metadata.name', 'metadata.namespace', 'metadata.uid']
const knownFields = new Set([...environmentFields, ...volumeFields, 'spec.restartPolicy', 'spec.schedulerName', 'status.phase'])
const resourceFields = ['limits.cpu', 'limits.ephemeral-storage', 'limits.memory', 'requests.cpu', 'requests.ephemeral-storage', 'requests.memory']

export function checkFieldRef(reference: JsonObject, path: string, allowed: readonly string[], problems: Problems): void {
  const field = textOf(reference['fieldPath'])
  if (textOf(reference['apiVersion']) === '') problems.required(`${path}.apiVersion`)
  if (field === '') {
    problems.required(`${path}.fieldPath`)
    return
  }
  const version = textOf(reference['apiVersion'])
  if (version !== '' && version !== 'v1') {
    problems.invalid(`${path}.fieldPath`, field, `error converting fieldPath: unsupported pod version: ${version}`)
    return
  }
  const subscript = /^(.*)\['(.*)'\]$/.exec(field)
  const base = subscript?.[1] ?? field
  const isMap = base === 'metadata.annotations' || base === 'metadata.labels'
  if (subscript !== null && !isMap) problems.invalid(`${path}.fieldPath`, field, `error converting fieldPath: field label does not support subscript: ${field}`)
  else if (subscript !== null) {
    const key = base === 'metadata.annotations' ? (subscript[2] ?? '').toLowerCase() : (subscript[2] ?? '')
    problems.invalidEach(path, key, qualifiedNameProblems(key))
  } else if (!knownFields.has(field)) problems.invalid(`${path}.fieldPath`, field, `error converting fieldPath: field label not supported: ${field}`)
  else if (!allowed.includes(field)) problems.unsupported(`${path}.fieldPath`, field, allowed)
}

export function checkResourceFieldRef(reference: JsonObject, path: string, needsContainer: boolean, problems: Problems): void {
  const resource = textOf(reference['resource'])
  if (needsContainer && textOf(reference['containerName']) === '') problems.required(`${path}.containerName`)
  else if (resource === '') problems.required(`${path}.resource`)
  else if (!resourceFields.includes(resource) && !/^(?:limits|requests)\.hugepages-/.test(resource))
    problems.unsupported(`${path}.resource`, resource, resourceFields)
}

function checkKeyRef(reference: JsonObject, path: string, problems: Problems): void {
  const [name, key] = [textOf(reference['name']), textOf(reference['key'])]
  problems.invalidEach(`${path}.name`, name, subdomainProblems(name))
  if (key === '') problems.required(`${path}.key`)
  else problems.invalidEach(`${path}.key`, key, configKeyProblems(key))
}

export function checkEnvironment(container: JsonObject, path: string, problems: Problems): void {
  for (const [index, variable] of objectsOf(container['env']).entries()) {
    const at = `${path}.env[${index}]`
    const name = textOf(variable['name'])
    if (name === '') problems.required(`${at}.name`)
    else problems.invalidEach(`${at}.name`, name, environmentNameProblems(name))
    if (isObject(variable['valueFrom'])) checkValueFrom(variable['valueFrom'], textOf(variable['value']), `${at}.valueFrom`, problems)
  }
  for (const [index, source] of objectsOf(container['envFrom']).entries()) {
    const at = `${path}.envFrom[${index}]`
    const prefix = textOf(source['prefix'])
    if (prefix !== '') problems.invalidEach(`${at}.prefix`, prefix, environmentNameProblems(prefix))
    const references = ['configMapRef', 'secretRef'].filter((name) => isObject(source[name]))
    for (const name of references) {
      const target = textOf((source[name] as JsonObject)['name'])
      if (target === '') problems.required(`${at}.${name}.name`)
      else problems.invalidEach(`${at}.${name}.name`, target, subdomainProblems(target))
    }
    if (references.length === 0) problems.invalid(`${path}.envFrom`, '', 'must specify one of: `configMapRef` or `secretRef`')
    else if (references.length > 1) problems.invalid(`${path}.envFrom`, '', 'may not have more than one field specified at a time')
  }
}

function checkValueFrom(source: JsonObject, value: string, path: string, problems: Problems): void {
  let count = 0
  const each = (name: string, check: (reference: JsonObject, at: string) => void): void => {
    const reference = source[name]
    if (!isObject(reference)) return
    count++
    check(reference, `${path}.${name}`)
  }
  each('fieldRef', (reference, at) => checkFieldRef(reference, at, environmentFields, problems))
  each('resourceFieldRef', (reference, at) => checkResourceFieldRef(reference, at, false, problems))
  each('configMapKeyRef', (reference, at) => checkKeyRef(reference, at, problems))
  each('secretKeyRef', (reference, at) => checkKeyRef(reference, at, problems))
  if (count === 0) problems.invalid(path, '', 'must specify one of: `fieldRef`, `resourceFieldRef`, `configMapKeyRef` or `secretKeyRef`')
  else if (value !== '') problems.invalid(path, '', 'may not be specified when `value` is not empty')
  else if (count > 1) problems.invalid(path, '', 'may not have more than one field specified at a time')
}
