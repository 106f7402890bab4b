// As `kubectl apply` does without the server: what was last applied is kept in an annotation, and the patch is computed from three sides.
// Follows kubectl v1.34 `pkg/cmd/apply`.
import { createThreeWayMergePatch } from '@plumbline/schema'
import { formatJson } from '@plumbline/yaml'
import { adoptionWarning, deletionWarning, joined, withSource } from './kubectl-words.ts'
import type { Say, WriteOutcome } from './kubectl-words.ts'
import { isRecreatable, recreate } from './recreate.ts'
import { schemaOfObject } from '../diff/normalize.ts'
import { lastAppliedAnnotation, lastAppliedOf } from '../diff/predict.ts'
import { ClusterError } from '../errors.ts'
import { isRecord, withAnnotation } from '../model/kubernetes-object.ts'
import type { KubernetesObject } from '../model/kubernetes-object.ts'
import { resourceIdOf, versionOf } from '../model/resource-id.ts'
import type { Cluster, WriteOptions } from '../ports/cluster.ts'

/** How to apply. */
export interface ClientSideOptions extends WriteOptions {
  /** Delete and make again what cannot be patched. */
  readonly force: boolean
  /** As inside Argo CD: errors name the temporary file that kubectl was given, and a dry run does not ask the API server. */
  readonly compatibility?: 'argocd'
}

/**
 * Apply an object.
 * @param live the whole live object, or undefined when there is none
 * @throws {ClusterError} as the API server answered
 */
export async function applyClientSide(
  cluster: Cluster,
  object: KubernetesObject,
  live: KubernetesObject | undefined,
  { force, compatibility, ...options }: ClientSideOptions,
  say: Say,
): Promise<WriteOutcome> {
  if (compatibility === 'argocd' && options.dryRun === true) return say(live === undefined ? 'created' : 'configured', object)
  const annotated = withAnnotation(object, lastAppliedAnnotation, `${formatJson(withoutLastApplied(object), { sortKeys: true })}\n`)
  // Recorded: what is null in git is absent from what Argo CD creates.
  if (live === undefined) return say('created', await cluster.create(withoutNulls(annotated) as KubernetesObject, options))
  const warning = await adoption(cluster, live)
  const schema = schemaOfObject(object)
  const patch = createThreeWayMergePatch(lastAppliedOf(live) ?? {}, annotated, live, schema)
  const tell = (verb: string, written: KubernetesObject): WriteOutcome => ({
    object: written,
    message: joined(say(verb, written).message, warning, deletionWarning(written)),
  })
  if (isRecord(patch) && Object.keys(patch).length === 0) return tell('unchanged', live)
  try {
    return tell('configured', await cluster.patch(live, schema === undefined ? 'merge' : 'strategic', patch, options))
  } catch (error) {
    if (!(error instanceof ClusterError)) throw error
    if (force && isRecreatable(object) && (error.status === 422 || error.status === 409)) return say('configured', await recreate(cluster, annotated, options))
    throw compatibility === 'argocd' ? withSource('patching', error) : error
  }
}

async function adoption(cluster: Cluster, live: KubernetesObject): Promise<string | undefined> {
  if (live.metadata.annotations?.[lastAppliedAnnotation] !== undefined) return undefined
  const { group, kind } = resourceIdOf(live)
  const resource = await cluster.resourceOf({ group, kind, version: versionOf(live.apiVersion) })
  return adoptionWarning(live, lastAppliedAnnotation, resource?.plural ?? kind.toLowerCase())
}

function withoutNulls(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(withoutNulls)
  if (!isRecord(value)) return value
  return Object.fromEntries(Object.entries(value).flatMap(([name, member]) => (member === null ? [] : [[name, withoutNulls(member)]])))
}

/** kubectl makes a map of annotations to put its own in, and takes only that one out again. */
function withoutLastApplied(object: KubernetesObject): KubernetesObject {
  const { [lastAppliedAnnotation]: _last, ...annotations } = object.metadata.annotations ?? {}
  return { ...object, metadata: { ...object.metadata, annotations } }
}
