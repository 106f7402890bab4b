// Options that limit what a plan may do.
import { ConfigError } from '@plumbline/core'
import type { GroupKind, PlanGuards } from '@plumbline/core'

export const guardOptions = { 'max-deletes': { type: 'string' }, protect: { type: 'string' }, validate: { type: 'boolean' } } as const

/** How the options are explained, in the usage of every command that carries out or checks plans. */
export const guardUsage = `  --max-deletes N      refuse plans that delete more objects than this
  --protect KINDS      refuse plans that delete objects of these kinds: Kind or Kind.group, with commas between; * stands for any text
`
/** The same for commands that write. */
export const validateUsage = `  --validate           ask the cluster about every object, as a dry run, before anything is written
`

type Values = Readonly<Record<string, string | boolean | undefined>>

/** The limits that options name; undefined where they name none. @throws {ConfigError} */
export function guardsOf(values: Values): PlanGuards | undefined {
  const { 'max-deletes': most, protect } = values
  if (most === undefined && protect === undefined) return undefined
  const maxDeletes = most === undefined ? undefined : Number(most)
  if (maxDeletes !== undefined && (!Number.isInteger(maxDeletes) || maxDeletes < 0 || most === ''))
    throw new ConfigError('CONFIG_INVALID', `--max-deletes is a number from 0, not ${String(most)}`)
  return {
    ...(maxDeletes === undefined ? {} : { maxDeletes }),
    ...(typeof protect === 'string' ? { protectedKinds: protect.split(',').map(kindOf) } : {}),
    allowsEmpty: true,
  }
}

/** `Namespace`, or `Deployment.apps`: a kind without a group is meant in every group. */
function kindOf(text: string): GroupKind {
  const [kind = '', group] = text.trim().split(/\.(.*)/s)
  if (kind === '') throw new ConfigError('CONFIG_INVALID', '--protect is a list of kinds, such as Namespace,PersistentVolumeClaim')
  return { kind, group: group ?? '*' }
}
