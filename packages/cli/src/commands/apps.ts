// `plumbline apps`: Applications as a table.
import type { Application } from '@plumbline/core'
import { parseOptions } from '../command.ts'
import type { Command } from '../command.ts'
import { formatTable } from '../format-table.ts'
import { connect, readApplications } from '../read-applications.ts'

export const appsCommand: Command = {
  usage: `usage: plumbline apps [--kubeconfig FILE] [--namespace NS] [--wide]\n`,
  async run(args) {
    const { values } = parseOptions(args, { kubeconfig: { type: 'string' }, namespace: { type: 'string', default: 'argocd' }, wide: { type: 'boolean' } })
    const http = await connect(typeof values['kubeconfig'] === 'string' ? values['kubeconfig'] : undefined)
    try {
      const applications = await readApplications(http, String(values['namespace']))
      process.stdout.write(`${applicationsTable(applications, values['wide'] === true)}\n`)
    } finally {
      await http.close()
    }
    return 0
  },
}

/** The columns of `kubectl get applications`. */
export function applicationsTable(applications: readonly Application[], isWide = false): string {
  const header = ['NAME', 'SYNC STATUS', 'HEALTH STATUS', ...(isWide ? ['REVISION', 'PROJECT'] : [])]
  return formatTable(
    header,
    applications.map(({ metadata, spec, status }) => [
      metadata.name ?? '',
      status?.sync?.status ?? '',
      status?.health?.status ?? '',
      ...(isWide ? [status?.sync?.revision ?? '', spec.project] : []),
    ]),
  )
}
