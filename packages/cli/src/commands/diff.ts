// `plumbline diff APP`: an application against the cluster.
import { formatDiff, formatResourceId } from '@plumbline/core'
import type { ComparedResource } from '@plumbline/core'
import { parseOptions } from '../command.ts'
import type { Command } from '../command.ts'
import { inspectApplication, inspectOptions } from '../inspect.ts'
import { rendererUsage } from '../renderers.ts'

export const diffCommand: Command = {
  usage: `usage: plumbline diff APP [--kubeconfig FILE] [options]

What a sync would change of an Application, field by field. Values of Secrets are not shown. Exits 1 when something differs.

  --local DIR          files of this work tree in place of the repository
  --revision REV       this branch, tag or commit
  --namespace NS       namespace of Applications (default: argocd)
  --compatibility M    argocd (default: three-way differences) or plumbline (differences by field ownership)
${rendererUsage}`,
  async run(args) {
    const { values, positionals } = parseOptions(args, inspectOptions)
    const inspection = await inspectApplication(positionals[0], values)
    try {
      const changed = inspection.gathered.comparison.resources.filter(({ status }) => status === 'OutOfSync')
      process.stdout.write(changed.map(describe).join(''))
      for (const { type, message } of inspection.gathered.conditions) process.stderr.write(`plumbline diff: ${type}: ${message}\n`)
      return changed.length === 0 ? 0 : 1
    } finally {
      await inspection.close()
    }
  },
}

function describe(resource: ComparedResource): string {
  const { id, desired, live, diff } = resource
  const title = `=== ${formatResourceId(id)}`
  if (live === undefined) return `${title} (new)\n`
  if (desired === undefined) return `${title} (no longer in git)\n`
  return `${title}\n${formatDiff(diff, desired)}\n`
}
