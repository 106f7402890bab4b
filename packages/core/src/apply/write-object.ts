// Writes one object: server-side apply, three-way patch, or replace; answers as kubectl words it.
import { adoptClientSide } from './adopt-client-side.ts'
import { applyClientSide } from './client-side-apply.ts'
import { deletedLine, deletionWarning, joined, kubectlNameOf, withSource } from './kubectl-words.ts'
import type { Say, WriteOutcome } from './kubectl-words.ts'
import { reconcileRoles } from './reconcile-roles.ts'
import { isRecreatable, recreate } from './recreate.ts'
import { ClusterError } from '../errors.ts'
import type { KubernetesObject } from '../model/kubernetes-object.ts'
import type { SyncStep } from '../plan/sync-plan.ts'
import type { Cluster, WriteOptions } from '../ports/cluster.ts'

/** How a step is written. */
export interface StepWriteOptions extends WriteOptions {
  /** Write as Argo CD's built-in kubectl does: roles are reconciled first, errors name a file, replaced objects have its other field manager. */
  readonly compatibility?: 'argocd'
}

/** Argo CD's clients leave the name of the manager to the API server where they do not run kubectl's apply: it is the program's. */
export const directManager = 'argocd'

/** An object that is about to be written. */
interface Write {
  readonly cluster: Cluster
  readonly object: KubernetesObject
  /** The whole live object, or undefined when there is none. */
  readonly live: KubernetesObject | undefined
  readonly isForced: boolean
  readonly options: WriteOptions
  readonly compatibility: 'argocd' | undefined
  readonly say: Say
}

/**
 * Write the object of a step.
 * @param live the whole live object, or undefined when there is none
 * @throws {ClusterError} as the API server answered
 */
export async function writeObject(
  cluster: Cluster,
  step: SyncStep,
  live: KubernetesObject | undefined,
  { compatibility, ...options }: StepWriteOptions,
): Promise<WriteOutcome> {
  const object = step.object
  if (object === undefined) throw new ClusterError('there is nothing to write', 400, 'BadRequest')
  const suffix = options.dryRun === true ? ' (dry run)' : ''
  const say: Say = (verb, written) => ({ object: written, message: `${kubectlNameOf(object)} ${verb}${suffix}` })
  const write: Write = { cluster, object, live, isForced: step.force === true, options, compatibility, say }
  const direct = compatibility === undefined ? options : { ...options, fieldManager: directManager }
  if (step.method === 'replace') return replaceObject({ ...write, options: direct })
  if (step.method === 'server-side') return applyServerSide(write)
  if (compatibility === undefined || object.apiVersion !== 'rbac.authorization.k8s.io/v1') return applyLocally(write)
  const reconciled = await reconcileRoles(cluster, object, live, direct)
  const outcome = await applyLocally({ ...write, live: reconciled.object })
  return { ...outcome, message: `${reconciled.message}${outcome.message}` }
}

function applyLocally({ cluster, object, live, isForced, options, compatibility, say }: Write): Promise<WriteOutcome> {
  return applyClientSide(cluster, object, live, { ...options, force: isForced, ...(compatibility === undefined ? {} : { compatibility }) }, say)
}

async function applyServerSide({ cluster, object, live, isForced, options, say }: Write): Promise<WriteOutcome> {
  try {
    const applied = await cluster.apply(object, { ...options, force: true })
    const written = options.dryRun === true ? applied : await adoptClientSide(cluster, object, applied, options)
    return { object: written, message: joined(say('serverside-applied', written).message, deletionWarning(written)) }
  } catch (error) {
    if (!isForced || !(error instanceof ClusterError) || error.status !== 422 || live === undefined || !isRecreatable(object)) throw error
    return say('serverside-applied', await recreate(cluster, object, options))
  }
}

/** As `kubectl replace` does. Follows kubectl v1.34 `pkg/cmd/replace`; what must not be made anew is updated, as by Argo CD. */
async function replaceObject({ cluster, object, live, isForced, options, compatibility, say }: Write): Promise<WriteOutcome> {
  if (live === undefined) return say('created', await cluster.create(object, options))
  const versioned = { ...object, metadata: { ...object.metadata, resourceVersion: live.metadata.resourceVersion ?? '' } }
  if (!isRecreatable(object)) return { object: await cluster.replace(versioned, options), message: `${object.kind}/${object.metadata.name ?? ''} updated` }
  try {
    if (!isForced || options.dryRun === true) return say('replaced', await cluster.replace(versioned, options))
  } catch (error) {
    throw compatibility === 'argocd' && error instanceof ClusterError ? withSource('replacing', error) : error
  }
  const { object: made, message } = say('replaced', await recreate(cluster, object, options))
  return { object: made, message: `${deletedLine(live)}\n${message}` }
}
