// A plan as a comment on a pull request.
import { formatDiff } from '../diff/format-diff.ts'
import type { ComparedResource } from '../compare/compare.ts'
import { formatResourceId, keyOf } from '../model/resource-id.ts'
import type { SyncPlan, SyncStep } from './sync-plan.ts'

const maxDifferences = 60

/**
 * Markdown: one line that sums up, a table of what is created, changed and deleted, and the differences, folded.
 * @param resources compared, for their differences; values of Secrets are not shown
 */
export function formatPlanMarkdown(plan: SyncPlan, resources: readonly ComparedResource[] = []): string {
  const shown = plan.steps.filter((step) => verbOf(step) !== 'keep')
  const count = (verb: string): number => shown.filter((step) => verbOf(step) === verb).length
  const parts = ['create', 'update', 'delete', 'hook', 'skip'].filter((verb) => count(verb) > 0).map((verb) => `${count(verb)} to ${verb}`)
  const lines = [`### ${escaped(plan.application)}: ${parts.length === 0 ? 'nothing changes' : parts.join(', ')}`, '']
  if (shown.length === 0) return lines.join('\n')
  lines.push('| | resource | phase | wave |', '|---|---|---|---|')
  for (const step of shown)
    lines.push(
      `| ${verbOf(step)} | \`${formatResourceId(step.id)}\`${step.skip === undefined ? '' : ` (${escaped(step.skip)})`} | ${step.phase} | ${step.wave} |`,
    )
  const byKey = new Map(resources.map((resource) => [keyOf(resource.id), resource]))
  for (const step of shown) {
    const resource = byKey.get(keyOf(step.id))
    const object = resource?.desired ?? resource?.live
    if (verbOf(step) !== 'update' || resource === undefined || object === undefined) continue
    const text = formatDiff(resource.diff, object).split('\n')
    const cut = text.length > maxDifferences ? [...text.slice(0, maxDifferences), `… and ${text.length - maxDifferences} more`] : text
    lines.push(
      '',
      `<details><summary>${escaped(formatResourceId(step.id))}</summary>`,
      '',
      '```diff',
      ...cut.map((line) => line.replaceAll('```', '` ` `')),
      '```',
      '</details>',
    )
  }
  return `${lines.join('\n')}\n`
}

function verbOf(step: SyncStep): 'create' | 'update' | 'delete' | 'hook' | 'skip' | 'keep' {
  if (step.skip !== undefined) return 'skip'
  if (step.action === 'prune') return 'delete'
  if (step.action === 'hook') return 'hook'
  if (step.live === undefined) return 'create'
  return step.isModified ? 'update' : 'keep'
}

/** Names come from git: they are text, not markup. */
function escaped(text: string): string {
  return text.replaceAll(/[<>&|`*_[\]]/g, (character) => `&#${character.charCodeAt(0)};`)
}
