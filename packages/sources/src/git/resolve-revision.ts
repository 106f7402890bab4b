// From a target revision and the remote's refs to a commit. Pure. Follows argo-cd `util/git/client.go` (lsRemote) and `util/versions`.
import { SourceError } from '@plumbline/core'
import { parseConstraints, satisfies, Version } from '@plumbline/gotemplate/semver'

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
  const tag = taggedVersion(wanted, remote.refs)
  if (tag !== undefined) return commitOf(tag)
  // Short names take the first ref in the remote's order, so a branch usually wins over a tag of the same name.
  const found = remote.refs.find(({ name }) => name === wanted || name === `refs/heads/${wanted}` || name === `refs/tags/${wanted}`)
  if (found !== undefined) return commitOf(found)
  if (shortId.test(wanted)) return wanted
  throw new SourceError('SOURCE_REVISION', `unable to resolve '${wanted}' to a commit SHA: revision not found`, { subject: wanted })
}

/** The tag with the highest version in a range; of equal ones the first. Whole versions such as `1.2` are names, not ranges. */
function taggedVersion(text: string, refs: readonly RemoteRef[]): RemoteRef | undefined {
  if (versionOf(text) !== undefined) return undefined
  const range = rangeOf(text)
  if (range === undefined) return undefined
  let best: { readonly ref: RemoteRef; readonly version: Version } | undefined
  for (const ref of refs) {
    if (!ref.name.startsWith(tagPrefix)) continue
    const version = versionOf(ref.name.slice(tagPrefix.length))
    if (version !== undefined && satisfies(version, range) && (best === undefined || version.compare(best.version) > 0)) best = { ref, version }
  }
  return best?.ref
}

const tagPrefix = 'refs/tags/'

function versionOf(text: string): Version | undefined {
  try {
    return new Version(text)
  } catch {
    return undefined
  }
}

function rangeOf(text: string): ReturnType<typeof parseConstraints> | undefined {
  try {
    return parseConstraints(text)
  } catch {
    return undefined
  }
}
