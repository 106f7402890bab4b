// `plumbline plan`: what a sync would do, from a cluster, or between two commits without one.
import { checkGuards, ConfigError, formatPlan, formatPlanMarkdown } from '@plumbline/core'
import type { ComparedResource, PlanGuards, SyncPlan } from '@plumbline/core'
import { parseOptions } from '../command.ts'
import type { Command } from '../command.ts'
import { guardOptions, guardsOf, guardUsage } from '../guards.ts'
import { inspectApplication, inspectOptions, previewCommits, readApplicationFile } from '../inspect.ts'
import { renderersOf, rendererUsage } from '../renderers.ts'

export const planCommand: Command = {
  usage: `usage: plumbline plan APP [--kubeconfig FILE] [options]
       plumbline plan --app FILE --repo REPO --base REV --head REV [options]

What a sync of an Application would do, in order. The second form compares two commits and needs no cluster: it takes the earlier one as what lives.

  --local DIR          files of this work tree in place of the repository
  --revision REV       this branch, tag or commit
  --prune              plan to delete what is no longer in git (always planned between commits)
  --app FILE           file with the Application
  --repo REPO          address or folder of its repository
  --base REV --head REV
  --output FORMAT      text (default), json (to be carried out by: plumbline sync --plan), markdown (for a pull request)
  --namespace NS       namespace of Applications (default: argocd)
  --compatibility M    argocd (default) or plumbline
${guardUsage}${rendererUsage}`,
  async run(args) {
    const { values, positionals } = parseOptions(args, {
      ...inspectOptions,
      prune: { type: 'boolean' },
      app: { type: 'string' },
      repo: { type: 'string' },
      base: { type: 'string' },
      head: { type: 'string' },
      output: { type: 'string', default: 'text' },
      'max-deletes': guardOptions['max-deletes'],
      protect: guardOptions.protect,
    })
    const guards = guardsOf(values)
    const format = String(values['output'])
    if (!['text', 'json', 'markdown'].includes(format)) throw new ConfigError('CONFIG_INVALID', `--output is text, json or markdown, not ${format}`)
    if (values['base'] !== undefined || values['head'] !== undefined) {
      const { app, repo, base, head } = values
      if (typeof app !== 'string' || typeof repo !== 'string' || typeof base !== 'string' || typeof head !== 'string')
        throw new ConfigError('CONFIG_INVALID', 'two commits are compared with --app FILE --repo REPO --base REV --head REV')
      const { plan, comparison } = await previewCommits(await readApplicationFile(app), repo, base, head, await renderersOf(values))
      print(plan, comparison.resources, format)
      return verdictOf(plan, guards)
    }
    const inspection = await inspectApplication(positionals[0], values)
    try {
      const plan = inspection.plan({ prune: values['prune'] === true })
      print(plan, inspection.gathered.comparison.resources, format)
      return verdictOf(plan, guards)
    } finally {
      await inspection.close()
    }
  },
}

/** Exits 1 for a plan that does not keep the limits, so that a build fails on it. */
function verdictOf(plan: SyncPlan, guards: PlanGuards | undefined): number {
  const violations = guards === undefined ? [] : checkGuards(plan, guards)
  for (const { message } of violations) process.stderr.write(`the plan is refused: ${message}\n`)
  return violations.length === 0 ? 0 : 1
}

function print(plan: SyncPlan, resources: readonly ComparedResource[], format: string): void {
  if (format === 'json') process.stdout.write(`${JSON.stringify(plan, null, 2)}\n`)
  else process.stdout.write(format === 'markdown' ? formatPlanMarkdown(plan, resources) : `${formatPlan(plan)}\n`)
}
