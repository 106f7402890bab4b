// Which objects belong to a controller: it adopts those its selector finds, and lets go of those it finds no longer.
// Follows kubernetes `pkg/controller/controller_ref_manager.go`.
import type { ClusterApi, ResourceRef } from '../api-server/cluster-api.ts'
import { valueAt } from '../api-server/types.ts'
import type { KubeObject } from '../api-server/types.ts'
import { isSelectedBy } from '../api-server/label-selector.ts'
import { controllerReference } from './objects.ts'

/** Objects that a controller owns after it has adopted and released. */
export function claimed(api: ClusterApi, resource: ResourceRef, owner: KubeObject): KubeObject[] {
  const selector = valueAt(owner, 'spec', 'selector')
  const { uid, deletionTimestamp, namespace } = owner.metadata
  return api.list(resource, namespace).flatMap((object) => {
    const controller = (object.metadata.ownerReferences ?? []).find((reference) => reference.controller === true)
    const isMatching = isSelectedBy(selector, object.metadata.labels)
    if (controller === undefined) {
      const isAdoptable = isMatching && deletionTimestamp === undefined && object.metadata.deletionTimestamp === undefined
      return isAdoptable ? [adopt(api, owner, object)] : []
    }
    if (controller.uid !== uid) return []
    if (isMatching) return [object]
    if (deletionTimestamp === undefined) release(api, owner, object)
    return []
  })
}

function adopt(api: ClusterApi, owner: KubeObject, object: KubeObject): KubeObject {
  const ownerReferences = [...(object.metadata.ownerReferences ?? []), controllerReference(owner)]
  return api.store({ ...object, metadata: { ...object.metadata, ownerReferences } })
}

function release(api: ClusterApi, owner: KubeObject, object: KubeObject): void {
  const rest = (object.metadata.ownerReferences ?? []).filter(({ uid }) => uid !== owner.metadata.uid)
  const { ownerReferences: _references, ...metadata } = object.metadata
  api.store({ ...object, metadata: rest.length === 0 ? metadata : { ...metadata, ownerReferences: rest } })
}

/** Keys of the controllers that a change of an object concerns: its owner, or those that could adopt it. */
export function concernedControllers(api: ClusterApi, controllers: ResourceRef, kind: string): (object: KubeObject) => readonly string[] {
  return ({ metadata }) => {
    const namespace = metadata.namespace ?? ''
    const owner = (metadata.ownerReferences ?? []).find((reference) => reference.controller === true)
    if (owner !== undefined) return owner.kind === kind ? [`${namespace}/${owner.name}`] : []
    if (metadata.labels === undefined) return []
    return api
      .list(controllers, namespace)
      .filter((controller) => isSelectedBy(valueAt(controller, 'spec', 'selector'), metadata.labels))
      .map((controller) => `${namespace}/${controller.metadata.name ?? ''}`)
  }
}
