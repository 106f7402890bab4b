// Objects in an application's namespace that belong to nobody. Follows argo-cd `controller/appcontroller.go` (getResourceTree).
import { isKindPermitted } from '../model/app-project.ts'
import { matchesGlob } from '../model/glob.ts'
import { isRecord, valueAt } from '../model/kubernetes-object.ts'
import type { KubernetesObject } from '../model/kubernetes-object.ts'
import { keyOf, resourceIdOf } from '../model/resource-id.ts'
import type { ResourceId } from '../model/resource-id.ts'

/** What a project wants to know of orphans; undefined when nothing. */
export interface OrphanPolicy {
  /** Whether the application is to say how many there are. */
  readonly warns: boolean
  readonly isIgnored: (id: ResourceId) => boolean
}

/** The policy of a project. */
export function orphanPolicyOf(project: KubernetesObject | undefined): OrphanPolicy | undefined {
  const settings = valueAt(project, 'spec', 'orphanedResources')
  if (project === undefined || !isRecord(settings)) return undefined
  const ignored = (Array.isArray(settings['ignore']) ? settings['ignore'] : []).filter(isRecord)
  const text = (value: unknown): string => (typeof value === 'string' ? value : '')
  return {
    warns: settings['warn'] !== false,
    isIgnored: (id) =>
      ignored.some(
        (entry) =>
          (text(entry['kind']) === '' || matchesGlob(text(entry['kind']), id.kind)) &&
          matchesGlob(text(entry['group']), id.group) &&
          (text(entry['name']) === '' || matchesGlob(text(entry['name']), id.name)),
      ),
  }
}

/** What every namespace has by itself. */
function isOfTheCluster({ group, kind, namespace, name }: ResourceId): boolean {
  if (group !== '') return false
  return (
    (kind === 'ServiceAccount' && name === 'default') ||
    (kind === 'ConfigMap' && name === 'kube-root-ca.crt') ||
    (kind === 'Service' && name === 'kubernetes' && namespace === 'default')
  )
}

/**
 * Orphans in a namespace, with everything that they own.
 * @param objects all that is known of the namespace
 * @param isManaged whether an object is one of the application's
 * @param isOfAnother whether an object carries the mark of another application that exists
 */
export function orphansOf(
  objects: readonly KubernetesObject[],
  project: KubernetesObject,
  policy: OrphanPolicy,
  isManaged: (key: string) => boolean,
  isOfAnother: (object: KubernetesObject) => boolean,
): ResourceId[] {
  const children = new Map<string, KubernetesObject[]>()
  for (const object of objects)
    for (const { uid } of object.metadata.ownerReferences ?? []) {
      const siblings = children.get(uid)
      if (siblings === undefined) children.set(uid, [object])
      else siblings.push(object)
    }
  const found = new Map<string, ResourceId>()
  const visit = (object: KubernetesObject): void => {
    const id = resourceIdOf(object)
    const key = keyOf(id)
    if (found.has(key) || isOfAnother(object) || !isKindPermitted(project, id, true)) return
    found.set(key, id)
    for (const child of children.get(object.metadata.uid ?? '') ?? []) visit(child)
  }
  for (const object of objects) {
    const id = resourceIdOf(object)
    if ((object.metadata.ownerReferences ?? []).length > 0 || isManaged(keyOf(id)) || isOfTheCluster(id) || policy.isIgnored(id)) continue
    visit(object)
  }
  return [...found.values()]
}
