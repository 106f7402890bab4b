// Rows of the built-in kinds. Follows kubernetes `pkg/printers/internalversion/printers.go`.
import { printed } from '@plumbline/schema'
import { arrayOf, objectOf, objectsOf, valueAt } from '../types.ts'
import type { JsonObject, KubeObject } from '../types.ts'
import { ageOf, humanDuration } from './age.ts'
import { age, labelsText, nameOf, numberAt, selectorText, textAt } from './cells.ts'
import type { RowPrinter } from './cells.ts'
import { clusterRows } from './cluster-rows.ts'
import { metricsText } from './metrics.ts'
import { podCells } from './pod-row.ts'

const containersOf = (template: unknown): readonly JsonObject[] => objectsOf(valueAt(template, 'spec', 'containers'))
const namesText = (template: unknown): string =>
  containersOf(template)
    .map((container) => String(container['name']))
    .join(',')
const imagesText = (template: unknown): string =>
  containersOf(template)
    .map((container) => String(container['image']))
    .join(',')

function externalIp(service: KubeObject): string {
  const ips = arrayOf(valueAt(service, 'spec', 'externalIPs')).map(String)
  switch (valueAt(service, 'spec', 'type')) {
    case 'LoadBalancer': {
      const ingress = objectsOf(valueAt(service, 'status', 'loadBalancer', 'ingress')).map((entry) => printed(entry['ip'] ?? entry['hostname'] ?? ''))
      const all = [...ingress, ...ips]
      return all.length === 0 ? '<pending>' : all.join(',')
    }
    case 'ExternalName':
      return textAt(service, 'spec', 'externalName')
    default:
      return ips.length === 0 ? '<none>' : ips.join(',')
  }
}

function portsText(service: KubeObject): string {
  const ports = objectsOf(valueAt(service, 'spec', 'ports')).map(
    (port) =>
      `${String(port['port'])}${typeof port['nodePort'] === 'number' && port['nodePort'] > 0 ? `:${port['nodePort']}` : ''}/${String(port['protocol'])}`,
  )
  return ports.length === 0 ? '<none>' : ports.join(',')
}

function endpointsText(object: KubeObject): string {
  const all = objectsOf(object['subsets']).flatMap((subset) => {
    const ports = objectsOf(subset['ports'])
    const addresses = objectsOf(subset['addresses']).map((address) => String(address['ip']))
    return ports.length === 0 ? addresses : ports.flatMap((port) => addresses.map((address) => `${address}:${String(port['port'])}`))
  })
  if (all.length === 0) return '<none>'
  return all.length > 3 ? `${all.slice(0, 3).join(',')} + ${all.length - 3} more...` : all.join(',')
}

function jobDuration(job: KubeObject, now: number): string {
  const [started, ended] = [valueAt(job, 'status', 'startTime'), valueAt(job, 'status', 'completionTime')]
  if (typeof started !== 'string') return ''
  return humanDuration((typeof ended === 'string' ? Date.parse(ended) : now) - Date.parse(started))
}

function jobStatus(job: KubeObject): string {
  const has = (type: string): boolean =>
    objectsOf(valueAt(job, 'status', 'conditions')).some((condition) => condition['type'] === type && condition['status'] === 'True')
  if (has('Complete')) return 'Complete'
  if (has('Failed')) return 'Failed'
  if (job.metadata.deletionTimestamp !== undefined) return 'Terminating'
  if (has('Suspended')) return 'Suspended'
  if (has('FailureTarget')) return 'FailureTarget'
  return has('SuccessCriteriaMet') ? 'SuccessCriteriaMet' : 'Running'
}

function completions(job: KubeObject): string {
  const wanted = valueAt(job, 'spec', 'completions')
  const done = numberAt(job, 'status', 'succeeded')
  if (typeof wanted === 'number') return `${done}/${wanted}`
  const parallelism = numberAt(job, 'spec', 'parallelism')
  return parallelism > 1 ? `${done}/1 of ${parallelism}` : `${done}/1`
}

const accessModes: Readonly<Record<string, string>> = { ReadWriteOnce: 'RWO', ReadOnlyMany: 'ROX', ReadWriteMany: 'RWX', ReadWriteOncePod: 'RWOP' }
const modesText = (modes: unknown): string =>
  arrayOf(modes)
    .map((mode) => accessModes[String(mode)] ?? '')
    .join(',')

function ingressHosts(ingress: KubeObject): string {
  const hosts = objectsOf(valueAt(ingress, 'spec', 'rules')).map((rule) => printed(rule['host'] ?? '*'))
  if (hosts.length === 0) return '*'
  return hosts.length > 3 ? `${hosts.slice(0, 3).join(',')} + ${hosts.length - 3} more...` : hosts.join(',')
}

function quotaText(hard: unknown, used: unknown, isLimit: boolean): string {
  return Object.keys(objectOf(hard))
    .sort()
    .filter((name) => name.startsWith('limits.') === isLimit)
    .map((name) => `${name}: ${printed(objectOf(used)[name] ?? '0')}/${String(objectOf(hard)[name])}`)
    .join(', ')
}

/** Printers by `group/Kind`. */
export const rowPrinters: Readonly<Record<string, RowPrinter>> = {
  ...clusterRows,
  '/Pod': podCells,
  '/PodTemplate': (o) => [nameOf(o), namesText(o['template']), imagesText(o['template']), labelsText(valueAt(o, 'template', 'metadata', 'labels'))],
  '/ConfigMap': (o, now) => [nameOf(o), Object.keys(objectOf(o['data'])).length + Object.keys(objectOf(o['binaryData'])).length, age(o, now)],
  '/Secret': (o, now) => [nameOf(o), o['type'] ?? '', Object.keys(objectOf(o['data'])).length, age(o, now)],
  '/Namespace': (o, now) => [nameOf(o), textAt(o, 'status', 'phase'), age(o, now)],
  '/ServiceAccount': (o, now) => [nameOf(o), arrayOf(o['secrets']).length, age(o, now)],
  '/Service': (o, now) => [
    nameOf(o),
    textAt(o, 'spec', 'type'),
    textAt(o, 'spec', 'clusterIP') || '<none>',
    externalIp(o),
    portsText(o),
    age(o, now),
    labelsText(valueAt(o, 'spec', 'selector')),
  ],
  '/Endpoints': (o, now) => [nameOf(o), endpointsText(o), age(o, now)],
  '/Event': (o, now) => [
    ageOf(textAt(o, 'lastTimestamp') || textAt(o, 'eventTime') || textAt(o, 'firstTimestamp') || undefined, now),
    o['type'] ?? '',
    o['reason'] ?? '',
    [textAt(o, 'involvedObject', 'kind').toLowerCase(), textAt(o, 'involvedObject', 'name')].filter((part, index) => index === 0 || part !== '').join('/'),
    textAt(o, 'involvedObject', 'fieldPath'),
    [textAt(o, 'source', 'component') || textAt(o, 'reportingComponent'), textAt(o, 'source', 'host') || textAt(o, 'reportingInstance')]
      .filter((part) => part !== '')
      .join(', '),
    textAt(o, 'message').trim(),
    ageOf(textAt(o, 'firstTimestamp') || textAt(o, 'eventTime') || undefined, now),
    numberAt(o, 'count') === 0 ? 1 : numberAt(o, 'count'),
    nameOf(o),
  ],
  '/PersistentVolumeClaim': (o, now) => [
    nameOf(o),
    o.metadata.deletionTimestamp === undefined ? textAt(o, 'status', 'phase') : 'Terminating',
    textAt(o, 'spec', 'volumeName'),
    textAt(o, 'status', 'capacity', 'storage'),
    modesText(valueAt(o, 'status', 'accessModes')),
    textAt(o, 'spec', 'storageClassName'),
    textAt(o, 'spec', 'volumeAttributesClassName') || '<unset>',
    age(o, now),
    textAt(o, 'spec', 'volumeMode') || '<unset>',
  ],
  '/PersistentVolume': (o, now) => [
    nameOf(o),
    textAt(o, 'spec', 'capacity', 'storage'),
    modesText(valueAt(o, 'spec', 'accessModes')),
    textAt(o, 'spec', 'persistentVolumeReclaimPolicy'),
    o.metadata.deletionTimestamp === undefined ? textAt(o, 'status', 'phase') : 'Terminating',
    valueAt(o, 'spec', 'claimRef') === undefined ? '' : `${textAt(o, 'spec', 'claimRef', 'namespace')}/${textAt(o, 'spec', 'claimRef', 'name')}`,
    textAt(o, 'spec', 'storageClassName'),
    textAt(o, 'spec', 'volumeAttributesClassName') || '<unset>',
    textAt(o, 'status', 'reason'),
    age(o, now),
    textAt(o, 'spec', 'volumeMode') || '<unset>',
  ],
  '/ResourceQuota': (o, now) => [
    nameOf(o),
    quotaText(valueAt(o, 'status', 'hard'), valueAt(o, 'status', 'used'), false),
    quotaText(valueAt(o, 'status', 'hard'), valueAt(o, 'status', 'used'), true),
    age(o, now),
  ],
  '/LimitRange': (o, now) => [nameOf(o), o.metadata.creationTimestamp ?? age(o, now)],
  '/ReplicationController': (o, now) => [
    nameOf(o),
    numberAt(o, 'spec', 'replicas'),
    numberAt(o, 'status', 'replicas'),
    numberAt(o, 'status', 'readyReplicas'),
    age(o, now),
    namesText(valueAt(o, 'spec', 'template')),
    imagesText(valueAt(o, 'spec', 'template')),
    labelsText(valueAt(o, 'spec', 'selector')),
  ],
  'apps/Deployment': (o, now) => [
    nameOf(o),
    `${numberAt(o, 'status', 'readyReplicas')}/${numberAt(o, 'spec', 'replicas')}`,
    numberAt(o, 'status', 'updatedReplicas'),
    numberAt(o, 'status', 'availableReplicas'),
    age(o, now),
    namesText(valueAt(o, 'spec', 'template')),
    imagesText(valueAt(o, 'spec', 'template')),
    selectorText(valueAt(o, 'spec', 'selector')),
  ],
  'apps/ReplicaSet': (o, now) => [
    nameOf(o),
    numberAt(o, 'spec', 'replicas'),
    numberAt(o, 'status', 'replicas'),
    numberAt(o, 'status', 'readyReplicas'),
    age(o, now),
    namesText(valueAt(o, 'spec', 'template')),
    imagesText(valueAt(o, 'spec', 'template')),
    selectorText(valueAt(o, 'spec', 'selector')),
  ],
  'apps/StatefulSet': (o, now) => [
    nameOf(o),
    `${numberAt(o, 'status', 'readyReplicas')}/${numberAt(o, 'spec', 'replicas')}`,
    age(o, now),
    namesText(valueAt(o, 'spec', 'template')),
    imagesText(valueAt(o, 'spec', 'template')),
  ],
  'apps/DaemonSet': (o, now) => [
    nameOf(o),
    numberAt(o, 'status', 'desiredNumberScheduled'),
    numberAt(o, 'status', 'currentNumberScheduled'),
    numberAt(o, 'status', 'numberReady'),
    numberAt(o, 'status', 'updatedNumberScheduled'),
    numberAt(o, 'status', 'numberAvailable'),
    labelsText(valueAt(o, 'spec', 'template', 'spec', 'nodeSelector')),
    age(o, now),
    namesText(valueAt(o, 'spec', 'template')),
    imagesText(valueAt(o, 'spec', 'template')),
    selectorText(valueAt(o, 'spec', 'selector')),
  ],
  'apps/ControllerRevision': (o, now) => {
    const owner = (o.metadata.ownerReferences ?? []).find(({ controller }) => controller === true)
    const group = owner === undefined ? '' : owner.apiVersion.split('/').length > 1 ? `.${owner.apiVersion.split('/')[0] ?? ''}` : ''
    return [nameOf(o), owner === undefined ? '<none>' : `${owner.kind.toLowerCase()}${group}/${owner.name}`, numberAt(o, 'revision'), age(o, now)]
  },
  'batch/Job': (o, now) => [
    nameOf(o),
    jobStatus(o),
    completions(o),
    jobDuration(o, now),
    age(o, now),
    namesText(valueAt(o, 'spec', 'template')),
    imagesText(valueAt(o, 'spec', 'template')),
    selectorText(valueAt(o, 'spec', 'selector')),
  ],
  'batch/CronJob': (o, now) => {
    const last = valueAt(o, 'status', 'lastScheduleTime')
    const template = valueAt(o, 'spec', 'jobTemplate', 'spec', 'template')
    return [
      nameOf(o),
      textAt(o, 'spec', 'schedule'),
      textAt(o, 'spec', 'timeZone') || '<none>',
      valueAt(o, 'spec', 'suspend') === true ? 'True' : 'False',
      arrayOf(valueAt(o, 'status', 'active')).length,
      typeof last === 'string' ? ageOf(last, now) : '<none>',
      age(o, now),
      namesText(template),
      imagesText(template),
      '<none>',
    ]
  },
  'networking.k8s.io/Ingress': (o, now) => [
    nameOf(o),
    textAt(o, 'spec', 'ingressClassName') || '<none>',
    ingressHosts(o),
    objectsOf(valueAt(o, 'status', 'loadBalancer', 'ingress'))
      .map((entry) => printed(entry['ip'] ?? entry['hostname'] ?? ''))
      .join(','),
    arrayOf(valueAt(o, 'spec', 'tls')).length > 0 ? '80, 443' : '80',
    age(o, now),
  ],
  'networking.k8s.io/IngressClass': (o, now) => [
    nameOf(o),
    textAt(o, 'spec', 'controller'),
    valueAt(o, 'spec', 'parameters') === undefined
      ? '<none>'
      : `${textAt(o, 'spec', 'parameters', 'kind')}${textAt(o, 'spec', 'parameters', 'apiGroup') === '' ? '' : `.${textAt(o, 'spec', 'parameters', 'apiGroup')}`}/${textAt(o, 'spec', 'parameters', 'name')}`,
    age(o, now),
  ],
  'networking.k8s.io/NetworkPolicy': (o, now) => [nameOf(o), selectorText(valueAt(o, 'spec', 'podSelector')), age(o, now)],
  'rbac.authorization.k8s.io/Role': (o) => [nameOf(o), o.metadata.creationTimestamp ?? null],
  'rbac.authorization.k8s.io/ClusterRole': (o) => [nameOf(o), o.metadata.creationTimestamp ?? null],
  'rbac.authorization.k8s.io/RoleBinding': (o, now) => [
    nameOf(o),
    `${textAt(o, 'roleRef', 'kind')}/${textAt(o, 'roleRef', 'name')}`,
    age(o, now),
    ...subjectsCells(o),
  ],
  'rbac.authorization.k8s.io/ClusterRoleBinding': (o, now) => [
    nameOf(o),
    `${textAt(o, 'roleRef', 'kind')}/${textAt(o, 'roleRef', 'name')}`,
    age(o, now),
    ...subjectsCells(o),
  ],
  'storage.k8s.io/StorageClass': (o, now) => [
    `${nameOf(o)}${o.metadata.annotations?.['storageclass.kubernetes.io/is-default-class'] === 'true' ? ' (default)' : ''}`,
    o['provisioner'] ?? '',
    o['reclaimPolicy'] ?? 'Delete',
    o['volumeBindingMode'] ?? 'Immediate',
    o['allowVolumeExpansion'] === true,
    age(o, now),
  ],
  'policy/PodDisruptionBudget': (o, now) => [
    nameOf(o),
    printed(valueAt(o, 'spec', 'minAvailable') ?? 'N/A'),
    printed(valueAt(o, 'spec', 'maxUnavailable') ?? 'N/A'),
    numberAt(o, 'status', 'disruptionsAllowed'),
    age(o, now),
  ],
  'scheduling.k8s.io/PriorityClass': (o, now) => [nameOf(o), numberAt(o, 'value'), o['globalDefault'] === true, age(o, now), o['preemptionPolicy'] ?? ''],
  'coordination.k8s.io/Lease': (o, now) => [nameOf(o), textAt(o, 'spec', 'holderIdentity'), age(o, now)],
  'apiextensions.k8s.io/CustomResourceDefinition': (o) => [nameOf(o), o.metadata.creationTimestamp ?? null],
  'autoscaling/HorizontalPodAutoscaler': (o, now) => [
    nameOf(o),
    `${textAt(o, 'spec', 'scaleTargetRef', 'kind')}/${textAt(o, 'spec', 'scaleTargetRef', 'name')}`,
    metricsText(o),
    printed(valueAt(o, 'spec', 'minReplicas') ?? '<unset>'),
    numberAt(o, 'spec', 'maxReplicas'),
    numberAt(o, 'status', 'currentReplicas'),
    age(o, now),
  ],
  'apiregistration.k8s.io/APIService': (o, now) => {
    const service = valueAt(o, 'spec', 'service')
    const available = objectsOf(valueAt(o, 'status', 'conditions')).find((condition) => condition['type'] === 'Available')
    return [
      nameOf(o),
      service === undefined ? 'Local' : `${textAt(service, 'namespace')}/${textAt(service, 'name')}`,
      available === undefined ? 'Unknown' : available['status'] === 'True' ? 'True' : `${String(available['status'])} (${printed(available['reason'] ?? '')})`,
      age(o, now),
    ]
  },
  'admissionregistration.k8s.io/ValidatingWebhookConfiguration': (o, now) => [nameOf(o), arrayOf(o['webhooks']).length, age(o, now)],
  'admissionregistration.k8s.io/MutatingWebhookConfiguration': (o, now) => [nameOf(o), arrayOf(o['webhooks']).length, age(o, now)],
  'discovery.k8s.io/EndpointSlice': (o, now) => {
    const ports = objectsOf(o['ports']).map((port) => printed(port['port'] ?? '*'))
    const addresses = objectsOf(o['endpoints']).flatMap((endpoint) => arrayOf(endpoint['addresses']).map(String))
    const shown = addresses.length > 3 ? `${addresses.slice(0, 3).join(',')} + ${addresses.length - 3} more...` : addresses.join(',')
    return [nameOf(o), o['addressType'] ?? '', ports.length === 0 ? '<unset>' : ports.join(','), addresses.length === 0 ? '<unset>' : shown, age(o, now)]
  },
}

function subjectsCells(binding: KubeObject): string[] {
  const of = (kind: string): string =>
    objectsOf(binding['subjects'])
      .filter((subject) => subject['kind'] === kind)
      .map((subject) => (kind === 'ServiceAccount' ? `${String(subject['namespace'])}/${String(subject['name'])}` : String(subject['name'])))
      .join(', ')
  return [of('User'), of('Group'), of('ServiceAccount')]
}
