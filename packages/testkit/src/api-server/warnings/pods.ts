// What is odd about the spec of pods and is let through. Follows kubernetes `pkg/api/pod/warnings.go`, in its order.
import { canonicalQuantity, isQuantity } from '@plumbline/schema'
import { arrayOf, isObject, objectOf, objectsOf, textOf } from '../types.ts'
import type { JsonObject } from '../types.ts'
import { addressWarnings } from './addresses.ts'
import { deprecationOf, nodeTermWarnings } from './node-labels.ts'
import { overlapWarnings } from './overlapping-paths.ts'

/** Warnings of a spec and the annotations beside it. */
export function podWarnings(spec: JsonObject, annotations: JsonObject, path: string, metadata: string): string[] {
  const containers = containersOf(spec, path)
  const isTemplate = metadata !== 'metadata'
  return [
    // Of pods themselves the server says it before everything else, for it takes the annotation over.
    ...(isTemplate ? [] : containers.flatMap(({ container }) => appArmorWarnings(container, spec, annotations, metadata))),
    ...schedulingWarnings(spec, path),
    ...Object.keys(deprecatedAnnotations)
      .filter((name) => Object.hasOwn(annotations, name))
      .map((name) => `${metadata}.annotations[${name}]: ${deprecatedAnnotations[name] ?? ''}`),
    ...volumeWarnings(spec, path),
    ...overlapWarnings(spec),
    ...listWarnings(spec, path),
    ...fractions(objectOf(spec['overhead']), `${path}.overhead`),
    ...securityWarnings(spec, annotations, metadata),
    ...containers.flatMap(({ container, at }) => [
      ...seccompWarnings(container, annotations, metadata),
      ...(isTemplate ? appArmorWarnings(container, spec, annotations, metadata) : []),
      ...resourceWarnings(container, at),
      ...environmentWarnings(container, at),
    ]),
    ...portWarnings(containers),
    ...portNameWarnings(containers),
    ...(typeof spec['terminationGracePeriodSeconds'] === 'number' && spec['terminationGracePeriodSeconds'] < 0
      ? [`${path}.terminationGracePeriodSeconds: must be >= 0; negative values are invalid and will be treated as 1`]
      : []),
    ...affinityWarnings(objectOf(spec['affinity']), `${path}.affinity`),
    ...arrayOf(objectOf(spec['dnsConfig'])['nameservers']).flatMap((address, index) => addressWarnings(`${path}.dnsConfig.nameservers[${index}]`, address)),
    ...objectsOf(spec['hostAliases']).flatMap(({ ip }, index) => addressWarnings(`${path}.hostAliases[${index}].ip`, ip)),
  ]
}

interface Placed {
  readonly container: JsonObject
  readonly at: string
}

function containersOf(spec: JsonObject, path: string): Placed[] {
  return ['initContainers', 'containers', 'ephemeralContainers'].flatMap((list) =>
    objectsOf(spec[list]).map((container, index) => ({ container, at: `${path}.${list}[${index}]` })),
  )
}

function schedulingWarnings(spec: JsonObject, path: string): string[] {
  const nodes = objectOf(objectOf(spec['affinity'])['nodeAffinity'])
  const required = `${path}.affinity.nodeAffinity.requiredDuringSchedulingIgnoredDuringExecution.nodeSelectorTerms`
  const preferred = `${path}.affinity.nodeAffinity.preferredDuringSchedulingIgnoredDuringExecution`
  return [
    ...Object.keys(objectOf(spec['nodeSelector']))
      .toSorted()
      .flatMap((label) => {
        const text = deprecationOf(label)
        return text === undefined ? [] : [`${path}.nodeSelector[${label}]: ${text}`]
      }),
    ...objectsOf(objectOf(nodes['requiredDuringSchedulingIgnoredDuringExecution'])['nodeSelectorTerms']).flatMap((term, index) =>
      nodeTermWarnings(term, `${required}[${index}]`),
    ),
    ...objectsOf(nodes['preferredDuringSchedulingIgnoredDuringExecution']).flatMap((term, index) =>
      nodeTermWarnings(objectOf(term['preference']), `${preferred}[${index}].preference`, true),
    ),
    ...objectsOf(spec['topologySpreadConstraints']).flatMap((constraint, index) => {
      const at = `${path}.topologySpreadConstraints[${index}]`
      const text = deprecationOf(constraint['topologyKey'])
      return [
        ...(text === undefined ? [] : [`${at}.topologyKey: ${textOf(constraint['topologyKey'])} is ${text}`]),
        ...(isObject(constraint['labelSelector']) ? [] : [`${at}.labelSelector: ${matchesNothing}`]),
      ]
    }),
  ]
}

const matchesNothing = 'a null labelSelector results in matching no pod'

function affinityWarnings(affinity: JsonObject, path: string): string[] {
  return ['podAffinity', 'podAntiAffinity'].flatMap((kind) => {
    const terms = objectOf(affinity[kind])
    const warn = (term: unknown, at: string): string[] => (isObject(objectOf(term)['labelSelector']) ? [] : [`${at}.labelSelector: ${matchesNothing}`])
    return [
      ...objectsOf(terms['requiredDuringSchedulingIgnoredDuringExecution']).flatMap((term, index) =>
        warn(term, `${path}.${kind}.requiredDuringSchedulingIgnoredDuringExecution[${index}]`),
      ),
      ...objectsOf(terms['preferredDuringSchedulingIgnoredDuringExecution']).flatMap((term, index) =>
        warn(term['podAffinityTerm'], `${path}.${kind}.preferredDuringSchedulingIgnoredDuringExecution[${index}].podAffinityTerm`),
      ),
    ]
  })
}

const deprecatedAnnotations: Readonly<Record<string, string>> = {
  'scheduler.alpha.kubernetes.io/critical-pod': 'non-functional in v1.16+; use the "priorityClassName" field instead',
  'security.alpha.kubernetes.io/sysctls': 'non-functional in v1.11+; use the "sysctls" field instead',
  'security.alpha.kubernetes.io/unsafe-sysctls': 'non-functional in v1.11+; use the "sysctls" field instead',
}
const seccompOfPod = 'seccomp.security.alpha.kubernetes.io/pod'
const seccompOfContainer = 'container.seccomp.security.alpha.kubernetes.io/'
const appArmor = 'container.apparmor.security.beta.kubernetes.io/'
const useSeccomp = 'non-functional in v1.27+; use the "seccompProfile" field instead'

function securityWarnings(spec: JsonObject, annotations: JsonObject, metadata: string): string[] {
  const isSaid = isObject(objectOf(spec['securityContext'])['seccompProfile'])
  return !isSaid && Object.hasOwn(annotations, seccompOfPod) ? [`${metadata}.annotations[${seccompOfPod}]: ${useSeccomp}`] : []
}

function seccompWarnings(container: JsonObject, annotations: JsonObject, metadata: string): string[] {
  const name = `${seccompOfContainer}${textOf(container['name'])}`
  const isSaid = isObject(objectOf(container['securityContext'])['seccompProfile'])
  return !isSaid && Object.hasOwn(annotations, name) ? [`${metadata}.annotations[${name}]: ${useSeccomp}`] : []
}

function appArmorWarnings(container: JsonObject, spec: JsonObject, annotations: JsonObject, metadata: string): string[] {
  const name = `${appArmor}${textOf(container['name'])}`
  const isSaid = isObject(objectOf(container['securityContext'])['appArmorProfile'])
  if (isSaid || !Object.hasOwn(annotations, name) || isSameProfile(objectOf(spec['securityContext'])['appArmorProfile'], annotations[name])) return []
  return [`${metadata}.annotations[${name}]: deprecated since v1.30; use the "appArmorProfile" field instead`]
}

/** Whether a field says what an old annotation says. */
function isSameProfile(profile: unknown, annotation: unknown): boolean {
  if (!isObject(profile) || typeof annotation !== 'string') return false
  if (annotation === 'unconfined') return profile['type'] === 'Unconfined'
  if (annotation === 'runtime/default') return profile['type'] === 'RuntimeDefault'
  return annotation.startsWith('localhost/') && profile['type'] === 'Localhost' && profile['localhostProfile'] === annotation.slice('localhost/'.length)
}

const deprecatedVolumes: Readonly<Record<string, readonly [shown: string, text: string]>> = {
  photonPersistentDisk: ['photonPersistentDisk', 'deprecated in v1.11, non-functional in v1.16+'],
  gitRepo: ['gitRepo', 'deprecated in v1.11, and disabled by default in v1.33+'],
  scaleIO: ['scaleIO', 'deprecated in v1.16, non-functional in v1.22+'],
  flocker: ['flocker', 'deprecated in v1.22, non-functional in v1.25+'],
  storageos: ['storageOS', 'deprecated in v1.22, non-functional in v1.25+'],
  quobyte: ['quobyte', 'deprecated in v1.22, non-functional in v1.25+'],
  glusterfs: ['glusterfs', 'deprecated in v1.25, non-functional in v1.26+'],
  ephemeral: ['ephemeral', ''],
  cephfs: ['cephfs', 'deprecated in v1.28, non-functional in v1.31+'],
  rbd: ['rbd', 'deprecated in v1.28, non-functional in v1.31+'],
}

function volumeWarnings(spec: JsonObject, path: string): string[] {
  return objectsOf(spec['volumes']).flatMap((volume, index) =>
    Object.entries(deprecatedVolumes)
      .filter(([member]) => isObject(volume[member]))
      .flatMap(([member, [shown, text]]) => {
        const at = `${path}.volumes[${index}].${shown}`
        if (member !== 'ephemeral') return [`${at}: ${text}`]
        const template = objectOf(objectOf(volume[member])['volumeClaimTemplate'])
        return claimWarnings(objectOf(template['spec']), `${at}.volumeClaimTemplate.spec`)
      }),
  )
}

/** Warnings of the spec of a claim. Follows kubernetes `pkg/api/persistentvolumeclaim/util.go`. */
export function claimWarnings(spec: JsonObject, path: string): string[] {
  const resources = objectOf(spec['resources'])
  return ['requests', 'limits'].flatMap((list) => fraction(objectOf(resources[list]), 'storage', `${path}.resources.${list}`))
}

function listWarnings(spec: JsonObject, path: string): string[] {
  const doubles = (list: string, member: string, word: string): string[] => {
    const seen = new Set<string>()
    return objectsOf(spec[list]).flatMap((item, index) => {
      const value = textOf(item[member])
      if (seen.has(value)) return [`${path}.${list}[${index}].${member}: duplicate ${word} ${JSON.stringify(value)}`]
      seen.add(value)
      return []
    })
  }
  return [
    ...doubles('hostAliases', 'ip', 'ip'),
    ...doubles('imagePullSecrets', 'name', 'name'),
    ...objectsOf(spec['imagePullSecrets']).flatMap(({ name }, index) =>
      textOf(name) === '' ? [`${path}.imagePullSecrets[${index}].name: invalid empty name ""`] : [],
    ),
  ]
}

function resourceWarnings(container: JsonObject, at: string): string[] {
  const resources = objectOf(container['resources'])
  return ['memory', 'ephemeral-storage'].flatMap((name) =>
    ['limits', 'requests'].flatMap((list) => fraction(objectOf(resources[list]), name, `${at}.resources.${list}`)),
  )
}

function fractions(amounts: JsonObject, path: string): string[] {
  return ['memory', 'ephemeral-storage'].flatMap((name) => fraction(amounts, name, path))
}

/** Bytes come in one piece. */
function fraction(amounts: JsonObject, name: string, path: string): string[] {
  const amount = amounts[name]
  const text = isQuantity(amount) ? canonicalQuantity(amount) : ''
  return /[mun]$/.test(text) ? [`${path}[${name}]: fractional byte value ${JSON.stringify(text)} is invalid, must be an integer`] : []
}

function environmentWarnings(container: JsonObject, at: string): string[] {
  const names = new Set<string>()
  return objectsOf(container['env']).flatMap((variable, index) => {
    const name = textOf(variable['name'])
    if (!names.has(name)) {
      names.add(name)
      return []
    }
    // A value that says more than the former one extends it.
    const reference = `$(${name})`
    const value = textOf(variable['value'])
    const extendsIt = !isObject(variable['valueFrom']) && value !== reference && value.includes(reference)
    return extendsIt ? [] : [`${at}.env[${index}]: hides previous definition of ${JSON.stringify(name)}, which may be dropped when using apply`]
  })
}

interface Port {
  readonly at: string
  readonly hostIP: string
  readonly hostPort: number
}

/** Ports of all containers: they share the address of the pod. */
function portWarnings(containers: readonly Placed[]): string[] {
  const known = new Map<string, Port[]>()
  const warnings: string[] = []
  for (const { container, at } of containers)
    for (const [index, port] of objectsOf(container['ports']).entries()) {
      const own = { at: `${at}.ports[${index}]`, hostIP: textOf(port['hostIP']), hostPort: Number(port['hostPort'] ?? 0) }
      const protocol = textOf(port['protocol']) || 'TCP'
      const number = Number(port['containerPort'] ?? 0)
      if (own.hostIP !== '' && own.hostPort === 0)
        warnings.push(
          `${own.at}: hostIP set without hostPort: {Name:${textOf(port['name'])} HostPort:0 ContainerPort:${number} Protocol:${protocol} HostIP:${own.hostIP}}`,
        )
      const key = `${number}/${protocol}`
      const others = known.get(key) ?? []
      for (const other of others) {
        const relation = relationOf(own, other)
        if (relation !== undefined) warnings.push(`${own.at}: ${relation} port definition with ${other.at}`)
      }
      known.set(key, [...others, own])
    }
  return warnings
}

function relationOf(own: Port, other: Port): string | undefined {
  if (own.hostIP === other.hostIP && own.hostPort === other.hostPort) return 'duplicate'
  if (own.hostPort === 0 || other.hostPort === 0) return 'overlapping'
  return own.hostPort === other.hostPort && (own.hostIP === '') !== (other.hostIP === '') ? 'dangerously ambiguous' : undefined
}

function portNameWarnings(containers: readonly Placed[]): string[] {
  const known = new Map<string, string>()
  return containers.flatMap(({ container, at }) =>
    objectsOf(container['ports']).flatMap((port, index) => {
      const name = textOf(port['name'])
      const other = known.get(name)
      if (name !== '' && other === undefined) known.set(name, `${at}.ports[${index}]`)
      if (name === '' || other === undefined) return []
      return [
        `${at}.ports[${index}]: duplicate port name ${JSON.stringify(name)} with ${other}, services and probes that select ports by name will use ${other}`,
      ]
    }),
  )
}
