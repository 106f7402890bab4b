// Reads an Application from outside: what is wrong becomes conditions, unknown members are kept.
import { applicationApiVersion } from './application.ts'
import type { Application, ApplicationSource, ApplicationSpec } from './application.ts'
import type { Condition } from './application-status.ts'
import { isKubernetesObject, isRecord } from './kubernetes-object.ts'
import { ConfigError } from '../errors.ts'

/** Name and address of the cluster the engine itself runs in or was given. */
export const inCluster: { readonly name: string; readonly server: string } = { name: 'in-cluster', server: 'https://kubernetes.default.svc' }

/**
 * Check that a value is an Application, and normalise its spec: an empty project is `default`.
 * @throws {ConfigError} `CONFIG_INVALID` when it is no Application at all; what is wrong inside the spec is said by `specConditions`
 */
export function parseApplication(value: unknown): Application {
  if (!isKubernetesObject(value)) throw new ConfigError('CONFIG_INVALID', 'expected an Application, found a value without apiVersion and kind')
  if (value.apiVersion !== applicationApiVersion || value.kind !== 'Application') {
    throw new ConfigError('CONFIG_INVALID', `expected ${applicationApiVersion} Application, found ${value.apiVersion} ${value.kind}`)
  }
  const name = value.metadata?.name
  if (typeof name !== 'string' || name === '') throw new ConfigError('CONFIG_INVALID', 'expected an Application with metadata.name, found none')
  const spec = isRecord(value['spec']) ? value['spec'] : {}
  const destination = isRecord(spec['destination']) ? spec['destination'] : {}
  const project = typeof spec['project'] === 'string' && spec['project'] !== '' ? spec['project'] : 'default'
  return { ...value, spec: { ...spec, project, destination } as ApplicationSpec } as Application
}

/**
 * What is wrong with a spec, in the words of Argo CD (`util/argo/argo.go`, ValidatePermissions and ValidateDestination).
 * @returns conditions without times; empty when the spec can be worked with
 */
export function specConditions(application: Application): Condition[] {
  const { spec } = application
  const messages: string[] = []
  const sources: readonly unknown[] = Array.isArray(spec.sources) && spec.sources.length > 0 ? spec.sources : spec.source === undefined ? [] : [spec.source]
  if (sources.length === 0) messages.push('spec.source.repoURL and either spec.source.path or spec.source.chart are required')
  for (const source of sources) messages.push(...sourceProblems(source))
  const { server, name } = spec.destination
  if (isText(server) && isText(name)) messages.push(`application destination can't have both name and server defined: ${name} ${server}`)
  else if (!isText(server) && !isText(name)) messages.push('Destination server missing from app spec')
  else if (isText(name) && name !== inCluster.name) messages.push(`unable to find destination server: there are no clusters with this name: ${name}`)
  else if (isText(server) && server !== inCluster.server)
    messages.push(`error getting cluster by server "${server}": rpc error: code = NotFound desc = cluster "${server}" not found`)
  return messages.map((message) => ({ type: 'InvalidSpecError' as const, message }))
}

function sourceProblems(value: unknown): string[] {
  if (!isRecord(value)) return ['spec.source must be an object']
  const source = value as Partial<ApplicationSource>
  if (!isText(source.repoURL)) return ['spec.source.repoURL and either spec.source.path or spec.source.chart are required']
  if (!isText(source.path) && !isText(source.chart) && !isText(source.ref))
    return ['spec.source.repoURL and either source.path, source.chart, or source.ref are required']
  if (isText(source.chart) && !isText(source.targetRevision)) return ['spec.source.targetRevision is required if the manifest source is a helm chart']
  return []
}

function isText(value: unknown): value is string {
  return typeof value === 'string' && value !== ''
}
