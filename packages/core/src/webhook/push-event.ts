// What a push says, whoever hosts the repository.
import { isRecord, valueAt } from '../model/kubernetes-object.ts'
import { ConfigError } from '../errors.ts'

/** A push to one branch or tag. */
export interface PushEvent {
  /** Addresses of the repository as its host names them. */
  readonly urls: readonly string[]
  /** Branch or tag, without `refs/heads/` or `refs/tags/`. */
  readonly revision: string
  /** Whether it was the default branch. */
  readonly isHead: boolean
  /** The commit pushed; undefined when the ref was deleted. A hint only: what is applied is what the repository answers. */
  readonly after: string | undefined
  /** Changed paths, as far as the payload tells. */
  readonly files: readonly string[]
}

const noCommit = /^0+$/

/**
 * Read the payload of GitHub's `push` event: https://docs.github.com/webhooks/webhook-events-and-payloads#push
 * @throws {ConfigError} `CONFIG_INVALID` naming what is missing
 */
export function parseGitHubPush(payload: unknown): PushEvent {
  const ref = valueAt(payload, 'ref')
  if (typeof ref !== 'string') throw new ConfigError('CONFIG_INVALID', 'push payload: expected a text at ref')
  const url = valueAt(payload, 'repository', 'html_url')
  const cloneUrl = valueAt(payload, 'repository', 'clone_url')
  const urls = [url, cloneUrl].filter((entry): entry is string => typeof entry === 'string' && entry !== '')
  if (urls.length === 0) throw new ConfigError('CONFIG_INVALID', 'push payload: expected a text at repository.html_url')
  // The third part of the ref, slashes in branch names included.
  const revision = ref.split('/').slice(2).join('/') || ref
  const after = valueAt(payload, 'after')
  const commits = valueAt(payload, 'commits')
  const files = (Array.isArray(commits) ? commits.filter(isRecord) : []).flatMap((commit) =>
    ['added', 'modified', 'removed'].flatMap((list) => {
      const paths = commit[list]
      return Array.isArray(paths) ? paths.filter((path): path is string => typeof path === 'string') : []
    }),
  )
  return {
    urls,
    revision,
    isHead: valueAt(payload, 'repository', 'default_branch') === revision,
    after: typeof after === 'string' && !noCommit.test(after) ? after : undefined,
    files: [...new Set(files)].toSorted(),
  }
}
