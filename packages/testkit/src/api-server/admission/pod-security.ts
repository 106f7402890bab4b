// Pod Security Standards, by the labels of the namespace. Follows pod-security-admission `policy`.
import { forbidden, invalid } from '../status-errors.ts'
import type { FieldError } from '../status-errors.ts'
import type { Storage } from '../storage.ts'
import { arrayOf, isObject, objectOf, objectsOf } from '../types.ts'
import type { JsonObject, KubeObject } from '../types.ts'
import { podTemplateOf } from '../pod-templates.ts'
import type { ResourceType } from '../resource-type.ts'

const labelPrefix = 'pod-security.kubernetes.io/'
const levels = ['privileged', 'baseline', 'restricted']
const modes = ['enforce', 'audit', 'warn']

/** @throws {StatusError} 422 when labels of a namespace name no level */
export function checkSecurityLabels(namespace: KubeObject): void {
  const errors: FieldError[] = modes.flatMap((mode) => {
    const value = namespace.metadata.labels?.[labelPrefix + mode]
    if (value === undefined || levels.includes(value)) return []
    return [{ type: 'Invalid' as const, path: `metadata.labels[${labelPrefix}${mode}]`, value, detail: `must be one of ${levels.join(', ')}` }]
  })
  if (errors.length > 0) throw invalid({ group: '', resource: 'Namespace' }, namespace.metadata.name ?? '', errors)
}

/**
 * Refuse or warn of pods below the namespace's level; owners of pods are only warned of.
 * @throws {StatusError} 403
 */
export function checkPodSecurity(type: ResourceType, object: KubeObject, namespace: string, warnings: string[], storage: Storage): void {
  const labels = storage.get('namespaces', '', namespace)?.object.metadata.labels ?? {}
  const levelOf = (mode: string): string => labels[labelPrefix + mode] ?? 'privileged'
  if (levelOf('enforce') === 'privileged' && levelOf('warn') === 'privileged') return
  const isPod = type.group === '' && type.kind === 'Pod'
  const template = isPod ? (object as JsonObject) : podTemplateOf(type, object)
  if (template === undefined) return
  const violations = (mode: string): { text: string; faults: readonly string[] } => ({
    text: `PodSecurity "${levelOf(mode)}:${labels[`${labelPrefix}${mode}-version`] ?? 'latest'}"`,
    faults: faultsOf(template, levelOf(mode)),
  })
  const enforced = violations('enforce')
  if (isPod && enforced.faults.length > 0)
    throw forbidden({ group: '', resource: 'pods' }, object.metadata.name ?? '', `violates ${enforced.text}: ${enforced.faults.join(', ')}`)
  const warned = violations('warn')
  if (warned.faults.length > 0) warnings.push(`would violate ${warned.text}: ${warned.faults.join(', ')}`)
}

type Check = (spec: JsonObject, containers: readonly JsonObject[], metadata: JsonObject) => string | undefined

const securityOf = (owner: JsonObject): JsonObject => objectOf(owner['securityContext'])
const quotedNames = (containers: readonly JsonObject[]): string => containers.map(({ name }) => JSON.stringify(name)).join(', ')
const named = (containers: readonly JsonObject[]): string => `${containers.length === 1 ? 'container' : 'containers'} ${quotedNames(containers)}`

const baselineCapabilities = new Set([
  'AUDIT_WRITE',
  'CHOWN',
  'DAC_OVERRIDE',
  'FOWNER',
  'FSETID',
  'KILL',
  'MKNOD',
  'NET_BIND_SERVICE',
  'SETFCAP',
  'SETGID',
  'SETPCAP',
  'SETUID',
  'SYS_CHROOT',
])
const restrictedVolumes = new Set(['configMap', 'csi', 'downwardAPI', 'emptyDir', 'ephemeral', 'persistentVolumeClaim', 'projected', 'secret', 'image'])

const hostNamespaces: Check = (spec) => {
  const used = ['hostNetwork', 'hostPID', 'hostIPC'].filter((name) => spec[name] === true)
  return used.length === 0 ? undefined : `host namespaces (${used.map((name) => `${name}=true`).join(', ')})`
}

const hostPathVolumes: Check = (spec) => {
  const volumes = objectsOf(spec['volumes']).filter((volume) => isObject(volume['hostPath']))
  return volumes.length === 0 ? undefined : `hostPath volumes (${volumes.length === 1 ? 'volume' : 'volumes'} ${quotedNames(volumes)})`
}

const hostPorts: Check = (_spec, containers) => {
  const using = containers.filter((container) => objectsOf(container['ports']).some(({ hostPort }) => typeof hostPort === 'number' && hostPort !== 0))
  if (using.length === 0) return undefined
  const ports = [...new Set(using.flatMap((container) => objectsOf(container['ports']).map(({ hostPort }) => Number(hostPort ?? 0))))].filter(
    (port) => port !== 0,
  )
  return `hostPort (${named(using)} ${using.length === 1 ? 'uses' : 'use'} ${ports.length === 1 ? 'hostPort' : 'hostPorts'} ${ports.sort((a, b) => a - b).join(', ')})`
}

const privileged: Check = (_spec, containers) => {
  const bad = containers.filter((container) => securityOf(container)['privileged'] === true)
  return bad.length === 0 ? undefined : `privileged (${named(bad)} must not set securityContext.privileged=true)`
}

const baselineAdded: Check = (_spec, containers) => {
  const addedBy = (container: JsonObject): readonly string[] =>
    arrayOf(objectOf(securityOf(container)['capabilities'])['add'])
      .map(String)
      .filter((name) => !baselineCapabilities.has(name))
  const bad = containers.filter((container) => addedBy(container).length > 0)
  if (bad.length === 0) return undefined
  const names = [...new Set(bad.flatMap(addedBy))].sort()
  return `non-default capabilities (${named(bad)} must not include ${names.map((name) => JSON.stringify(name)).join(', ')} in securityContext.capabilities.add)`
}

const unconfinedSeccomp: Check = (spec, containers) => {
  const isUnconfined = (owner: JsonObject): boolean => objectOf(securityOf(owner)['seccompProfile'])['type'] === 'Unconfined'
  const bad = containers.filter(isUnconfined)
  const owners = [...(isUnconfined(spec) ? ['pod'] : []), ...(bad.length === 0 ? [] : [named(bad)])]
  return owners.length === 0 ? undefined : `seccompProfile (${owners.join(' and ')} must not set securityContext.seccompProfile.type to "Unconfined")`
}

const procMount: Check = (_spec, containers) => {
  const bad = containers.filter((container) => ![undefined, 'Default'].includes(securityOf(container)['procMount'] as string | undefined))
  return bad.length === 0 ? undefined : `procMount (${named(bad)} must not set securityContext.procMount to "Unmasked")`
}

const escalation: Check = (_spec, containers) => {
  const bad = containers.filter((container) => securityOf(container)['allowPrivilegeEscalation'] !== false)
  return bad.length === 0 ? undefined : `allowPrivilegeEscalation != false (${named(bad)} must set securityContext.allowPrivilegeEscalation=false)`
}

const restrictedCapabilities: Check = (_spec, containers) => {
  const of = (container: JsonObject, list: string): readonly unknown[] => arrayOf(objectOf(securityOf(container)['capabilities'])[list])
  const keeping = containers.filter((container) => !of(container, 'drop').includes('ALL'))
  const adding = containers.filter((container) => of(container, 'add').some((name) => name !== 'NET_BIND_SERVICE'))
  const texts = [
    ...(keeping.length === 0 ? [] : [`${named(keeping)} must set securityContext.capabilities.drop=["ALL"]`]),
    ...(adding.length === 0
      ? []
      : [
          `${named(adding)} must not include ${[...new Set(adding.flatMap((container) => of(container, 'add')))]
            .filter((name) => name !== 'NET_BIND_SERVICE')
            .map((name) => JSON.stringify(name))
            .sort()
            .join(', ')} in securityContext.capabilities.add`,
        ]),
  ]
  return texts.length === 0 ? undefined : `unrestricted capabilities (${texts.join('; ')})`
}

const volumeTypes: Check = (spec) => {
  const typeOf = (volume: JsonObject): string | undefined => Object.keys(volume).find((key) => key !== 'name' && !restrictedVolumes.has(key))
  const bad = objectsOf(spec['volumes']).filter((volume) => typeOf(volume) !== undefined)
  if (bad.length === 0) return undefined
  const types = [...new Set(bad.map((volume) => JSON.stringify(typeOf(volume))))].sort()
  return `restricted volume types (${bad.length === 1 ? 'volume' : 'volumes'} ${quotedNames(bad)} ${bad.length === 1 ? 'uses' : 'use'} restricted volume ${types.length === 1 ? 'type' : 'types'} ${types.join(', ')})`
}

const nonRoot: Check = (spec, containers) => {
  const bad = containers.filter((container) => securityOf(container)['runAsNonRoot'] === false)
  if (bad.length > 0) return `runAsNonRoot != true (${named(bad)} must not set securityContext.runAsNonRoot=false)`
  if (securityOf(spec)['runAsNonRoot'] === true) return undefined
  const open = containers.filter((container) => securityOf(container)['runAsNonRoot'] !== true)
  return open.length === 0 ? undefined : `runAsNonRoot != true (pod or ${named(open)} must set securityContext.runAsNonRoot=true)`
}

const rootUser: Check = (spec, containers) => {
  const bad = containers.filter((container) => securityOf(container)['runAsUser'] === 0)
  const owners = [...(securityOf(spec)['runAsUser'] === 0 ? ['pod'] : []), ...(bad.length === 0 ? [] : [named(bad)])]
  return owners.length === 0 ? undefined : `runAsUser=0 (${owners.join(' and ')} must not set runAsUser=0)`
}

const restrictedSeccomp: Check = (spec, containers) => {
  const typeOf = (owner: JsonObject): unknown => objectOf(securityOf(owner)['seccompProfile'])['type']
  const isGood = (owner: JsonObject): boolean => ['RuntimeDefault', 'Localhost'].includes(String(typeOf(owner)))
  if (isGood(spec)) return undefined
  const open = containers.filter((container) => !isGood(container))
  return open.length === 0
    ? undefined
    : `seccompProfile (pod or ${named(open)} must set securityContext.seccompProfile.type to "RuntimeDefault" or "Localhost")`
}

const baseline: readonly Check[] = [baselineAdded, hostNamespaces, hostPathVolumes, hostPorts, privileged, procMount, unconfinedSeccomp]
const restricted: readonly Check[] = [
  hostNamespaces,
  hostPorts,
  privileged,
  procMount,
  escalation,
  restrictedCapabilities,
  volumeTypes,
  nonRoot,
  rootUser,
  restrictedSeccomp,
]

function faultsOf(template: JsonObject, level: string): readonly string[] {
  const checks = level === 'privileged' ? [] : level === 'baseline' ? baseline : restricted
  const spec = objectOf(template['spec'])
  const containers = ['initContainers', 'containers', 'ephemeralContainers'].flatMap((list) => objectsOf(spec[list]))
  return checks.flatMap((check) => check(spec, containers, objectOf(template['metadata'])) ?? [])
}
