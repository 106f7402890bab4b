// Puts resources into a namespace. Follows kustomize v5.7 `api/filters/namespace`.
import { KustomizeError } from '../errors.ts'
import { specsFor, visitField } from '../field-spec.ts'
import type { FieldSpec } from '../field-spec.ts'
import { formatId, isClusterScoped, keyOf } from '../resource-id.ts'
import type { ResourceMap } from '../resource-map.ts'
import { currentIdOf, gvkOf, isMap, memberOf, rememberId, setNamespace, textOf } from '../resource.ts'
import type { JsonMap } from '../resource.ts'

/** What is set, and where. */
export interface NamespaceOptions {
  readonly namespace: string
  readonly fieldSpecs: readonly FieldSpec[]
  /** Whether a namespace that is there stays. */
  readonly unsetOnly?: boolean
  /** Which subjects of role bindings move along. Default: defaultOnly. */
  readonly subjects?: 'defaultOnly' | 'allServiceAccounts' | 'none'
}

/** @throws {KustomizeError} when two resources get the same id */
export function applyNamespace(map: ResourceMap, options: NamespaceOptions): void {
  if (options.namespace === '') return
  for (const resource of map.list) {
    rememberId(resource)
    setIn(resource.object, options)
  }
  const seen = new Set<string>()
  for (const resource of map.list) {
    const id = currentIdOf(resource)
    if (seen.has(keyOf(id))) throw new KustomizeError(`namespace transformation produces ID conflict: ${formatId(id)}`)
    seen.add(keyOf(id))
  }
  map.touch()
}

function setIn(object: JsonMap, { namespace, fieldSpecs, unsetOnly = false, subjects = 'defaultOnly' }: NamespaceOptions): void {
  const gvk = gvkOf(object)
  const setter = (value: unknown): unknown => {
    if (typeof value === 'object' && value !== null) throw new KustomizeError('namespace field specs must target scalar nodes')
    return unsetOnly && textOf(value) !== '' ? undefined : namespace
  }
  if (!isClusterScoped(gvk)) {
    const metadata = memberOf(object, 'metadata')
    if (!unsetOnly || !isMap(metadata) || textOf(memberOf(metadata, 'namespace')) === '') setNamespace(object, namespace)
  }
  const isBinding = gvk.kind === 'RoleBinding' || gvk.kind === 'ClusterRoleBinding'
  if (isBinding && subjects !== 'none') setSubjects(object, subjects, setter)
  for (const spec of specsFor(fieldSpecs, object)) {
    if (spec.path === 'metadata/namespace') continue
    if (spec.path === 'metadata/name' && object['apiVersion'] !== 'v1') continue
    if (isBinding && spec.path === 'subjects/namespace') continue
    visitField(object, spec, setter, 'scalar')
  }
}

function setSubjects(object: JsonMap, subjects: 'defaultOnly' | 'allServiceAccounts', setter: (value: unknown) => unknown): void {
  const list = memberOf(object, 'subjects')
  if (!Array.isArray(list)) return
  for (const subject of list as unknown[]) {
    if (!isMap(subject)) continue
    const isMeant = subjects === 'allServiceAccounts' ? subject['kind'] === 'ServiceAccount' : subject['name'] === 'default'
    if (!isMeant) continue
    const next = setter(memberOf(subject, 'namespace') ?? '')
    if (next !== undefined) subject['namespace'] = next
  }
}
