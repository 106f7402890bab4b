// Namespaces that are being deleted: everything in them goes, then they do. Follows kubernetes `pkg/controller/namespace/deletion`.
import type { ClusterApi } from '../api-server/cluster-api.ts'
import { arrayOf, isEqual, objectOf } from '../api-server/types.ts'
import type { Clock, JsonObject, KubeObject } from '../api-server/types.ts'
import { startControlLoop } from './control-loop.ts'
import { withCondition } from './objects.ts'

const pollMs = 50

export function startNamespaces(api: ClusterApi, clock: Clock): () => void {
  return startControlLoop({
    api,
    clock,
    resource: { group: '', plural: 'namespaces' },
    reconcile(namespace) {
      if (namespace.metadata.deletionTimestamp === undefined) return undefined
      const left = deleteContent(api, namespace.metadata.name ?? '')
      if (left.count > 0) {
        report(api, namespace, left, clock.now())
        return pollMs
      }
      const current = api.get({ group: '', plural: 'namespaces' }, '', namespace.metadata.name ?? '')
      if (current === undefined) return undefined
      const spec = objectOf(current['spec'])
      // Whoever else holds the namespace lets go of it through the subresource `finalize`.
      const held = arrayOf(spec['finalizers']).filter((name) => name !== 'kubernetes')
      if (held.length > 0 && held.length === arrayOf(spec['finalizers']).length) return undefined
      api.store({ ...current, spec: held.length === 0 ? {} : { ...spec, finalizers: held }, metadata: { ...current.metadata, deletionGracePeriodSeconds: 0 } })
      return undefined
    },
  })
}

interface Remaining {
  readonly count: number
  readonly byResource: readonly { readonly resource: string; readonly count: number }[]
  readonly byFinalizer: readonly { readonly finalizer: string; readonly count: number }[]
}

function deleteContent(api: ClusterApi, namespace: string): Remaining {
  const seen = new Set<string>()
  const byResource: { resource: string; count: number }[] = []
  const finalizers = new Map<string, number>()
  for (const type of api.resources()) {
    if (!type.isNamespaced || seen.has(type.storage) || !type.verbs.includes('delete')) continue
    seen.add(type.storage)
    const resource = { group: type.group, plural: type.plural }
    for (const object of api.list(resource, namespace)) {
      if (object.metadata.deletionTimestamp === undefined) api.delete(resource, namespace, object.metadata.name ?? '', { propagationPolicy: 'Background' })
    }
    const left = api.list(resource, namespace)
    if (left.length > 0) byResource.push({ resource: `${type.plural}.${type.group}`, count: left.length })
    for (const object of left) for (const finalizer of object.metadata.finalizers ?? []) finalizers.set(finalizer, (finalizers.get(finalizer) ?? 0) + 1)
  }
  return {
    count: byResource.reduce((sum, { count }) => sum + count, 0),
    byResource,
    byFinalizer: [...finalizers].map(([finalizer, count]) => ({ finalizer, count })),
  }
}

/** What still holds the namespace, as a person who waits would like to know. */
function report(api: ClusterApi, namespace: KubeObject, left: Remaining, now: number): void {
  const status = objectOf(namespace['status'])
  let conditions = (Array.isArray(status['conditions']) ? status['conditions'] : []) as JsonObject[]
  conditions = withCondition(conditions, 'NamespaceDeletionDiscoveryFailure', 'False', 'ResourcesDiscovered', 'All resources successfully discovered', now)
  conditions = withCondition(
    conditions,
    'NamespaceDeletionGroupVersionParsingFailure',
    'False',
    'ParsedGroupVersions',
    'All legacy kube types successfully parsed',
    now,
  )
  conditions = withCondition(
    conditions,
    'NamespaceDeletionContentFailure',
    'False',
    'ContentDeleted',
    'All content successfully deleted, may be waiting on finalization',
    now,
  )
  const resources = left.byResource.map(({ resource, count }) => `${resource} has ${count} resource instances`).join(', ')
  conditions = withCondition(conditions, 'NamespaceContentRemaining', 'True', 'SomeResourcesRemain', `Some resources are remaining: ${resources}`, now)
  if (left.byFinalizer.length > 0) {
    const finalizers = left.byFinalizer.map(({ finalizer, count }) => `${finalizer} in ${count} resource instances`).join(', ')
    conditions = withCondition(
      conditions,
      'NamespaceFinalizersRemaining',
      'True',
      'SomeFinalizersRemain',
      `Some content in the namespace has finalizers remaining: ${finalizers}`,
      now,
    )
  }
  const next = { ...status, conditions }
  if (!isEqual(next, status)) api.store({ ...namespace, status: next })
}
