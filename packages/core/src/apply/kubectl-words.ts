// What kubectl says of a write.
import { ClusterError } from '../errors.ts'
import type { KubernetesObject } from '../model/kubernetes-object.ts'
import { groupOf } from '../model/resource-id.ts'

/** What a write did. */
export interface WriteOutcome {
  readonly object: KubernetesObject
  /** Such as `deployment.apps/lamp configured`. */
  readonly message: string
}

/** Puts what was written under a verb. */
export type Say = (verb: string, written: KubernetesObject) => WriteOutcome

/** `kind.group/name` in lower case, as kubectl names objects. */
export function kubectlNameOf(object: KubernetesObject): string {
  const group = groupOf(object.apiVersion)
  return `${object.kind.toLowerCase()}${group === '' ? '' : `.${group}`}/${object.metadata.name ?? ''}`
}

/** What `kubectl delete` says. */
export function deletedLine({ apiVersion, kind, metadata }: KubernetesObject): string {
  const group = groupOf(apiVersion)
  const where = metadata.namespace === undefined ? '' : ` from ${metadata.namespace} namespace`
  return `${kind.toLowerCase()}${group === '' ? '' : `.${group}`} "${metadata.name ?? ''}" deleted${where}`
}

/** Stands for the temporary file that Argo CD hands to kubectl. */
const sourceFile = '/dev/shm/0'

/** An error as kubectl tells it of a file. */
export function withSource(verb: string, error: ClusterError): ClusterError {
  return new ClusterError(`error when ${verb} "${sourceFile}": ${error.message}`, error.status, error.reason, { cause: error })
}

/** What kubectl prints to its two outputs, as Argo CD joins them. */
export function joined(output: string, ...warnings: readonly (string | undefined)[]): string {
  const said = warnings.filter((warning) => warning !== undefined)
  return said.length === 0 ? output : `${output}. ${said.join('\n')}`
}

/** The warning of a change to something that goes away. */
export function deletionWarning({ metadata }: KubernetesObject): string | undefined {
  return metadata.deletionTimestamp === undefined ? undefined : `Warning: Detected changes to resource ${metadata.name ?? ''} which is currently being deleted.`
}

/** The warning of an object that was not made by `apply`. The name of the program is empty where kubectl runs inside another. */
export function adoptionWarning(live: KubernetesObject, annotation: string, plural: string): string | undefined {
  if (live.metadata.annotations?.[annotation] !== undefined) return undefined
  return (
    `Warning: resource ${plural}/${live.metadata.name ?? ''} is missing the ${annotation} annotation which is required by  apply. ` +
    ` apply should only be used on resources created declaratively by either  create --save-config or  apply. The missing annotation will be patched automatically.`
  )
}
