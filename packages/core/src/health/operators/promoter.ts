// GitOps Promoter. Follows argo-cd `resource_customizations/promoter.argoproj.io`.
import { valueAt } from '../../model/kubernetes-object.ts'
import { defineHealthCheck } from '../health.ts'
import type { Health, HealthCheck } from '../health.ts'
import { recordsAt } from '../read.ts'
import { always, conditionsOf, hasStatus, isStale, say, statusText, textOf } from './vocabulary.ts'
import type { Check } from './vocabulary.ts'

/** What all kinds of the promoter share: `what` in the middle of a sentence, `type` of the conditions that count. */
function promoted(what: string, rest: Check, types: readonly string[] = ['Ready']): Check {
  const title = `${what.charAt(0).toUpperCase()}${what.slice(1)}`
  return (object) => {
    if (object.metadata.deletionTimestamp !== undefined) return say('Progressing', `${title} is being deleted`)
    if (!hasStatus(object)) return say('Progressing', `Initializing ${what}`)
    const found = conditionsOf(object).filter(({ type }) => types.includes(textOf(type) ?? ''))
    for (const condition of found) {
      if (isStale(object, condition)) return say('Progressing', `Waiting for ${what} spec update to be observed`)
      if (condition['status'] !== 'False') continue
      const reason = textOf(condition['reason']) ?? 'Unknown'
      const kind = reason === 'ReconciliationError' ? '' : ` (${reason})`
      return say('Degraded', `${title} reconciliation failed${kind}: ${textOf(condition['message']) ?? 'Unknown error'}`)
    }
    return found.length === 0 ? say('Progressing', `${title} is not ready yet`) : rest(object)
  }
}

const shortSha = (sha: string): string => sha.slice(0, 7)
const dryShaOf = (environment: unknown, side: 'active' | 'proposed'): string => textOf(valueAt(environment, side, 'dry', 'sha')) ?? ''

interface Tally {
  readonly pending: readonly string[]
  readonly failed: readonly string[]
  readonly text: string
}

function tallyOf(environment: unknown, side: 'active' | 'proposed'): Tally {
  const statuses = recordsAt(environment, side, 'commitStatuses')
  const keysOf = (phase: string): string[] => statuses.filter((status) => status['phase'] === phase).map(({ key }) => textOf(key) ?? '')
  const [pending, failed, successful] = [keysOf('pending'), keysOf('failure'), keysOf('success')]
  const list = (title: string, keys: readonly string[]): string => (keys.length === 0 ? '' : `${title} commit statuses: ${keys.join(', ')}. `)
  const counts = `${pending.length} pending, ${successful.length} successful, ${failed.length} failed. `
  return { pending, failed, text: `${counts}${list('Pending', pending)}${list('Failed', failed)}` }
}

/** The commit that the hydrator has worked on, which may be ahead of the one that is proposed. */
const hydratedShaOf = (environment: unknown): string => textOf(valueAt(environment, 'proposed', 'note', 'drySha')) || dryShaOf(environment, 'proposed')

function missingSha(environment: unknown, suffix: string): Health | undefined {
  for (const side of ['active', 'proposed'] as const)
    if ((side === 'active' ? dryShaOf(environment, side) : hydratedShaOf(environment)) === '')
      return say('Progressing', `The ${side} commit DRY SHA is missing or empty${suffix}.`)
  return undefined
}

const changeTransferPolicy = promoted('change transfer policy', (policy) => {
  const status = valueAt(policy, 'status')
  const missing = missingSha(status, '')
  if (missing !== undefined) return missing
  const [active, proposed] = [dryShaOf(status, 'active'), dryShaOf(status, 'proposed')]
  if (active !== proposed)
    return say('Progressing', `Promotion in progress from '${shortSha(active)}' to '${shortSha(proposed)}': ${tallyOf(status, 'proposed').text}`)
  const { pending, failed, text } = tallyOf(status, 'active')
  if (pending.length + failed.length > 0) return say('Healthy', `Environment is up-to-date, but there are non-successful active commit statuses: ${text}`)
  return say('Healthy', `Environment is up-to-date on commit ${shortSha(active)}.`)
})

const promotionStrategy = promoted('promotion strategy', (strategy) => {
  const environments = recordsAt(strategy, 'status', 'environments')
  const [first] = environments
  if (first === undefined) return say('Degraded', 'Promotion strategy has no environments configured')
  const branchOf = (environment: unknown): string => textOf(valueAt(environment, 'branch')) ?? ''
  for (const environment of environments) {
    const missing = missingSha(environment, ` in environment '${branchOf(environment)}'`)
    if (missing !== undefined) return missing
  }
  if (environments.some((environment) => hydratedShaOf(environment) !== hydratedShaOf(first)))
    return say('Progressing', 'Not all environments have the same proposed commit SHA. This likely means the hydrator has not run for all environments yet.')
  for (const environment of environments) {
    const [active, proposed] = [dryShaOf(environment, 'active'), dryShaOf(environment, 'proposed')]
    if (active !== proposed)
      return say(
        'Progressing',
        `Promotion in progress for environment '${branchOf(environment)}' from '${shortSha(active)}' to '${shortSha(proposed)}': ${tallyOf(environment, 'proposed').text}Hydrator has processed dry commit '${shortSha(hydratedShaOf(environment))}'. `,
      )
  }
  const unsuccessful = environments.flatMap((environment) => {
    const { pending, failed } = tallyOf(environment, 'active')
    return pending.length + failed.length === 0 ? [] : [`${branchOf(environment)} (${failed.length} failed, ${pending.length} pending)`]
  })
  if (unsuccessful.length > 0)
    return say('Healthy', `Environments are up-to-date, but some environments have non-successful commit statuses: ${unsuccessful.join(', ')}.`)
  return say(
    'Healthy',
    `All environments are up-to-date on commit '${shortSha(dryShaOf(first, 'active'))}'. Hydrator has processed dry commit '${shortSha(hydratedShaOf(first))}'.`,
  )
})

const commitStatus = promoted('commit status', (object) => {
  const [sha, phase] = [statusText(object, 'sha'), statusText(object, 'phase')]
  return say('Healthy', sha === undefined || phase === undefined ? 'Commit status is healthy' : `Commit status for commit ${sha} reports ${phase}`)
})

const pullRequest = promoted(
  'pull request',
  (object) => {
    const [id, state] = [statusText(object, 'id'), statusText(object, 'state')]
    return say('Healthy', id === undefined || state === undefined ? 'Pull request is healthy' : `Pull request is ${state} as PR ${id}`)
  },
  ['Reconciled', 'Ready'],
)

const argoCommitStatus = promoted('Argo CD commit status', (object) => {
  const count = recordsAt(object, 'status', 'applicationsSelected').length
  if (count === 0) return say('Degraded', 'Argo CD commit status has no applications configured')
  return say('Healthy', `Argo CD commit status is healthy and is tracking ${count} applications`)
})

interface Validated {
  readonly kind: string
  /** Ends the message while there is no status. */
  readonly initializing: string
  /** The start of messages about failures, about being not ready, and about not knowing. */
  readonly failed: string
  readonly notReady: string
  readonly unknown: string
  readonly rest: Check
}

function validated({ kind, initializing, failed, notReady, unknown, rest }: Validated): Check {
  return (object) => {
    if (!hasStatus(object)) return say('Progressing', `Initializing ${initializing}`)
    const found = conditionsOf(object).filter(({ type }) => type === 'Ready')
    for (const condition of found) {
      if (isStale(object, condition)) return say('Progressing', `Waiting for ${kind} spec update to be observed`)
      const reason = textOf(condition['reason']) ?? 'Unknown'
      const message = textOf(condition['message'])
      if (condition['status'] === 'False')
        return say('Degraded', `${reason === 'ReconciliationError' ? failed : `${notReady} (${reason})`}: ${message ?? 'Unknown error'}`)
      if (condition['status'] === 'Unknown') return say('Progressing', `${unknown} (${reason}): ${message ?? 'Unknown'}`)
    }
    return found.length === 0 ? say('Progressing', `${kind} Ready condition is missing`) : rest(object)
  }
}

/** Gates for every environment of a promotion. */
function gates(title: string, reconciled: string, passed: string): Check {
  return (object) => {
    const environments = recordsAt(object, 'status', 'environments')
    if (environments.length === 0) return say('Healthy', `${reconciled} reconciled`)
    const branches = (isMeant: (phase: unknown) => boolean): string =>
      environments
        .filter(({ phase }) => isMeant(phase))
        .map(({ branch }) => textOf(branch) ?? '?')
        .join(', ')
    const failures = branches((phase) => phase === 'failure')
    if (failures !== '') return say('Degraded', `${title} failed for branch(es): ${failures}`)
    const pending = branches((phase) => phase !== 'failure' && phase !== 'success')
    if (pending !== '') return say('Progressing', `${title} pending for branch(es): ${pending}`)
    return say('Healthy', `${title} ${passed} for ${environments.length} environment(s)`)
  }
}

const scmResource = (kind: string, initializing: string, title: string): Check =>
  validated({
    kind,
    initializing,
    failed: `${title} validation failed`,
    notReady: `${title} not ready`,
    unknown: `${title} readiness unknown`,
    rest: always('Healthy', `${title} is ready`),
  })

const promoterGates: Readonly<Record<string, Check>> = {
  ClusterScmProvider: scmResource('ClusterScmProvider', 'cluster SCM provider', 'Cluster SCM provider'),
  GitRepository: scmResource('GitRepository', 'Git repository', 'Git repository'),
  ScmProvider: scmResource('ScmProvider', 'SCM provider', 'SCM provider'),
  GitCommitStatus: validated({
    kind: 'GitCommitStatus',
    initializing: 'git commit validation',
    failed: 'Git commit validation failed',
    notReady: 'Git commit validation not ready',
    unknown: 'Git commit validation status unknown',
    rest: gates('Git commit validation', 'Git commit validation', 'passed'),
  }),
  TimedCommitStatus: validated({
    kind: 'TimedCommitStatus',
    initializing: 'timed commit gate',
    failed: 'Timed commit gate failed',
    notReady: 'Timed commit gate not ready',
    unknown: 'Timed commit gate status unknown',
    rest: gates('Timed commit gate', 'Timed commit gate', 'satisfied'),
  }),
  WebRequestCommitStatus: validated({
    kind: 'WebRequestCommitStatus',
    initializing: 'web request commit validation',
    failed: 'Web request commit validation failed',
    notReady: 'Web request commit validation not ready',
    unknown: 'Web request commit validation unknown',
    rest: gates('Web request validation', 'Web request commit validation', 'passed'),
  }),
}

export const promoterHealthChecks: readonly HealthCheck[] = [
  defineHealthCheck('promoter.argoproj.io', 'ArgoCDCommitStatus', argoCommitStatus),
  defineHealthCheck('promoter.argoproj.io', 'ChangeTransferPolicy', changeTransferPolicy),
  defineHealthCheck('promoter.argoproj.io', 'CommitStatus', commitStatus),
  defineHealthCheck('promoter.argoproj.io', 'PromotionStrategy', promotionStrategy),
  defineHealthCheck('promoter.argoproj.io', 'PullRequest', pullRequest),
  ...Object.entries(promoterGates).map(([kind, check]) => defineHealthCheck('promoter.argoproj.io', kind, check)),
]
