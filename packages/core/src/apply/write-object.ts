// Writes one object: server-side apply, three-way patch, or replace; answers as kubectl words it.
import { createThreeWayMergePatch } from '@plumbline/schema'
import { formatJson } from '@plumbline/yaml'
import { lastAppliedAnnotation, lastAppliedOf } from '../diff/predict.ts'
import { schemaOfObject } from '../diff/normalize.ts'
import { ClusterError } from '../errors.ts'
import { isRecord, withAnnotation } from '../model/kubernetes-object.ts'
import type { KubernetesObject } from '../model/kubernetes-object.ts'
import { groupOf, resourceIdOf } from '../model/resource-id.ts'
import type { SyncStep } from '../plan/sync-plan.ts'
import type { Cluster, WriteOptions } from '../ports/cluster.ts'

/** What a write did. */
export interface WriteOutcome {
  readonly object: KubernetesObject
  /** Such as `deployment.apps/lamp configured`. */
  readonly message: string
}

/**
 * Write the object of a step.
 * @param live the whole live object, or undefined when there is none
 * @throws {ClusterError} as the API server answered
 */
export async function writeObject(cluster: Cluster, step: SyncStep, live: KubernetesObject | undefined, options: WriteOptions): Promise<WriteOutcome> {
  const object = step.object
  if (object === undefined) throw new ClusterError('there is nothing to write', 400, 'BadRequest')
  const suffix = options.dryRun === true ? ' (dry run)' : ''
  const say = (verb: string, written: KubernetesObject): WriteOutcome => ({ object: written, message: `${kubectlNameOf(object)} ${verb}${suffix}` })
  try {
    if (step.method === 'replace') return await replaceObject(cluster, object, live, options, say)
    if (step.method === 'server-side') return say('serverside-applied', await cluster.apply(object, { ...options, force: true }))
    return await applyClientSide(cluster, object, live, options, say)
  } catch (error) {
    if (step.force !== true || !(error instanceof ClusterError) || error.status !== 422 || live === undefined) throw error
    await cluster.delete(resourceIdOf(object), { propagationPolicy: 'Background', ...(options.dryRun === true ? { dryRun: true } : {}) })
    return say('configured', await cluster.create(object, options))
  }
}

type Say = (verb: string, written: KubernetesObject) => WriteOutcome

async function replaceObject(
  cluster: Cluster,
  object: KubernetesObject,
  live: KubernetesObject | undefined,
  options: WriteOptions,
  say: Say,
): Promise<WriteOutcome> {
  if (live === undefined) return say('created', await cluster.create(object, options))
  const versioned = { ...object, metadata: { ...object.metadata, resourceVersion: live.metadata.resourceVersion ?? '' } }
  return say('replaced', await cluster.replace(versioned, options))
}

/** As `kubectl apply` does: what was last applied is kept in an annotation, and the patch is computed from three sides. */
async function applyClientSide(
  cluster: Cluster,
  object: KubernetesObject,
  live: KubernetesObject | undefined,
  options: WriteOptions,
  say: Say,
): Promise<WriteOutcome> {
  const annotated = withAnnotation(object, lastAppliedAnnotation, `${formatJson(withoutLastApplied(object), { sortKeys: true })}\n`)
  // Recorded: what is null in git is absent from what Argo CD creates.
  if (live === undefined) return say('created', await cluster.create(withoutNulls(annotated) as KubernetesObject, options))
  const schema = schemaOfObject(object)
  const patch = createThreeWayMergePatch(lastAppliedOf(live) ?? {}, annotated, live, schema)
  if (isRecord(patch) && Object.keys(patch).length === 0) return say('unchanged', live)
  const written = await cluster.patch(live, schema === undefined ? 'merge' : 'strategic', patch, options)
  return say('configured', written)
}

function withoutNulls(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(withoutNulls)
  if (!isRecord(value)) return value
  return Object.fromEntries(Object.entries(value).flatMap(([name, member]) => (member === null ? [] : [[name, withoutNulls(member)]])))
}

function withoutLastApplied(object: KubernetesObject): KubernetesObject {
  if (object.metadata.annotations?.[lastAppliedAnnotation] === undefined) return object
  const { [lastAppliedAnnotation]: _last, ...annotations } = object.metadata.annotations
  return { ...object, metadata: { ...object.metadata, annotations } }
}

/** `kind.group/name` in lower case, as kubectl names objects. */
export function kubectlNameOf(object: KubernetesObject): string {
  const group = groupOf(object.apiVersion)
  return `${object.kind.toLowerCase()}${group === '' ? '' : `.${group}`}/${object.metadata.name ?? ''}`
}
