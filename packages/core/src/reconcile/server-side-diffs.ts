// Comparisons with what the API server says to a dry run, for applications that ask for it. Follows argo-cd `controller/state.go` and
// `gitops-engine/pkg/diff/diff.go` (serverSideDiff).
import type { DiffCache } from '../compare/compare.ts'
import type { DesiredObject } from '../compare/desired-state.ts'
import { diffServerSide } from '../diff/server-side.ts'
import type { ServerSideSettings } from '../diff/server-side.ts'
import { messageOf } from '../errors.ts'
import type { Application } from '../model/application.ts'
import { annotationOf } from '../model/kubernetes-object.ts'
import type { KubernetesObject } from '../model/kubernetes-object.ts'
import { keyOf, resourceIdOf } from '../model/resource-id.ts'
import { isHook } from '../plan/hooks.ts'
import type { Cluster } from '../ports/cluster.ts'

const concurrency = 16

/** What an application asks for: undefined for a comparison without the server. */
export function serverSideChoiceOf(application: Application): { readonly includesMutations: boolean } | undefined {
  const options = (annotationOf(application, 'argocd.argoproj.io/compare-options') ?? '').split(',').map((option) => option.trim())
  return options.includes('ServerSideDiff=true') ? { includesMutations: options.includes('IncludeMutationWebhook=true') } : undefined
}

/**
 * Ask the server about every pair of which the cache knows nothing, and put the differences there. What does not live yet is not asked about.
 * @returns the first thing that the server refused, as a problem of the comparison
 * @throws the signal's reason
 */
export async function askServer(
  cluster: Cluster,
  desired: readonly DesiredObject[],
  live: readonly KubernetesObject[],
  { cache, settings, signal }: { readonly cache: DiffCache; readonly settings: ServerSideSettings; readonly signal?: AbortSignal },
): Promise<string | undefined> {
  const lives = new Map(live.map((object) => [keyOf(resourceIdOf(object)), object]))
  const pairs = desired.flatMap(({ object }) => {
    const found = lives.get(keyOf(resourceIdOf(object)))
    return found === undefined || isHook(object) || cache.get(object, found) !== undefined ? [] : [{ object, found }]
  })
  const problems: string[] = []
  let next = 0
  const worker = async (): Promise<void> => {
    for (let pair = pairs[next++]; pair !== undefined; pair = pairs[next++]) {
      const { object, found } = pair
      const what = `${object.kind}/${object.metadata.name ?? ''}`
      try {
        const answer = await cluster.apply(object, {
          fieldManager: settings.fieldManager,
          dryRun: true,
          force: true,
          ...(signal === undefined ? {} : { signal }),
        })
        cache.set(object, found, diffServerSide(answer, found, settings))
      } catch (error) {
        if (signal?.aborted === true) throw error
        problems.push(`error running server side apply in dryrun mode for resource ${what}: ${messageOf(error)}`)
      }
    }
  }
  await Promise.all(Array.from({ length: Math.min(concurrency, pairs.length) }, worker))
  const [first] = problems.toSorted()
  return first === undefined
    ? undefined
    : `Failed to compare desired state to live state: failed to calculate diff: error calculating server side diff: serverSideDiff error: ${first}`
}
