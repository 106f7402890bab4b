// From a target revision and the remote's refs to a commit. Pure. Follows argo-cd `util/git/client.go` (lsRemote) and `util/versions`.
import { SourceError } from '@plumbline/core'
import { maxSatisfying, validRange, valid } from 'semver'

/** One ref of a remote. `peeled` is the commit behind an annotated tag. */
export interface RemoteRef {
  readonly name: string
  readonly id: string
  readonly peeled?: string
}

/** What a remote answered. `head` is the ref that HEAD points to. */
export interface RemoteRefs {
  readonly head?: string
  readonly refs: readonly RemoteRef[]
}

const fullId = /^[0-9a-f]{40}(?:[0-9a-f]{24})?$/
const shortId = /^[0-9a-f]{7,39}$/

/** Whether a revision is an immutable id already, so that no remote has to be asked. */
export function isCommitId(revision: string): boolean {
  return fullId.test(revision)
}

/**
 * The commit that a revision names: HEAD, a branch, a tag, a full ref, a range of versions over tags, or an id.
 * @throws {SourceError} `SOURCE_REVISION`
 */
export function resolveRevision(revision: string, remote: RemoteRefs): string {
  const wanted = revision === '' ? 'HEAD' : revision
  if (isCommitId(wanted)) return wanted
  const commitOf = (ref: RemoteRef): string => ref.peeled ?? ref.id
  const named = (name: string): RemoteRef | undefined => remote.refs.find((ref) => ref.name === name)
  if (wanted === 'HEAD') {
    const head = named('HEAD') ?? (remote.head === undefined ? undefined : named(remote.head))
    if (head !== undefined) return commitOf(head)
  }
  // Short names take the first ref in the remote's order, so a branch usually wins over a tag of the same name.
  const found = remote.refs.find(({ name }) => name === wanted || name === `refs/heads/${wanted}` || name === `refs/tags/${wanted}`)
  if (found !== undefined) return commitOf(found)
  const tag = taggedVersion(wanted, remote.refs)
  if (tag !== undefined) return commitOf(tag)
  if (shortId.test(wanted)) return wanted
  throw new SourceError('SOURCE_REVISION', `unable to resolve '${wanted}' to a commit SHA: revision not found`, { subject: wanted })
}

/** The tag with the highest version in a range. Plain versions such as `1.2` are names, not ranges. */
function taggedVersion(constraint: string, refs: readonly RemoteRef[]): RemoteRef | undefined {
  if (/^v?\d+(?:\.\d+){0,2}$/.test(constraint) || constraint.length > 256) return undefined
  const range = constraint.replaceAll(',', ' ')
  if (validRange(range) === null) return undefined
  const tags = refs.filter(({ name }) => name.startsWith('refs/tags/'))
  const versions = new Map(tags.map((ref) => [valid(ref.name.slice('refs/tags/'.length), { loose: true }), ref]))
  versions.delete(null)
  const best = maxSatisfying(
    [...versions.keys()].filter((version): version is string => version !== null),
    range,
  )
  return best === null ? undefined : versions.get(best)
}
