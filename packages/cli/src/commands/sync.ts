// `plumbline sync APP`: carries out a plan, a fresh one or one that was stored.
import { ConfigError, formatResourceId, planDrift, runSync } from '@plumbline/core'
import type { SyncEventBody, SyncPlan } from '@plumbline/core'
import { systemClock } from '@plumbline/k8s'
import { readFile } from 'node:fs/promises'
import { parseOptions } from '../command.ts'
import type { Command } from '../command.ts'
import { guardOptions, guardsOf, guardUsage, validateUsage } from '../guards.ts'
import { inspectApplication, inspectOptions } from '../inspect.ts'
import { rendererUsage } from '../renderers.ts'

export const syncCommand: Command = {
  usage: `usage: plumbline sync APP [--kubeconfig FILE] [options]

Syncs an Application from here, without a controller: prints each phase and wave, and what became of each resource. Exits 1 when it fails.

  --plan FILE          carry out this plan (of: plumbline plan --output json), unless what it was made from has changed
  --prune              delete what is no longer in git
  --dry-run            ask the cluster what it would do, and change nothing
  --local DIR          files of this work tree in place of the repository
  --revision REV       this branch, tag or commit
  --namespace NS       namespace of Applications (default: argocd)
  --compatibility M    argocd (default) or plumbline
${guardUsage}${validateUsage}${rendererUsage}`,
  async run(args) {
    const { values, positionals } = parseOptions(args, {
      ...inspectOptions,
      plan: { type: 'string' },
      prune: { type: 'boolean' },
      'dry-run': { type: 'boolean' },
      ...guardOptions,
    })
    const stored = typeof values['plan'] === 'string' ? await readPlan(values['plan']) : undefined
    const inspection = await inspectApplication(positionals[0] ?? stored?.application, values)
    try {
      const { cluster, health } = inspection
      if (stored !== undefined) {
        const moved = planDrift(stored, (id) => cluster.live.get(id))
        if (moved.length > 0) throw new ConfigError('CONFIG_INVALID', `the plan no longer fits, make a new one: ${moved.join('; ')}`)
      }
      const plan = stored ?? inspection.plan({ prune: values['prune'] === true, dryRun: values['dry-run'] === true })
      const guards = guardsOf(values)
      const { phase, message } = await runSync({
        plan,
        cluster,
        clock: systemClock,
        health,
        validates: values['validate'] === true,
        ...(guards === undefined ? {} : { guards }),
        emit: (event) => process.stdout.write(lineOf(event)),
      })
      process.stdout.write(`${phase}: ${message}\n`)
      return phase === 'Succeeded' ? 0 : 1
    } finally {
      await inspection.close()
    }
  },
}

async function readPlan(file: string): Promise<SyncPlan> {
  let plan: SyncPlan
  try {
    plan = JSON.parse(await readFile(file, 'utf8')) as SyncPlan
  } catch {
    throw new ConfigError('CONFIG_INVALID', `${file} is no plan: it cannot be read as JSON`)
  }
  if (plan.planVersion !== 1 || !Array.isArray(plan.steps)) throw new ConfigError('CONFIG_INVALID', `${file} is no plan of version 1`)
  return plan
}

function lineOf(event: SyncEventBody): string {
  switch (event.type) {
    case 'sync.started':
      return `${event.steps} steps at ${event.revisions.join(', ')}\n`
    case 'wave.started':
      return `  ${event.phase}, wave ${event.wave}\n`
    case 'resource.applied':
    case 'resource.pruned':
    case 'resource.failed':
    case 'resource.skipped':
    case 'hook.started':
    case 'hook.finished':
      return `    ${formatResourceId(event.id)}: ${event.message}\n`
    case 'sync.waiting':
      return `    waiting: ${event.message}\n`
    case 'sync.finished':
      return ''
  }
}
