// Labels and annotations that a sync writes to the namespace of an application.
import { isEqual } from '../diff/equal.ts'
import type { Application } from '../model/application.ts'

/** Whether labels and annotations for the namespace have changed since the last sync wrote them. Follows argo-cd `HasChangedManagedNamespaceMetadata`. */
export function isNamespaceOutdated({ spec, status }: Application): boolean {
  const wanted = spec.syncPolicy?.managedNamespaceMetadata
  const applied = status?.operationState?.syncResult
  return wanted !== undefined && applied !== undefined && !isEqual(wanted, applied.managedNamespaceMetadata)
}
