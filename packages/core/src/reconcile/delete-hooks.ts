// Hooks that run when an Application is deleted: before its objects go, and after. Follows argo-cd `controller/hook.go`.
import type { DesiredObject } from '../compare/desired-state.ts'
import { ClusterError } from '../errors.ts'
import type { HealthRegistry } from '../health/health.ts'
import type { Application } from '../model/application.ts'
import type { KubernetesObject } from '../model/kubernetes-object.ts'
import { groupOf, resourceIdOf, versionOf } from '../model/resource-id.ts'
import { deletePoliciesOf, hookTypesOf } from '../plan/hooks.ts'
import { parseTime } from '../ports/clock.ts'
import type { Cluster } from '../ports/cluster.ts'

/** When a hook of a deletion runs. */
export type DeletionPhase = 'PreDelete' | 'PostDelete'

const finalizers: Readonly<Record<DeletionPhase, string>> = {
  PreDelete: 'pre-delete-finalizer.argocd.argoproj.io',
  PostDelete: 'post-delete-finalizer.argocd.argoproj.io',
}
const phases: readonly DeletionPhase[] = ['PreDelete', 'PostDelete']

/** Holds an application until the hooks of a phase have run. */
export function runFinalizer(phase: DeletionPhase): string {
  return finalizers[phase]
}

/** Holds an application until the hooks of a phase have been cleaned up. */
export function cleanupFinalizer(phase: DeletionPhase): string {
  return `${finalizers[phase]}/cleanup`
}

export function isDeletionHook(object: KubernetesObject, phase: DeletionPhase): boolean {
  return hookTypesOf(object).includes(phase)
}

/** Whether an object is a hook of a deletion, which goes by its own rules and not with the objects of its application. */
export function isAnyDeletionHook(object: KubernetesObject): boolean {
  return phases.some((phase) => isDeletionHook(object, phase))
}

/** Finalizers that are left when each phase with hooks holds the application and no other does; undefined when they are so already. */
export function finalizersForHooks(application: Application, desired: readonly DesiredObject[]): string[] | undefined {
  const own = phases.flatMap((phase) => [runFinalizer(phase), cleanupFinalizer(phase)])
  const wanted = phases
    .filter((phase) => desired.some(({ object }) => isDeletionHook(object, phase)))
    .flatMap((phase) => [runFinalizer(phase), cleanupFinalizer(phase)])
  const held = application.metadata.finalizers ?? []
  const next = [...held.filter((entry) => !own.includes(entry) || wanted.includes(entry)), ...wanted.filter((entry) => !held.includes(entry))]
  return next.length === held.length && next.every((entry, index) => entry === held[index]) ? undefined : next
}

/** Whether hooks still hold the application. */
export function isHeldByHooks({ metadata }: Application): boolean {
  return (metadata.finalizers ?? []).some((entry) => Object.values(finalizers).some((finalizer) => entry === finalizer || entry === `${finalizer}/cleanup`))
}

/** How the hooks of a phase stand. */
export interface DeletionHooks {
  readonly isDone: boolean
  /** What a hook that failed says. */
  readonly failure?: string
}

/**
 * Make the hooks of a phase that are not there, and look how the others fare.
 * @throws {ClusterError} when one cannot be made
 */
export async function runDeletionHooks(
  application: Application,
  phase: DeletionPhase,
  desired: readonly DesiredObject[],
  { cluster, health, fieldManager }: { readonly cluster: Cluster; readonly health: HealthRegistry; readonly fieldManager: string },
): Promise<DeletionHooks> {
  const hooks = desired.map(({ object }) => named(object, application)).filter((object) => isDeletionHook(object, phase))
  await cluster.live.observe(hooks.map((hook) => ({ group: groupOf(hook.apiVersion), kind: hook.kind })))
  let isDone = true
  let failure: string | undefined
  for (const hook of hooks) {
    const live = await cluster.live.load(resourceIdOf(hook))
    if (live === undefined) {
      await create(cluster, hook, fieldManager)
      isDone = false
      continue
    }
    const found = health(live)
    if (found?.status === 'Progressing') isDone = false
    if (found?.status === 'Degraded') failure ??= `${hook.kind}/${hook.metadata.name ?? ''}: ${found.message ?? 'it failed'}`
  }
  return { isDone, ...(failure === undefined ? {} : { failure }) }
}

async function create(cluster: Cluster, hook: KubernetesObject, fieldManager: string): Promise<void> {
  try {
    cluster.live.accept(await cluster.create(hook, { fieldManager }))
  } catch (error) {
    // Whoever made it meanwhile made the same.
    if (!(error instanceof ClusterError) || error.status !== 409) throw error
  }
}

/** A name for hooks that ask for one: the same at every look during one deletion. */
function named(object: KubernetesObject, { metadata }: Application): KubernetesObject {
  const prefix = object.metadata['generateName']
  if ((object.metadata.name ?? '') !== '' || typeof prefix !== 'string') return object
  const name = `${prefix}delete-${Math.floor((parseTime(metadata.deletionTimestamp ?? '') ?? 0) / 1000)}`
  return { ...object, metadata: { ...object.metadata, name } }
}

/**
 * Delete the hooks of a phase whose policies ask for it.
 * @returns how many are still there, those that were just asked to go included
 */
export async function cleanUpDeletionHooks(
  phase: DeletionPhase,
  live: readonly KubernetesObject[],
  { cluster, health }: { readonly cluster: Cluster; readonly health: HealthRegistry },
): Promise<number> {
  const hooks = live.filter((object) => isDeletionHook(object, phase))
  const isGood = hooks.every((hook) => (health(hook)?.status ?? 'Healthy') === 'Healthy')
  const going = hooks.filter((hook) => deletePoliciesOf(hook).includes(isGood ? 'HookSucceeded' : 'HookFailed'))
  for (const hook of going)
    if (hook.metadata.deletionTimestamp === undefined)
      await cluster.delete({ ...resourceIdOf(hook), version: versionOf(hook.apiVersion) }, { propagationPolicy: 'Foreground' })
  return going.length
}
