// What a pull request would change, as a comment on it. No cluster, no checkout of the base: two commits of one clone.
import { formatPlanMarkdown } from '@plumbline/core'
import { previewCommits, readApplicationFile } from '@plumbline/cli'

/** Where comments go; `url` is that of the pull request's comments, `token` may write them. */
export interface Forge {
  readonly url: string
  readonly token: string
}

/** One text for all applications of a pull request. */
export async function previewText(applicationFiles: readonly string[], clone: string, base: string, head: string): Promise<string> {
  const parts: string[] = []
  for (const file of applicationFiles) {
    const { plan, comparison } = await previewCommits(await readApplicationFile(file), clone, base, head)
    parts.push(formatPlanMarkdown(plan, comparison.resources))
  }
  return parts.join('\n')
}

/** @throws {Error} when the forge does not take the comment */
export async function postComment({ url, token }: Forge, body: string): Promise<void> {
  const answer = await fetch(url, {
    method: 'POST',
    headers: { authorization: `Bearer ${token}`, 'content-type': 'application/json' },
    body: JSON.stringify({ body }),
  })
  if (!answer.ok) throw new Error(`the comment was not taken: ${answer.status} ${await answer.text()}`)
}
