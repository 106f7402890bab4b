// Settings for a whole installation, as Argo CD keeps them in the ConfigMap `argocd-cm`. Follows argo-cd `util/settings/settings.go`.
import { parseYaml } from '@plumbline/yaml'
import type { IgnoreDifference } from './application.ts'
import { isRecord } from './kubernetes-object.ts'
import { defaultExclusions } from '../compare/exclusions.ts'
import type { Exclusion } from '../compare/exclusions.ts'
import type { KnownTypeField } from '../diff/known-types.ts'
import { defaultTracking } from '../plan/tracking.ts'
import type { TrackingMethod, TrackingSettings } from '../plan/tracking.ts'

/** A health check in Lua, for whoever has a Lua at hand. */
export interface LuaHealthScript {
  readonly group: string
  readonly kind: string
  readonly script: string
  readonly openLibraries: boolean
}

/** What the settings say. Members that they do not mention are absent, or empty. */
export interface InstallationSettings {
  readonly tracking?: TrackingSettings
  /** In place of the default ones. */
  readonly exclusions?: readonly Exclusion[]
  readonly ignoreDifferences: readonly IgnoreDifference[]
  readonly knownTypeFields: readonly KnownTypeField[]
  readonly healthScripts: readonly LuaHealthScript[]
  /** Options of `kustomize build` for every application, such as `--enable-helm`. */
  readonly kustomizeBuildOptions?: readonly string[]
  readonly comparesStatus?: boolean
  readonly comparesAggregatedRoles?: boolean
  readonly reconcileIntervalMs?: number
}

/** Settings, and what of them could not be understood: one sentence each, with the key. */
export interface ParsedSettings {
  readonly settings: InstallationSettings
  readonly problems: readonly string[]
}

const prefix = 'resource.customizations'

interface Customization {
  'health.lua'?: string
  'health.lua.useOpenLibs'?: boolean
  ignoreDifferences?: unknown
  knownTypeFields?: unknown
}

/** Read the data of the ConfigMap. Never throws: what is wrong is left out and told. */
export function parseSettings(data: Readonly<Record<string, string>>): ParsedSettings {
  const problems: string[] = []
  const read = (key: string, text: string): unknown => {
    try {
      return parseYaml(text)
    } catch (error) {
      problems.push(`argocd-cm: ${key}: ${error instanceof Error ? error.message : 'it is no YAML'}`)
      return undefined
    }
  }
  const customizations = customizationsOf(data, read)
  const exclusions = exclusionsOf(data, read)
  const tracking = trackingOf(data, problems)
  const buildOptions = data['kustomize.buildOptions']?.trim() ?? ''
  const interval = durationOf(data['timeout.reconciliation'])
  const options = data['resource.compareoptions'] === undefined ? undefined : read('resource.compareoptions', data['resource.compareoptions'])
  const statusField = isRecord(options) ? options['ignoreResourceStatusField'] : undefined
  const aggregated = isRecord(options) ? options['ignoreAggregatedRoles'] : undefined
  return {
    problems,
    settings: {
      ...(tracking === undefined ? {} : { tracking }),
      ...(exclusions === undefined ? {} : { exclusions }),
      ...(interval === undefined ? {} : { reconcileIntervalMs: interval }),
      ...(buildOptions === '' ? {} : { kustomizeBuildOptions: buildOptions.split(/\s+/) }),
      ...(statusField === 'none' || statusField === 'off' ? { comparesStatus: true } : {}),
      ...(aggregated === false ? { comparesAggregatedRoles: true } : {}),
      ignoreDifferences: [...customizations].flatMap(([key, { ignoreDifferences }]) => ignoreRulesOf(key, ignoreDifferences)),
      knownTypeFields: [...customizations].flatMap(([key, { knownTypeFields }]) => knownTypesOf(key, knownTypeFields)),
      healthScripts: [...customizations].flatMap(([key, { 'health.lua': script, 'health.lua.useOpenLibs': openLibraries }]) =>
        script === undefined ? [] : [{ ...groupKindOf(key), script, openLibraries: openLibraries === true }],
      ),
    },
  }
}

/** By `group/Kind`; a kind of the core group stands alone. Keys of their own win over those of the one big text. */
function customizationsOf(data: Readonly<Record<string, string>>, read: (key: string, text: string) => unknown): Map<string, Customization> {
  const found = new Map<string, Customization>()
  const whole = data[prefix] === undefined ? undefined : read(prefix, data[prefix])
  if (isRecord(whole))
    for (const [key, value] of Object.entries(whole)) {
      if (!isRecord(value)) continue
      const custom: Customization = {}
      if (typeof value['health.lua'] === 'string') custom['health.lua'] = value['health.lua']
      if (value['health.lua.useOpenLibs'] === true) custom['health.lua.useOpenLibs'] = true
      const { ignoreDifferences, knownTypeFields } = value
      if (ignoreDifferences !== undefined) custom.ignoreDifferences = nested(ignoreDifferences, `${prefix} of ${key}`, read)
      if (knownTypeFields !== undefined) custom.knownTypeFields = knownTypeFields
      found.set(key, custom)
    }
  for (const [name, text] of Object.entries(data)) {
    const match = /^resource\.customizations\.(health|ignoreDifferences|knownTypeFields|useOpenLibs)\.(.+)$/.exec(name)
    if (match === null) continue
    const [, part = '', target = ''] = match
    // `_` stands for the slash, which keys of a ConfigMap may not have.
    const key = target === 'all' ? '*/*' : target.replace('_', '/')
    const custom = found.get(key) ?? {}
    found.set(key, custom)
    if (part === 'health') custom['health.lua'] = text
    else if (part === 'useOpenLibs') custom['health.lua.useOpenLibs'] = text.trim() === 'true'
    else if (part === 'ignoreDifferences') custom.ignoreDifferences = read(name, text)
    else custom.knownTypeFields = read(name, text)
  }
  return found
}

/** Inside the one big text, rules are a text of YAML themselves. */
function nested(value: unknown, key: string, read: (key: string, text: string) => unknown): unknown {
  return typeof value === 'string' ? read(key, value) : value
}

function groupKindOf(key: string): { group: string; kind: string } {
  const slash = key.indexOf('/')
  return slash < 0 ? { group: '', kind: key } : { group: key.slice(0, slash), kind: key.slice(slash + 1) }
}

const textsOf = (value: unknown): readonly string[] => (Array.isArray(value) ? value.filter((item) => typeof item === 'string') : [])

function ignoreRulesOf(key: string, value: unknown): IgnoreDifference[] {
  if (!isRecord(value)) return []
  const [jsonPointers, jqPathExpressions, managers] = ['jsonPointers', 'jqPathExpressions', 'managedFieldsManagers'].map((name) => textsOf(value[name])) as [
    readonly string[],
    readonly string[],
    readonly string[],
  ]
  return [{ ...groupKindOf(key), jsonPointers, jqPathExpressions, managedFieldsManagers: managers }]
}

function knownTypesOf(key: string, value: unknown): KnownTypeField[] {
  const { group, kind } = groupKindOf(key)
  return (Array.isArray(value) ? value : []).flatMap((entry: unknown) => {
    const [field, type] = isRecord(entry) ? [entry['field'], entry['type']] : []
    return typeof field === 'string' && typeof type === 'string' ? [{ group, kind, field, type }] : []
  })
}

/** Exclusions and inclusions as one list: where only some kinds count, all others are excluded. */
function exclusionsOf(data: Readonly<Record<string, string>>, read: (key: string, text: string) => unknown): readonly Exclusion[] | undefined {
  const excluded = kindsOf('resource.exclusions', data, read)
  const included = kindsOf('resource.inclusions', data, read)
  if (included === undefined || included.length === 0) return excluded
  return [...(excluded ?? defaultExclusions), { apiGroups: ['*'], kinds: ['*'], unless: included }]
}

function kindsOf(key: string, data: Readonly<Record<string, string>>, read: (key: string, text: string) => unknown): Exclusion[] | undefined {
  const text = data[key]
  if (text === undefined || text.trim() === '') return undefined
  const list = read(key, text)
  return (Array.isArray(list) ? list : []).flatMap((entry: unknown) => {
    if (!isRecord(entry)) return []
    const [groups, kinds, clusters] = [textsOf(entry['apiGroups']), textsOf(entry['kinds']), textsOf(entry['clusters'])]
    // What holds for other clusters says nothing of this one.
    const isHere = clusters.length === 0 || clusters.some((cluster) => cluster === '*' || cluster === 'https://kubernetes.default.svc')
    return isHere ? [{ apiGroups: groups.length === 0 ? ['*'] : groups, kinds: kinds.length === 0 ? ['*'] : kinds }] : []
  })
}

const methods: readonly string[] = ['annotation', 'label', 'annotation+label']

function trackingOf(data: Readonly<Record<string, string>>, problems: string[]): TrackingSettings | undefined {
  const method = data['application.resourceTrackingMethod']?.trim() ?? ''
  const labelKey = data['application.instanceLabelKey']?.trim() ?? ''
  const installationId = data['installationID']?.trim() ?? ''
  if (method !== '' && !methods.includes(method))
    problems.push(`argocd-cm: application.resourceTrackingMethod: ${JSON.stringify(method)} is none of ${methods.join(', ')}`)
  if (method === '' && labelKey === '' && installationId === '') return undefined
  return {
    method: methods.includes(method) ? (method as TrackingMethod) : defaultTracking.method,
    labelKey: labelKey === '' ? defaultTracking.labelKey : labelKey,
    ...(installationId === '' ? {} : { installationId }),
  }
}

const unitMs: Readonly<Record<string, number>> = { ms: 1, s: 1000, m: 60_000, h: 3_600_000, d: 86_400_000 }

/** `120s`, `1h30m`; zero is no time at all. */
function durationOf(text: string | undefined): number | undefined {
  const parts = [...(text ?? '').matchAll(/(\d+)(ms|[smhd])/g)]
  const sum = parts.reduce((total, [, amount, unit]) => total + Number(amount) * (unitMs[unit ?? ''] ?? 0), 0)
  return sum > 0 ? sum : undefined
}
