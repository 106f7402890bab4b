// Rules of whole objects, a list of checks by kind; custom resources by their schema.
import { goText, validateStructural } from '@plumbline/schema'
import type { FieldProblem } from '@plumbline/schema'
import { checkRules } from '../cel/validate.ts'
import type { ResourceType } from '../resource-type.ts'
import type { FieldError } from '../status-errors.ts'
import { isEqual, isObject, objectOf, valueAt } from '../types.ts'
import type { KubeObject } from '../types.ts'
import { validatePolicy, validatePolicyBinding } from './admission-policies.ts'
import { validateAutoscaler } from './autoscalers.ts'
import {
  validateApiService,
  validateEvent,
  validateIngressClass,
  validateIngressClassUpdate,
  validateLease,
  validateLimitRange,
  validateNamespace,
  validateRevision,
  validateRuntimeClass,
  validateRuntimeClassUpdate,
} from './cluster-kinds.ts'
import { validateConfig } from './config.ts'
import { validateDefinition, validateDefinitionUpdate } from './custom-resource-definition.ts'
import { validateEndpoints, validateEndpointSlice } from './endpoints.ts'
import { validateFlowSchema, validatePriorityLevel } from './flow-control.ts'
import { validateMetadata, validateMetadataChange, validateSharedChange, validateSharedMetadata } from './metadata.ts'
import { validateIngress, validateNetworkPolicy } from './networking.ts'
import { validateBudget, validatePriorityClass, validatePriorityClassUpdate } from './policies.ts'
import { validateEphemeralContainersUpdate, validatePodUpdate } from './pod-updates.ts'
import { validateNode, validateNodeUpdate } from './nodes.ts'
import { Problems } from './problems.ts'
import { validateQuota, validateQuotaUpdate } from './quotas.ts'
import { isMetadataLast, looksAtUpdate } from './rounds.ts'
import { validateRbac } from './rbac.ts'
import { validateSigningRequest } from './signing-requests.ts'
import { validateStatus } from './status.ts'
import { validateService } from './services.ts'
import { validateClaim, validateStorageClass, validateStorageClassUpdate, validateVolume } from './storage.ts'
import {
  validateAttachment,
  validateAttachmentUpdate,
  validateCapacity,
  validateCapacityUpdate,
  validateDriver,
  validateDriverUpdate,
} from './storage-kinds.ts'
import { validateWebhooks } from './webhook-configurations.ts'
import { validateClaimUpdate, validateVolumeUpdate } from './volume-updates.ts'
import { validateWorkload, validateWorkloadUpdate } from './workloads.ts'

/** Problems of a new object, in the server's order. */
export function validateNew(type: ResourceType, object: KubeObject): FieldError[] {
  if (!isMetadataLast.has(type.kind) || type.defined !== undefined) return [...validateMetadata(type, object), ...validateObject(type, object)]
  const errors = validateObject(type, object)
  if (errors.length > 0) return errors
  const isNamed = (object.metadata.name ?? '') !== ''
  return isNamed ? validateSharedMetadata(object) : validateMetadata(type, object)
}

/** Problems of a changed object: those of every look that the server takes. */
export function validateChange(type: ResourceType, before: KubeObject, after: KubeObject, subresource: string): FieldError[] {
  const looks = {
    meta: () => validateMetadata(type, after),
    change: () => validateMetadataChange(type, before, after),
    object: () => (subresource === 'status' && type.defined !== undefined ? validateCustomStatus(type, after, before) : validateObject(type, after, before)),
    update: () => validateUpdate(type, before, after, subresource),
  }
  return [
    ...validateSharedMetadata(after),
    ...validateSharedChange(before, after),
    ...looksAtUpdate(type.kind, subresource, type.defined !== undefined).flatMap((look) => looks[look]()),
  ]
}

/** Problems of an object, new or changed. */
function validateObject(type: ResourceType, object: KubeObject, previous?: KubeObject): FieldError[] {
  if (type.defined !== undefined) return validateCustom(type, object, previous)
  switch (`${type.group}/${type.kind}`) {
    case '/ConfigMap':
    case '/Secret':
      return validateConfig(object)
    case '/Service':
      return validateService(object, previous)
    case 'apiextensions.k8s.io/CustomResourceDefinition':
      return validateDefinition(object)
    case '/Pod':
    case '/PodTemplate':
    case '/ReplicationController':
    case 'apps/Deployment':
    case 'apps/ReplicaSet':
    case 'apps/StatefulSet':
    case 'apps/DaemonSet':
    case 'batch/Job':
    case 'batch/CronJob':
      return validateWorkload(type, object, previous === undefined)
    case 'rbac.authorization.k8s.io/Role':
    case 'rbac.authorization.k8s.io/ClusterRole':
    case 'rbac.authorization.k8s.io/RoleBinding':
    case 'rbac.authorization.k8s.io/ClusterRoleBinding':
      return validateRbac(type, object)
    case '/Endpoints':
      return validateEndpoints(object, previous)
    case '/Event':
      return validateEvent(object)
    case '/LimitRange':
      return validateLimitRange(object)
    case '/Namespace':
      return validateNamespace(object)
    case 'discovery.k8s.io/EndpointSlice':
      return validateEndpointSlice(object, previous)
    case 'networking.k8s.io/IngressClass':
      return validateIngressClass(object)
    case 'node.k8s.io/RuntimeClass':
      return validateRuntimeClass(object)
    case 'apiregistration.k8s.io/APIService':
      return validateApiService(object)
    case 'coordination.k8s.io/Lease':
      return validateLease(object)
    case 'apps/ControllerRevision':
      return validateRevision(object, previous)
    case 'certificates.k8s.io/CertificateSigningRequest':
      return previous === undefined ? validateSigningRequest(object) : []
    case 'storage.k8s.io/CSIDriver':
      return validateDriver(object)
    case 'storage.k8s.io/CSIStorageCapacity':
      return validateCapacity(object)
    case 'storage.k8s.io/VolumeAttachment':
      return validateAttachment(object, previous)
    case 'flowcontrol.apiserver.k8s.io/FlowSchema':
      return validateFlowSchema(object)
    case 'flowcontrol.apiserver.k8s.io/PriorityLevelConfiguration':
      return validatePriorityLevel(object)
    case 'admissionregistration.k8s.io/ValidatingWebhookConfiguration':
    case 'admissionregistration.k8s.io/MutatingWebhookConfiguration':
      return validateWebhooks(object, previous)
    case 'admissionregistration.k8s.io/ValidatingAdmissionPolicy':
      return validatePolicy(object, previous)
    case 'admissionregistration.k8s.io/ValidatingAdmissionPolicyBinding':
      return validatePolicyBinding(object)
    case '/ResourceQuota':
      return validateQuota(object)
    case '/Node':
      return validateNode(object)
    case 'networking.k8s.io/Ingress':
      return validateIngress(object)
    case 'networking.k8s.io/NetworkPolicy':
      return validateNetworkPolicy(object)
    case '/PersistentVolume':
      return validateVolume(object)
    case '/PersistentVolumeClaim':
      return validateClaim(object)
    case 'storage.k8s.io/StorageClass':
      return validateStorageClass(object)
    case 'policy/PodDisruptionBudget':
      return validateBudget(object)
    case 'autoscaling/HorizontalPodAutoscaler':
      return validateAutoscaler(object)
    case 'scheduling.k8s.io/PriorityClass':
      return validatePriorityClass(object)
    default:
      return []
  }
}

/** At its own endpoint the status is looked at alone: paths begin below it, and what is said of them too. */
function validateCustomStatus(type: ResourceType, object: KubeObject, previous: KubeObject): FieldError[] {
  const schema = type.defined?.openAPIV3Schema
  const inner = valueAt(schema, 'properties', 'status')
  if (schema === undefined || !isObject(inner) || object['status'] === undefined) return validateCustom(type, object, previous)
  const below = (problem: FieldProblem): FieldProblem => ({ ...problem, path: problem.path === '' ? 'status' : `status.${problem.path}` })
  const problems = validateStructural(object['status'], inner)
  const fresh = changed(problems, previous['status'] === undefined ? [] : validateStructural(previous['status'], inner)).map(below)
  const scaled = scaleProblems(type, object)
  return fresh.length + scaled.length > 0 ? [...fresh, ...scaled] : checkRules(object, previous, schema)
}

/** Unchanged invalid values do not block an update. */
function validateCustom(type: ResourceType, object: KubeObject, previous: KubeObject | undefined): FieldError[] {
  const schema = type.defined?.openAPIV3Schema
  if (schema === undefined) return []
  const problems = validateStructural(object, schema)
  const fresh = previous === undefined ? problems : changed(problems, validateStructural(previous, schema))
  const scaled = scaleProblems(type, object)
  // Rules are asked of what has the right form only.
  return fresh.length + scaled.length > 0 ? [...fresh, ...scaled] : checkRules(object, previous, schema)
}

/** What a scale reads has to be a number of pods. apiextensions-apiserver `pkg/registry/customresource/validator.go` */
function scaleProblems({ defined }: ResourceType, object: KubeObject): FieldError[] {
  const problems = new Problems()
  for (const member of ['specReplicasPath', 'statusReplicasPath']) {
    const path = defined?.scale?.[member]
    if (typeof path !== 'string') continue
    const steps = path.replace(/^\./, '').split('.')
    const inner = steps.map((_step, index) => valueAt(object, ...steps.slice(0, index + 1)))
    const broken = inner.slice(0, -1).find((value) => value !== undefined && !isObject(value))
    if (broken !== undefined) {
      problems.invalid(path, 0, `${path} accessor error: ${goText(broken)} is of the type ${goKind(broken)}, expected map[string]interface{}`)
      continue
    }
    const value = inner.at(-1)
    if (value === undefined) continue
    if (typeof value !== 'number' || !Number.isInteger(value))
      problems.invalid(path, 0, `${path} accessor error: ${goText(value)} is of the type ${goKind(value)}, expected int64`)
    else if (value < 0) problems.invalid(path, value, 'should be a non-negative integer')
    else if (value > 2_147_483_647) problems.invalid(path, value, 'should be less than or equal to 2147483647')
  }
  return problems.errors
}

function goKind(value: unknown): string {
  if (typeof value === 'number') return 'float64'
  if (typeof value === 'boolean') return 'bool'
  if (value === null) return '<nil>'
  return typeof value === 'string' ? 'string' : Array.isArray(value) ? '[]interface {}' : 'map[string]interface {}'
}

function changed(problems: readonly FieldProblem[], before: readonly FieldProblem[]): FieldProblem[] {
  const known = new Set(before.map(({ path, detail }) => `${path} ${detail}`))
  return problems.filter(({ path, detail }) => !known.has(`${path} ${detail}`))
}

/** Problems of a change. */
function validateUpdate(type: ResourceType, before: KubeObject, after: KubeObject, subresource: string): FieldError[] {
  if (type.defined !== undefined) return []
  if (subresource === 'ephemeralcontainers') return validateEphemeralContainersUpdate(before, after)
  if (subresource !== '') return validateStatus(type, before, after, subresource)
  const immutable = (path: string): FieldError[] => {
    const parts = path.split('.')
    const [old, next] = [valueAt(before, ...parts), valueAt(after, ...parts)]
    return isEqual(old ?? null, next ?? null) ? [] : [{ type: 'Invalid', path, value: next ?? null, detail: 'field is immutable' }]
  }
  switch (`${type.group}/${type.kind}`) {
    case '/Pod':
      return validatePodUpdate(before, after)
    case '/Node':
      return validateNodeUpdate(before, after)
    case '/PersistentVolume':
      return validateVolumeUpdate(before, after)
    case '/PersistentVolumeClaim':
      return validateClaimUpdate(before, after)
    case '/ResourceQuota':
      return validateQuotaUpdate(before, after)
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
      return validateStorageClassUpdate(before, after)
    case 'storage.k8s.io/CSIDriver':
      return validateDriverUpdate(before, after)
    case 'storage.k8s.io/CSIStorageCapacity':
      return validateCapacityUpdate(before, after)
    case 'storage.k8s.io/VolumeAttachment':
      return validateAttachmentUpdate(before, after)
    case 'networking.k8s.io/IngressClass':
      return validateIngressClassUpdate(before, after)
    case 'node.k8s.io/RuntimeClass':
      return validateRuntimeClassUpdate(before, after)
    case 'discovery.k8s.io/EndpointSlice':
      return immutable('addressType')
    case 'apps/ControllerRevision':
      return immutable('data')
    case 'scheduling.k8s.io/PriorityClass':
      return validatePriorityClassUpdate(before, after)
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
