// Rows of nodes, drivers, certificates and the other kinds that clusters are made of.
import { printed } from '@plumbline/schema'
import { arrayOf, isObject, objectOf, objectsOf, valueAt } from '../types.ts'
import type { KubeObject } from '../types.ts'
import { humanDuration } from './age.ts'
import { age, labelsText, nameOf, numberAt, selectorText, textAt } from './cells.ts'
import type { RowPrinter } from './cells.ts'

const rolePrefix = 'node-role.kubernetes.io/'

export const clusterRows: Readonly<Record<string, RowPrinter>> = {
  '/Node': (o, now) => [
    nameOf(o),
    nodeStatus(o),
    nodeRoles(o) || '<none>',
    age(o, now),
    textAt(o, 'status', 'nodeInfo', 'kubeletVersion'),
    addressOf(o, 'InternalIP'),
    addressOf(o, 'ExternalIP'),
    ...['osImage', 'kernelVersion', 'containerRuntimeVersion'].map((member) => textAt(o, 'status', 'nodeInfo', member) || '<unknown>'),
  ],
  '/ComponentStatus': (o) => {
    const healthy = objectsOf(o['conditions']).find(({ type }) => type === 'Healthy')
    return [
      nameOf(o),
      healthy === undefined ? 'Unknown' : healthy['status'] === 'True' ? 'Healthy' : 'Unhealthy',
      printed(healthy?.['message'] ?? ''),
      printed(healthy?.['error'] ?? ''),
    ]
  },
  'certificates.k8s.io/CertificateSigningRequest': (o, now) => {
    const seconds = valueAt(o, 'spec', 'expirationSeconds')
    return [
      nameOf(o),
      age(o, now),
      textAt(o, 'spec', 'signerName') || '<none>',
      textAt(o, 'spec', 'username'),
      typeof seconds === 'number' ? humanDuration(seconds * 1000) : '<none>',
      certificateStatus(o),
    ]
  },
  'storage.k8s.io/CSIDriver': (o, now) => {
    const spec = objectOf(o['spec'])
    const requests = spec['tokenRequests']
    return [
      nameOf(o),
      spec['attachRequired'] !== false,
      spec['podInfoOnMount'] === true,
      spec['storageCapacity'] === true,
      requests === undefined
        ? '<unset>'
        : objectsOf(requests)
            .map(({ audience }) => printed(audience))
            .join(','),
      spec['requiresRepublish'] === true,
      arrayOf(spec['volumeLifecycleModes']).join(',') || '<none>',
      age(o, now),
    ]
  },
  'storage.k8s.io/CSINode': (o, now) => [nameOf(o), arrayOf(valueAt(o, 'spec', 'drivers')).length, age(o, now)],
  'storage.k8s.io/VolumeAttachment': (o, now) => [
    nameOf(o),
    textAt(o, 'spec', 'attacher'),
    textAt(o, 'spec', 'source', 'persistentVolumeName'),
    textAt(o, 'spec', 'nodeName'),
    valueAt(o, 'status', 'attached') === true,
    age(o, now),
  ],
  'storage.k8s.io/VolumeAttributesClass': (o, now) => [nameOf(o), o['driverName'] ?? '', age(o, now)],
  'node.k8s.io/RuntimeClass': (o, now) => [nameOf(o), o['handler'] ?? '', age(o, now)],
  'networking.k8s.io/ServiceCIDR': (o, now) => [nameOf(o), arrayOf(valueAt(o, 'spec', 'cidrs')).join(','), age(o, now)],
  'networking.k8s.io/IPAddress': (o, now) => [nameOf(o), parentText(o), age(o, now)],
  'flowcontrol.apiserver.k8s.io/FlowSchema': (o, now) => {
    const dangling = objectsOf(valueAt(o, 'status', 'conditions')).find(({ type }) => type === 'Dangling')
    return [
      nameOf(o),
      textAt(o, 'spec', 'priorityLevelConfiguration', 'name'),
      numberAt(o, 'spec', 'matchingPrecedence'),
      textAt(o, 'spec', 'distinguisherMethod', 'type') || '<none>',
      age(o, now),
      printed(dangling?.['status'] ?? '?'),
    ]
  },
  'flowcontrol.apiserver.k8s.io/PriorityLevelConfiguration': (o, now) => {
    const limited = valueAt(o, 'spec', 'limited')
    const queuing = valueAt(limited, 'limitResponse', 'queuing')
    return [
      nameOf(o),
      textAt(o, 'spec', 'type'),
      isObject(limited) ? numberAt(limited, 'nominalConcurrencyShares') : '<none>',
      ...['queues', 'handSize', 'queueLengthLimit'].map((member) => (isObject(queuing) ? numberAt(queuing, member) : '<none>')),
      age(o, now),
    ]
  },
  'admissionregistration.k8s.io/ValidatingAdmissionPolicy': (o, now) => {
    const kind = valueAt(o, 'spec', 'paramKind')
    return [
      nameOf(o),
      arrayOf(valueAt(o, 'spec', 'validations')).length,
      isObject(kind) ? `${textAt(kind, 'apiVersion')}/${textAt(kind, 'kind')}` : '<unset>',
      age(o, now),
    ]
  },
  'admissionregistration.k8s.io/ValidatingAdmissionPolicyBinding': (o, now) => [
    nameOf(o),
    textAt(o, 'spec', 'policyName'),
    parameterText(valueAt(o, 'spec', 'paramRef')),
    age(o, now),
  ],
  'resource.k8s.io/DeviceClass': (o, now) => [nameOf(o), age(o, now)],
  'resource.k8s.io/ResourceClaimTemplate': (o, now) => [nameOf(o), age(o, now)],
  'resource.k8s.io/ResourceClaim': (o, now) => [nameOf(o), claimState(o), age(o, now)],
  'resource.k8s.io/ResourceSlice': (o, now) => [
    nameOf(o),
    textAt(o, 'spec', 'nodeName'),
    textAt(o, 'spec', 'driver'),
    textAt(o, 'spec', 'pool', 'name'),
    age(o, now),
  ],
}

function nodeStatus(node: KubeObject): string {
  const ready = objectsOf(valueAt(node, 'status', 'conditions')).find(({ type }) => type === 'Ready')
  const status = ready === undefined ? 'Unknown' : ready['status'] === 'True' ? 'Ready' : 'NotReady'
  return valueAt(node, 'spec', 'unschedulable') === true ? `${status},SchedulingDisabled` : status
}

function nodeRoles({ metadata }: KubeObject): string {
  const roles = Object.entries(metadata.labels ?? {}).flatMap(([key, value]) => {
    if (key.startsWith(rolePrefix)) return key.length > rolePrefix.length ? [key.slice(rolePrefix.length)] : []
    return key === 'kubernetes.io/role' && value !== '' ? [value] : []
  })
  return [...new Set(roles)].sort().join(',')
}

function addressOf(node: KubeObject, kind: string): string {
  return printed(objectsOf(valueAt(node, 'status', 'addresses')).find(({ type }) => type === kind)?.['address'] ?? '<none>')
}

function certificateStatus(request: KubeObject): string {
  const has = (name: string): boolean => objectsOf(valueAt(request, 'status', 'conditions')).some(({ type }) => type === name)
  const verdict = has('Denied') ? 'Denied' : has('Approved') ? 'Approved' : 'Pending'
  return `${verdict}${has('Failed') ? ',Failed' : ''}${textAt(request, 'status', 'certificate') === '' ? '' : ',Issued'}`
}

function parentText(address: KubeObject): string {
  const parent = valueAt(address, 'spec', 'parentRef')
  if (!isObject(parent)) return '<none>'
  const [group, resource, namespace] = [textAt(parent, 'group'), textAt(parent, 'resource'), textAt(parent, 'namespace')]
  return [`${resource}${group === '' ? '' : `.${group}`}`.toLowerCase(), ...(namespace === '' ? [] : [namespace]), textAt(parent, 'name')].join('/')
}

function parameterText(reference: unknown): string {
  if (!isObject(reference)) return '<unset>'
  if (textAt(reference, 'name') !== '') return [textAt(reference, 'namespace') || '*', textAt(reference, 'name')].join('/')
  return isObject(reference['selector']) ? selectorText(reference['selector']) : labelsText({})
}

function claimState(claim: KubeObject): string {
  const states = [
    ...(claim.metadata.deletionTimestamp === undefined ? [] : ['deleted']),
    ...(isObject(valueAt(claim, 'status', 'allocation')) ? ['allocated'] : []),
    ...(arrayOf(valueAt(claim, 'status', 'reservedFor')).length === 0 ? [] : ['reserved']),
  ]
  return states.length === 0 ? 'pending' : states.join(',')
}
