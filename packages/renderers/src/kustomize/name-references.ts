// References follow the names that have changed. Follows kustomize v5.7 `api/filters/nameref` and `api/internal/accumulator/namereferencetransformer.go`.
import type { NameReference } from './configuration/transformer-configuration.ts'
import { KustomizeError, within } from './errors.ts'
import { visitField } from './field-spec.ts'
import { effectiveNamespace, formatId, isClusterScoped, isSelectedBy } from './resource-id.ts'
import type { Gvk, Id } from './resource-id.ts'
import type { ResourceMap } from './resource-map.ts'
import { currentIdOf, isMap, memberOf, originalIdOf, textOf } from './resource.ts'
import type { JsonMap, Resource } from './resource.ts'

interface Reference {
  readonly path: string
  readonly referrer: Partial<Gvk>
  readonly target: Partial<Gvk>
}

/** A resource whose name has changed, with what is asked of it again and again. */
interface Candidate {
  readonly resource: Resource
  readonly current: Id
  readonly original: Id
}

/** Update every reference. @throws {KustomizeError} when a reference may mean several resources */
export function fixNameReferences(map: ResourceMap, references: readonly NameReference[]): void {
  const byKind = referencesByKind(references)
  const candidates = candidatesByName(map.list)
  if (candidates.size === 0) return
  const known = new Map<string, readonly Reference[]>()
  const wantedBy = (id: Id): readonly Reference[] => {
    const key = `${id.group}/${id.version}/${id.kind}`
    const found = known.get(key) ?? [...(byKind.get(id.kind) ?? []), ...(byKind.get('') ?? [])].filter(({ referrer }) => isSelectedBy(id, referrer))
    known.set(key, found)
    return found
  }
  const namespaces = new Set(map.list.map((resource) => effectiveNamespace(originalIdOf(resource))))
  for (const resource of map.list) {
    const original = originalIdOf(resource)
    const wanted = wantedBy(original)
    if (wanted.length === 0) continue
    const referrer = referrerOf(resource)
    for (const reference of wanted) updateField(resource, reference, (...wanted) => choose(wanted, reference, referrer, candidates, namespaces))
  }
}

function referencesByKind(references: readonly NameReference[]): ReadonlyMap<string, readonly Reference[]> {
  const byKind = new Map<string, Reference[]>()
  for (const { fieldSpecs, ...target } of references)
    for (const { path, ...referrer } of fieldSpecs) {
      const kind = referrer.kind ?? ''
      const list = byKind.get(kind)
      if (list === undefined) byKind.set(kind, [{ path, referrer, target }])
      else list.push({ path, referrer, target })
    }
  return byKind
}

/** By every name that they had. */
function candidatesByName(resources: readonly Resource[]): ReadonlyMap<string, readonly Candidate[]> {
  const byName = new Map<string, Candidate[]>()
  for (const resource of resources) {
    const candidate: Candidate = { resource, current: currentIdOf(resource), original: originalIdOf(resource) }
    for (const name of new Set(resource.previous.map((id) => id.name))) {
      const list = byName.get(name)
      if (list === undefined) byName.set(name, [candidate])
      else list.push(candidate)
    }
  }
  return byName
}

interface Referrer {
  readonly resource: Resource
  readonly id: Id
  readonly isClusterScoped: boolean
  /** Namespaces of the service accounts that a role binding names. */
  readonly subjectNamespaces: ReadonlySet<string>
}

function referrerOf(resource: Resource): Referrer {
  const id = currentIdOf(resource)
  const subjects = id.kind === 'RoleBinding' ? memberOf(resource.object, 'subjects') : undefined
  const subjectNamespaces = new Set<string>()
  for (const subject of Array.isArray(subjects) ? (subjects as unknown[]) : [])
    if (isMap(subject) && subject['kind'] === 'ServiceAccount' && typeof subject['namespace'] === 'string') subjectNamespaces.add(subject['namespace'])
  return { resource, id, isClusterScoped: isClusterScoped(id), subjectNamespaces }
}

/** A reference in a map takes the namespace over as well. */
type Choice = (name: string, namespace: string | undefined, isMapped: boolean) => Candidate | undefined

function updateField({ object }: Resource, { path }: Reference, choice: Choice): void {
  try {
    visitField(object, { path }, (value) => updated(value, choice))
  } catch (error) {
    if (!(error instanceof KustomizeError)) throw error
    throw within(`updating name reference in '${path}' field of '${textOf(object['kind'])}'`, error)
  }
}

function updated(value: unknown, choice: Choice): unknown {
  if (value === null || value === undefined) return undefined
  if (Array.isArray(value)) {
    for (const [at, item] of (value as unknown[]).entries()) {
      const next = updated(item, choice)
      if (next !== undefined) value[at] = next
    }
    return undefined
  }
  if (isMap(value)) {
    updateMap(value, choice)
    return undefined
  }
  const found = choice(textOf(value), undefined, false)
  if (found === undefined) return undefined
  return found.current.name === textOf(value) ? undefined : found.current.name
}

/** A reference with a name and perhaps a namespace: both are updated. */
function updateMap(map: JsonMap, choice: Choice): void {
  const name = memberOf(map, 'name')
  if (name === undefined) throw new KustomizeError("path config error; no 'name' field in node")
  const namespace = memberOf(map, 'namespace')
  const found = choice(textOf(name), namespace === undefined || namespace === null ? undefined : textOf(namespace), true)
  if (found === undefined) return
  map['name'] = found.current.name
  if (found.current.namespace !== '') map['namespace'] = found.current.namespace
}

function choose(
  [name, namespace, isMapped]: Parameters<Choice>,
  reference: Reference,
  referrer: Referrer,
  byName: ReadonlyMap<string, readonly Candidate[]>,
  namespaces: ReadonlySet<string>,
): Candidate | undefined {
  let found = (byName.get(name) ?? []).filter((candidate) => mayBeReferred(candidate, referrer))
  if (namespace !== undefined) {
    const idOf = namespaces.has(namespace) ? (candidate: Candidate) => candidate.original : (candidate: Candidate) => candidate.current
    found = found.filter((candidate) => effectiveNamespace(idOf(candidate)) === namespace)
  }
  found = found.filter(({ resource }) => resource.previous.some((id) => isSelectedBy(id, reference.target)))
  const role = reference.path.endsWith('roleRef/name') ? roleOf(referrer.resource.object) : undefined
  if (role !== undefined) found = found.filter(({ resource }) => resource.previous.some((id) => isSelectedBy(id, role)))
  found = found.filter((candidate) => isNear(candidate, referrer))
  if (found.length <= 1) return found[0]
  found = found.filter(({ resource }) => haveSameAffixes(resource, referrer.resource, true))
  if (found.length > 1) found = found.filter(({ resource }) => haveSameAffixes(resource, referrer.resource, false))
  const [first] = found
  if (first === undefined || found.length === 1) return first
  const isSame = (other: Candidate): boolean => other.current.name === first.current.name && (!isMapped || other.current.namespace === first.current.namespace)
  if (found.every(isSame)) return first
  throw new KustomizeError(`found multiple possible referrals: ${found.map(({ current }) => formatId(current)).join(', ')}`)
}

/** What a resource can see at all. */
function mayBeReferred({ current }: Candidate, referrer: Referrer): boolean {
  if (referrer.isClusterScoped || isClusterScoped(current)) return true
  return effectiveNamespace(current) === effectiveNamespace(referrer.id) || referrer.subjectNamespaces.has(current.namespace)
}

function isNear({ current }: Candidate, referrer: Referrer): boolean {
  if (referrer.isClusterScoped || isClusterScoped(current) || current.kind === 'ServiceAccount') return true
  return effectiveNamespace(current) === effectiveNamespace(referrer.id)
}

function roleOf(object: JsonMap): Partial<Gvk> | undefined {
  const role = memberOf(object, 'roleRef')
  if (!isMap(role) || role['apiGroup'] === undefined || role['kind'] === undefined) return undefined
  return { group: textOf(role['apiGroup']), kind: textOf(role['kind']) }
}

function haveSameAffixes(a: Resource, b: Resource, isLenient: boolean): boolean {
  return haveSameEnd(a.prefixes, b.prefixes, isLenient) && haveSameEnd(a.suffixes, b.suffixes, isLenient)
}

function haveSameEnd(a: readonly string[], b: readonly string[], isLenient: boolean): boolean {
  const length = Math.min(a.length, b.length)
  if (length === 0) return isLenient || a.length === b.length
  return a.slice(a.length - length).every((text, at) => text === b[b.length - length + at])
}
