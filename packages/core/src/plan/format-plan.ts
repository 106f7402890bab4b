// A plan for people: one line a step, grouped by phase and wave.
import { formatResourceId } from '../model/resource-id.ts'
import { formatRenderedBy } from '../render/rendered-by.ts'
import type { SyncPlan, SyncStep } from './sync-plan.ts'

/** Same plan, same text. Unchanged objects are counted, not listed, unless `isVerbose`. Programs that rendered are named. */
export function formatPlan(plan: SyncPlan, options: { readonly isVerbose?: boolean } = {}): string {
  const lines = [`plan for ${plan.application} at ${plan.revisions.join(', ')}${plan.options.dryRun ? ' (dry run)' : ''}`]
  for (const renderedBy of plan.renderedBy ?? []) if (renderedBy?.kind === 'tool') lines.push(`  rendered by ${formatRenderedBy(renderedBy)}`)
  let group = ''
  let unchanged = 0
  for (const step of plan.steps) {
    if (step.action === 'apply' && !step.isModified && options.isVerbose !== true) {
      unchanged++
      continue
    }
    const at = `${step.phase}, wave ${step.wave}`
    if (at !== group) lines.push(`  ${at}`)
    group = at
    const verb =
      step.skip !== undefined
        ? 'skip  '
        : step.action === 'prune'
          ? 'delete'
          : step.action === 'hook'
            ? 'hook  '
            : step.live === undefined
              ? 'create'
              : step.isModified
                ? 'update'
                : 'keep  '
    lines.push(`    ${verb} ${formatResourceId(step.id)}${step.skip === undefined ? '' : ` (${step.skip})`}${fixedText(step)}`)
  }
  if (unchanged > 0) lines.push(`  ${unchanged} unchanged`)
  return lines.join('\n')
}

function fixedText({ immutable, force }: SyncStep): string {
  if (immutable === undefined) return ''
  return force === true ? ' (made anew)' : ` (${immutable.join(', ')} cannot be changed in place)`
}
