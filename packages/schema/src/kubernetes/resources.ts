// The resources of Kubernetes 1.34, as discovery names them.
import { resourceTable } from './resources.data.ts'
import type { GroupVersionKind } from './types.ts'

/** A subresource such as `status` or `scale`. */
export interface SubresourceFact extends GroupVersionKind {
  readonly name: string
  readonly verbs: readonly string[]
}

/** What discovery says of one resource in one version. */
export interface ResourceFact extends GroupVersionKind {
  readonly plural: string
  readonly singular: string
  readonly shortNames: readonly string[]
  readonly categories: readonly string[]
  readonly isNamespaced: boolean
  readonly verbs: readonly string[]
  readonly storageVersionHash?: string
  readonly subresources: readonly SubresourceFact[]
}

type ResourceRow = readonly [
  string,
  string,
  string,
  string,
  string,
  readonly string[],
  readonly string[],
  0 | 1,
  readonly string[],
  string,
  readonly (readonly [string, string, string, string, readonly string[]])[],
]

let facts: readonly ResourceFact[] | undefined

/** Every built-in resource, in the order of discovery. */
export function builtInResources(): readonly ResourceFact[] {
  facts ??= (JSON.parse(resourceTable) as readonly ResourceRow[]).map(
    ([group, version, kind, plural, singular, shortNames, categories, isNamespaced, verbs, storageVersionHash, subresources]) => ({
      group,
      version,
      kind,
      plural,
      singular,
      shortNames,
      categories,
      isNamespaced: isNamespaced === 1,
      verbs,
      ...(storageVersionHash === '' ? {} : { storageVersionHash }),
      subresources: subresources.map(([name, reference, , , subVerbs]) => ({ name, ...kindOfReference(reference), verbs: subVerbs })),
    }),
  )
  return facts
}

/** `v1/Pod`, `apps/v1/Deployment` */
function kindOfReference(reference: string): GroupVersionKind {
  const parts = reference.split('/')
  const [kind = '', version = '', group = ''] = parts.toReversed()
  return { group, version, kind }
}
