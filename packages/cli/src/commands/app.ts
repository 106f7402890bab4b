// `plumbline app NAME`: one Application in full.
import { ConfigError, sourcesOf } from '@plumbline/core'
import type { Application } from '@plumbline/core'
import { parseOptions } from '../command.ts'
import type { Command } from '../command.ts'
import { formatTable } from '../format-table.ts'
import { connect, readApplications } from '../read-applications.ts'

export const appCommand: Command = {
  usage: `usage: plumbline app NAME [--kubeconfig FILE] [--namespace NS]\n`,
  async run(args) {
    const { values, positionals } = parseOptions(args, { kubeconfig: { type: 'string' }, namespace: { type: 'string', default: 'argocd' } })
    const [name] = positionals
    if (name === undefined) throw new ConfigError('CONFIG_INVALID', 'name an Application: plumbline app NAME')
    const http = await connect(typeof values['kubeconfig'] === 'string' ? values['kubeconfig'] : undefined)
    try {
      const application = (await readApplications(http, String(values['namespace']))).find(({ metadata }) => metadata.name === name)
      if (application === undefined) throw new ConfigError('CONFIG_INVALID', `there is no Application ${name} in namespace ${String(values['namespace'])}`)
      process.stdout.write(`${describeApplication(application)}\n`)
    } finally {
      await http.close()
    }
    return 0
  },
}

/** Everything a person asks first: where from, where to, how it stands, what was last done, and each resource. */
export function describeApplication({ metadata, spec, status }: Application): string {
  const lines = [
    `Name:         ${metadata.name ?? ''}`,
    `Project:      ${spec.project}`,
    ...sourcesOf(spec).map((source) => `Source:       ${source.repoURL} ${source.path ?? source.chart ?? ''} @ ${source.targetRevision ?? 'HEAD'}`),
    `Destination:  ${spec.destination.server ?? spec.destination.name ?? ''} ${spec.destination.namespace ?? ''}`,
    `Sync status:  ${status?.sync?.status ?? ''} ${status?.sync?.revision ?? status?.sync?.revisions?.join(', ') ?? ''}`,
    `Health:       ${status?.health?.status ?? ''} ${status?.health?.message ?? ''}`.trimEnd(),
  ]
  const operation = status?.operationState
  if (operation !== undefined)
    lines.push(`Last sync:    ${operation.phase}: ${operation.message ?? ''} (${operation.finishedAt ?? `since ${operation.startedAt}`})`)
  for (const condition of status?.conditions ?? []) lines.push(`Condition:    ${condition.type}: ${condition.message}`)
  const messages = new Map(
    (operation?.syncResult?.resources ?? []).map((result) => [`${result.group}/${result.kind}/${result.namespace}/${result.name}`, result.message ?? '']),
  )
  const rows = (status?.resources ?? []).map(({ group = '', kind, namespace = '', name, status: sync = '', hook }) => [
    group,
    kind,
    namespace,
    name,
    hook === true ? 'Hook' : sync,
    messages.get(`${group}/${kind}/${namespace}/${name}`) ?? '',
  ])
  if (rows.length > 0) lines.push('', formatTable(['GROUP', 'KIND', 'NAMESPACE', 'NAME', 'STATUS', 'MESSAGE'], rows))
  for (const entry of status?.history ?? [])
    lines.push(
      ...(entry === status?.history?.[0] ? ['', 'History:'] : []),
      `  ${entry.id}  ${entry.deployedAt}  ${entry.revision ?? entry.revisions?.join(', ') ?? ''}`,
    )
  return lines.join('\n')
}
