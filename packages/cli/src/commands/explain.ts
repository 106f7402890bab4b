// `plumbline explain APP RESOURCE`: why a resource stands as it does.
import { ConfigError, explainResource, formatCauses, formatResourceId, healthCauses } from '@plumbline/core'
import type { ComparedResource, ExplainedDifference, Explanation } from '@plumbline/core'
import { parseOptions } from '../command.ts'
import type { Command } from '../command.ts'
import { inspectApplication, inspectOptions } from '../inspect.ts'
import { rendererUsage } from '../renderers.ts'

export const explainCommand: Command = {
  usage: `usage: plumbline explain APP KIND/NAME [--kubeconfig FILE] [options]

Why a resource of an Application is in sync or not: each field that differs, with what git says, what lives, who wrote it last, and the rule that
passes over it, where there is one.

  --output FORMAT      text (default) or json
  --local DIR          files of this work tree in place of the repository
  --revision REV       this branch, tag or commit
  --namespace NS       namespace of Applications (default: argocd)
  --compatibility M    argocd (default) or plumbline
${rendererUsage}`,
  async run(args) {
    const { values, positionals } = parseOptions(args, { ...inspectOptions, output: { type: 'string', default: 'text' } })
    const [name, wanted] = positionals
    if (wanted === undefined) throw new ConfigError('CONFIG_INVALID', 'name an Application and a resource of it: plumbline explain APP KIND/NAME')
    const inspection = await inspectApplication(name, values)
    try {
      const { application, gathered, settings } = inspection
      const found = gathered.comparison.resources.filter((resource) => isNamed(resource, wanted))
      if (found.length === 0)
        throw new ConfigError('CONFIG_INVALID', `${name ?? ''} has no resource ${wanted}; it has ${namesOf(gathered.comparison.resources)}`)
      const rules = [...(settings.ignoreDifferences ?? []), ...(application.spec.ignoreDifferences ?? [])]
      const explanations: Explained[] = []
      for (const resource of found) {
        const explanation = explainResource(resource, rules, { prediction: settings.prediction, ...settings.diff })
        const isIll = resource.live !== undefined && explanation.health !== undefined && explanation.health.status !== 'Healthy'
        explanations.push({ ...explanation, causes: isIll ? formatCauses(await healthCauses(inspection.cluster, resource.live)) : [] })
      }
      process.stdout.write(values['output'] === 'json' ? `${JSON.stringify(explanations, null, 2)}\n` : explanations.map(describe).join('\n'))
      return 0
    } finally {
      await inspection.close()
    }
  },
}

/** An explanation, and why pods behind the resource are not ready. */
type Explained = Explanation & { readonly causes: readonly string[] }

function isNamed({ id }: ComparedResource, wanted: string): boolean {
  const parts = wanted.split('/')
  const [kind = '', name = ''] = parts.slice(-2)
  const namespace = parts.length > 2 ? parts.at(-3) : undefined
  return id.kind.toLowerCase() === kind.toLowerCase() && id.name === name && (namespace === undefined || namespace === id.namespace)
}

function namesOf(resources: readonly ComparedResource[]): string {
  return resources.map(({ id }) => `${id.kind}/${id.name}`).join(', ') || 'none'
}

function describe(explanation: Explained): string {
  const { causes, id, status, reason, origin, health, wave, differences, unusedRules } = explanation
  const lines = [`${formatResourceId(id)}: ${status ?? 'not compared'}: ${reason}`]
  if (origin !== undefined) lines.push(`  from      ${origin.path}:${origin.line}`)
  lines.push(`  wave      ${wave}`)
  if (health !== undefined) lines.push(`  health    ${health.status}${health.message === undefined || health.message === '' ? '' : `: ${health.message}`}`)
  for (const cause of causes) lines.push(`            ${cause}`)
  for (const difference of differences) lines.push(...differenceLines(difference))
  for (const rule of unusedRules) lines.push(`  rule without use: ${JSON.stringify(rule)}`)
  return `${lines.join('\n')}\n`
}

function differenceLines({ path, desired, live, lastApplied, owners, ignoredBy }: ExplainedDifference): string[] {
  const shown = (value: unknown): string => (value === undefined ? '(absent)' : JSON.stringify(value))
  const lines = [
    `  ${path.map((step) => (typeof step === 'number' ? `[${step}]` : `.${step}`)).join('')}`,
    `    git       ${shown(desired)}`,
    `    live      ${shown(live)}`,
  ]
  if (lastApplied !== undefined) lines.push(`    applied   ${shown(lastApplied)}`)
  for (const { manager, operation, time, subresource } of owners)
    lines.push(`    owner     ${manager} (${operation}${subresource === undefined ? '' : ` of ${subresource}`}${time === undefined ? '' : `, ${time}`})`)
  if (ignoredBy !== undefined) lines.push(`    passed over by ${JSON.stringify(ignoredBy)}`)
  return lines
}
