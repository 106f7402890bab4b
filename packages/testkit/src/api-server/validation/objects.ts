// Rules of whole objects, a list of checks by kind; custom resources by their schema.
import { validateStructural } from '@plumbline/schema'
import type { ResourceType } from '../resource-type.ts'
import type { FieldError } from '../status-errors.ts'
import { isEqual, isObject, objectOf, valueAt } from '../types.ts'
import type { KubeObject } from '../types.ts'
import { validateConfig } from './config.ts'
import { validateDefinition, validateDefinitionUpdate } from './custom-resource-definition.ts'
import { validatePodTemplateOwner } from './pods.ts'
import { validateStatus } from './status.ts'
import { validateService } from './services.ts'
import { validateWorkloadUpdate } from './workloads.ts'

/** Problems of an object, new or changed. */
export function validateObject(type: ResourceType, object: KubeObject, previous?: KubeObject): FieldError[] {
  if (type.defined !== undefined) return validateCustom(type, object, previous)
  switch (`${type.group}/${type.kind}`) {
    case '/ConfigMap':
    case '/Secret':
      return validateConfig(object)
    case '/Service':
      return validateService(object)
    case 'apiextensions.k8s.io/CustomResourceDefinition':
      return validateDefinition(object)
    case '/Pod':
    case '/ReplicationController':
    case 'apps/ReplicaSet':
    case 'apps/StatefulSet':
    case 'apps/DaemonSet':
    case 'batch/Job':
    case 'batch/CronJob':
      return validatePodTemplateOwner(type, object)
    case 'apps/Deployment':
      return [...validatePodTemplateOwner(type, object), ...validateDeploymentStrategy(object)]
    default:
      return []
  }
}

function validateDeploymentStrategy(object: KubeObject): FieldError[] {
  const strategy = objectOf(valueAt(object, 'spec', 'strategy'))
  const path = 'spec.strategy'
  if (strategy['type'] === 'Recreate')
    return strategy['rollingUpdate'] === undefined
      ? []
      : [{ type: 'Forbidden', path: `${path}.rollingUpdate`, detail: "may not be specified when strategy `type` is 'Recreate'" }]
  if (strategy['type'] === 'RollingUpdate') return []
  return [{ type: 'NotSupported', path: `${path}.type`, value: strategy['type'] ?? '', detail: 'supported values: "Recreate", "RollingUpdate"' }]
}

/** Unchanged invalid values do not block an update. */
function validateCustom(type: ResourceType, object: KubeObject, previous: KubeObject | undefined): FieldError[] {
  const schema = type.defined?.openAPIV3Schema
  if (schema === undefined) return []
  const problems = validateStructural(object, schema)
  if (previous === undefined) return [...problems]
  const before = new Set(validateStructural(previous, schema).map(({ path, detail }) => `${path} ${detail}`))
  return problems.filter(({ path, detail }) => !before.has(`${path} ${detail}`))
}

/** Problems of a change. */
export function validateUpdate(type: ResourceType, before: KubeObject, after: KubeObject, subresource: string): FieldError[] {
  if (type.defined !== undefined) return []
  if (subresource === 'status') return validateStatus(type, after)
  if (subresource !== '') return []
  const immutable = (path: string): FieldError[] => {
    const parts = path.split('.')
    const [old, next] = [valueAt(before, ...parts), valueAt(after, ...parts)]
    return isEqual(old ?? null, next ?? null) ? [] : [{ type: 'Invalid', path, value: next ?? null, detail: 'field is immutable' }]
  }
  switch (`${type.group}/${type.kind}`) {
    case '/ConfigMap':
    case '/Secret':
      return immutableConfig(type, before, after)
    case 'apps/Deployment':
    case 'apps/ReplicaSet':
    case 'apps/DaemonSet':
    case 'apps/StatefulSet':
    case 'batch/Job':
      return validateWorkloadUpdate(type, before, after, immutable)
    case 'rbac.authorization.k8s.io/RoleBinding':
    case 'rbac.authorization.k8s.io/ClusterRoleBinding': {
      const [old, next] = [objectOf(before['roleRef']), objectOf(after['roleRef'])]
      return isEqual(old, next)
        ? []
        : [{ type: 'Invalid', path: 'roleRef', value: { APIGroup: next['apiGroup'], Kind: next['kind'], Name: next['name'] }, detail: 'cannot change roleRef' }]
    }
    case 'apiextensions.k8s.io/CustomResourceDefinition':
      return validateDefinitionUpdate(before, after)
    case 'storage.k8s.io/StorageClass':
      return ['parameters', 'provisioner', 'reclaimPolicy'].flatMap((field) =>
        isEqual(before[field] ?? null, after[field] ?? null) ? [] : [{ type: 'Forbidden' as const, path: field, detail: `updates to ${field} are forbidden.` }],
      )
    case '/Service': {
      const [old, next] = [valueAt(before, 'spec', 'clusterIP'), valueAt(after, 'spec', 'clusterIP')]
      const isKept = old === next || valueAt(after, 'spec', 'type') === 'ExternalName' || valueAt(before, 'spec', 'type') === 'ExternalName'
      return isKept ? [] : [{ type: 'Invalid', path: 'spec.clusterIPs[0]', value: [next], detail: 'may not change once set' }]
    }
    default:
      return []
  }
}

function immutableConfig(type: ResourceType, before: KubeObject, after: KubeObject): FieldError[] {
  const errors: FieldError[] = []
  if (type.kind === 'Secret' && !isEqual(before['type'], after['type']))
    errors.push({ type: 'Invalid', path: 'type', value: after['type'], detail: 'field is immutable' })
  if (before['immutable'] !== true) return errors
  const forbid = (path: string): void => void errors.push({ type: 'Forbidden', path, detail: 'field is immutable when `immutable` is set' })
  if (after['immutable'] !== true) forbid('immutable')
  for (const field of type.kind === 'Secret' ? ['data'] : ['data', 'binaryData'])
    if (!isEqual(isObject(before[field]) ? before[field] : {}, isObject(after[field]) ? after[field] : {})) forbid(field)
  return errors
}
