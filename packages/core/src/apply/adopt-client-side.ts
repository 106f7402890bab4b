// What was applied by client-side apply before goes over to server-side apply: the fields of whoever owns the last-applied annotation become fields of
// the manager, and those that git no longer names go. Follows kubectl v1.34 `pkg/cmd/apply` (migrateToSSAIfNecessary) and client-go `util/csaupgrade`.
import { decodeManagers, encodeManagers, unionSets } from '@plumbline/schema'
import { lastAppliedAnnotation } from '../diff/predict.ts'
import { ClusterError } from '../errors.ts'
import { isRecord, valueAt } from '../model/kubernetes-object.ts'
import type { KubernetesObject } from '../model/kubernetes-object.ts'
import { resourceIdOf, versionOf } from '../model/resource-id.ts'
import type { Cluster, WriteOptions } from '../ports/cluster.ts'

const maxAttempts = 5

/** Whether an entry of `managedFields` is a client-side apply's: it has written the annotation, and by no subresource. */
function isClientSide(entry: unknown): entry is Record<string, unknown> {
  return (
    isRecord(entry) &&
    entry['operation'] === 'Update' &&
    (entry['subresource'] ?? '') === '' &&
    isRecord(valueAt(entry, 'fieldsV1', 'f:metadata', 'f:annotations', `f:${lastAppliedAnnotation}`))
  )
}

/**
 * The managed fields of an object once a manager has taken over those of client-side apply.
 * @returns undefined when there are none
 */
export function adoptedManagers(object: KubernetesObject, manager: string): readonly unknown[] | undefined {
  const entries = object.metadata.managedFields ?? []
  const names = new Set(entries.filter(isClientSide).map((entry) => entry['manager']))
  if (names.size === 0) return undefined
  const managers = decodeManagers(entries)
  const isGiving = ({ operation, subresource, manager: name }: { operation: string; subresource: string; manager: string }): boolean =>
    operation === 'Update' && subresource === '' && names.has(name)
  const giving = [...managers].filter(([, entry]) => isGiving(entry))
  const [taking] = [...managers].filter(([, entry]) => entry.operation === 'Apply' && entry.subresource === '' && entry.manager === manager)
  const first = taking?.[1] ?? giving[0]?.[1]
  if (first === undefined) return undefined
  const set = giving.reduce((all, [, entry]) => unionSets(all, entry.set), first.set)
  for (const [key] of giving) managers.delete(key)
  if (taking !== undefined) managers.delete(taking[0])
  return encodeManagers(new Map([['', { ...first, operation: 'Apply' as const, manager, set }], ...managers]))
}

/**
 * Take over after a server-side apply, and apply once more so that what git dropped goes.
 * @param applied what the apply answered, with its managed fields
 * @returns what lives then; `applied` itself where nothing was to be taken over
 * @throws {ClusterError} as the API server answered
 */
export async function adoptClientSide(cluster: Cluster, object: KubernetesObject, applied: KubernetesObject, options: WriteOptions): Promise<KubernetesObject> {
  let current: KubernetesObject | undefined = applied
  for (let attempt = 1; current !== undefined; attempt++) {
    const managedFields = adoptedManagers(current, options.fieldManager)
    if (managedFields === undefined) return current
    try {
      await cluster.patch(
        current,
        'json',
        [
          { op: 'replace', path: '/metadata/managedFields', value: managedFields },
          // Somebody else may have written meanwhile: the API server then answers with a conflict.
          { op: 'replace', path: '/metadata/resourceVersion', value: current.metadata.resourceVersion ?? '' },
        ],
        options,
      )
      return await cluster.apply(object, { ...options, force: true })
    } catch (error) {
      if (!(error instanceof ClusterError) || error.status !== 409 || attempt >= maxAttempts) throw error
      current = await cluster.get({ ...resourceIdOf(applied), version: versionOf(applied.apiVersion) }, options.signal)
    }
  }
  return applied
}
