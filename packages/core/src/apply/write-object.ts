// Writes one object: server-side apply, three-way patch, or replace; answers as kubectl words it.
import { applyClientSide } from './client-side-apply.ts'
import { recreate } from './recreate.ts'
import { deletionWarning, joined, kubectlNameOf } from './kubectl-words.ts'
import type { Say, WriteOutcome } from './kubectl-words.ts'
import { reconcileRoles } from './reconcile-roles.ts'
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

/**
 * Write the object of a step.
 * @param live the whole live object, or undefined when there is none
 * @throws {ClusterError} as the API server answered
 */
export async function writeObject(cluster: Cluster, step: SyncStep, live: KubernetesObject | undefined, options: StepWriteOptions): Promise<WriteOutcome> {
  const object = step.object
  if (object === undefined) throw new ClusterError('there is nothing to write', 400, 'BadRequest')
  const { compatibility, ...writing } = options
  const suffix = options.dryRun === true ? ' (dry run)' : ''
  const say: Say = (verb, written) => ({ object: written, message: `${kubectlNameOf(object)} ${verb}${suffix}` })
  if (step.method === 'replace')
    return replaceObject(cluster, object, live, compatibility === undefined ? writing : { ...writing, fieldManager: directManager }, say)
  if (compatibility === undefined || !object.apiVersion.startsWith('rbac.authorization.k8s.io/')) return applyObject(cluster, step, object, live, options, say)
  const reconciled = await reconcileRoles(cluster, object, live, { ...writing, fieldManager: directManager })
  const outcome = await applyObject(cluster, step, object, reconciled.object, options, say)
  return { ...outcome, message: `${reconciled.message}${outcome.message}` }
}

async function applyObject(
  cluster: Cluster,
  step: SyncStep,
  object: KubernetesObject,
  live: KubernetesObject | undefined,
  { compatibility, ...writing }: StepWriteOptions,
  say: Say,
): Promise<WriteOutcome> {
  if (step.method !== 'server-side')
    return applyClientSide(cluster, object, live, { ...writing, force: step.force === true, namesFile: compatibility === 'argocd' }, say)
  try {
    const written = await cluster.apply(object, { ...writing, force: true })
    const { message } = say('serverside-applied', written)
    return { object: written, message: joined(message, deletionWarning(written)) }
  } catch (error) {
    if (step.force !== true || !(error instanceof ClusterError) || error.status !== 422 || live === undefined) throw error
    return say('serverside-applied', await recreate(cluster, object, writing))
  }
}

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
