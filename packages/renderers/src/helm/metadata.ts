// Chart.yaml and requirements.yaml. Follows helm `pkg/chart/metadata.go` and `dependency.go`.
import { isMap, setMember, sortedKeys } from '@plumbline/gotemplate'
import type { GoMap } from '@plumbline/gotemplate'
import { ChartError } from './chart.ts'
import type { ChartDependency, ChartMetadata } from './chart.ts'
import type { HelmVersion } from './helm-version.ts'
import { jsonKind, readYamlMap, scalarText } from './yaml-values.ts'

const semver = /^v?([0-9]+)(\.[0-9]+)?(\.[0-9]+)?(-([0-9A-Za-z-]+(\.[0-9A-Za-z-]+)*))?(\+([0-9A-Za-z-]+(\.[0-9A-Za-z-]+)*))?$/

const metadataTypes: Readonly<Record<string, string>> = {
  ...Object.fromEntries(
    ['name', 'home', 'version', 'description', 'icon', 'apiVersion', 'condition', 'tags', 'appVersion', 'kubeVersion', 'type'].map((name) => [name, 'string']),
  ),
  keywords: '[]string',
  sources: '[]string',
  maintainers: '[]*chart.Maintainer',
  deprecated: 'bool',
  annotations: 'map[string]string',
  dependencies: '[]*chart.Dependency',
}
const maintainerTypes: Readonly<Record<string, string>> = { name: 'string', email: 'string', url: 'string' }
const dependencyTypes: Readonly<Record<string, string>> = {
  name: 'string',
  version: 'string',
  repository: 'string',
  condition: 'string',
  tags: '[]string',
  enabled: 'bool',
  'import-values': '[]interface {}',
  alias: 'string',
}

const textOf = (value: unknown): string => scalarText(value) ?? ''

/** The package of Go's structs, which messages name. */
const packageOf = (helm: HelmVersion): string => (helm === 3 ? 'chart' : 'v2')

/** Helm 4 looks at the version of the format before anything else. @throws {ChartError} */
export function checkFormat(text: string): void {
  let version: string | undefined
  try {
    version = scalarText(readYamlMap(text)['apiVersion'])
  } catch {
    // What is wrong is told when the description itself is read.
    return
  }
  if (version === 'v3') throw new ChartError('CHART_INVALID', 'invalid chart apiVersion')
  if (version !== undefined && !['', 'v1', 'v2'].includes(version)) throw new ChartError('CHART_INVALID', 'unsupported chart version')
}

/** Read Chart.yaml. @throws {ChartError} */
export function readMetadata(text: string, helm: HelmVersion): GoMap {
  const raw = readDescription(text, 'Chart.yaml', helm)
  if (textOf(raw['apiVersion']) === '') raw['apiVersion'] = 'v1'
  return raw
}

export function readDescription(text: string, file: string, helm: HelmVersion): GoMap {
  try {
    return structOf(readYamlMap(text, `${packageOf(helm)}.Metadata`), metadataTypes, 'Metadata', '', packageOf(helm))
  } catch (error) {
    throw new ChartError('CHART_INVALID', `cannot load ${file}: ${error instanceof Error ? error.message : String(error)}`, { cause: error })
  }
}

/** Check a lock file, of which nothing is used. @throws {ChartError} */
export function checkLock(text: string, file: string, helm: HelmVersion): void {
  try {
    structOf(readYamlMap(text, `${packageOf(helm)}.Lock`), { digest: 'string', dependencies: '[]*chart.Dependency' }, 'Lock', '', packageOf(helm))
  } catch (error) {
    throw new ChartError('CHART_INVALID', `cannot load ${file}: ${error instanceof Error ? error.message : String(error)}`, { cause: error })
  }
}

/**
 * Members by the types that Go's structs have: what is written as another scalar becomes text where the struct wants one.
 * Names are found whatever their case, and what is wrong first by the order of names is told.
 */
function structOf(raw: GoMap, types: Readonly<Record<string, string>>, owner: string, path: string, goPackage: string): GoMap {
  const result: GoMap = { ...raw }
  for (const key of sortedKeys(raw)) {
    const name = Object.hasOwn(types, key) ? key : Object.keys(types).find((known) => known.toLowerCase() === key.toLowerCase())
    if (name === undefined) continue
    const value = memberAs(raw[key], types[name] ?? '', owner, `${path}${name}`, goPackage)
    setMember(result, name, unsanitized.has(name) ? value : sanitized(value))
  }
  return result
}

const unsanitized = new Set(['version', 'apiVersion', 'type', 'alias', 'annotations', 'import-values', 'enabled', 'deprecated', 'dependencies', 'maintainers'])

/** Blanks of every kind are blanks, and what does not show is left out. */
function sanitized(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(sanitized)
  return typeof value === 'string' ? value.replace(/[\s\u0085]/g, ' ').replace(/[^\p{L}\p{M}\p{N}\p{P}\p{S} ]/gu, '') : value
}

/** @param owner the struct, and `path` the way to the member from the outermost one: Go names both */
function memberAs(value: unknown, type: string, owner: string, path: string, goPackage: string): unknown {
  const refuse = (given: unknown = value, expected = type): never => {
    throw new Error(
      `error unmarshaling JSON: while decoding JSON: json: cannot unmarshal ${jsonKind(given)} into Go struct field ${owner}.${path} of type ${expected.replace('chart.', `${goPackage}.`)}`,
    )
  }
  if (type === 'string') return scalarText(value) ?? refuse()
  if (value === undefined || value === null) return value
  if (type === 'bool') return typeof value === 'boolean' ? value : refuse()
  if (type === 'map[string]string') {
    if (!isMap(value)) return refuse()
    return Object.fromEntries(Object.entries(value).map(([name, item]) => [name, scalarText(item) ?? refuse(item, 'string')]))
  }
  if (!Array.isArray(value)) return refuse()
  const item = type.slice('[]'.length)
  return value.map((member: unknown) => {
    if (item === 'interface {}' || member === undefined || member === null) return item === 'string' ? '' : member
    if (item === 'string') return scalarText(member) ?? refuse(member, item)
    if (!isMap(member)) return refuse(member, item.slice(1))
    return item === '*chart.Dependency'
      ? structOf(member, dependencyTypes, 'Dependency', `${path}.`, goPackage)
      : structOf(member, maintainerTypes, 'Maintainer', `${path}.`, goPackage)
  })
}

/** Check a description and take out of it what rendering needs. @throws {ChartError} */
export function checkMetadata(raw: GoMap | undefined, helm: HelmVersion): ChartMetadata {
  const refuse = (why: string): never => {
    throw new ChartError('CHART_INVALID', `validation: ${why}`)
  }
  if (raw === undefined) throw new ChartError('CHART_INVALID', 'Chart.yaml file is missing')
  const [name, version, type] = [textOf(raw['name']), textOf(raw['version']), textOf(raw['type'])]
  if (name === '') refuse('chart.metadata.name is required')
  if (helm === 4 && (name === '.' || name === '..')) refuse(`chart.metadata.name ${JSON.stringify(name)} is not allowed`)
  if (name !== name.slice(name.lastIndexOf('/') + 1)) refuse(`chart.metadata.name ${JSON.stringify(name)} is invalid`)
  if (version === '') refuse('chart.metadata.version is required')
  if (!semver.test(version)) refuse(`chart.metadata.version ${JSON.stringify(version)} is invalid`)
  if (!['', 'application', 'library'].includes(type)) refuse('chart.metadata.type must be application or library')
  for (const [list, what] of [
    [raw['maintainers'], 'maintainers'],
    [raw['dependencies'], 'dependencies'],
  ] as const)
    if (Array.isArray(list) && list.some((item) => item === undefined || item === null)) refuse(`${what} must not contain empty or null nodes`)
  const dependencies = (Array.isArray(raw['dependencies']) ? raw['dependencies'] : []).filter(isMap).map(dependencyOf)
  const seen = new Set<string>()
  for (const dependency of dependencies) {
    const key = dependency.alias === '' ? dependency.name : dependency.alias
    if (dependency.alias !== '' && !/^[a-zA-Z0-9_-]+$/.test(dependency.alias))
      refuse(`dependency ${JSON.stringify(dependency.name)} has disallowed characters in the alias`)
    if (seen.has(key)) refuse(`more than one dependency with name or alias ${JSON.stringify(key)}`)
    seen.add(key)
  }
  return { name, version, type, kubeVersion: textOf(raw['kubeVersion']), dependencies, raw }
}

function dependencyOf(raw: GoMap): ChartDependency {
  return {
    name: textOf(raw['name']),
    version: textOf(raw['version']),
    repository: textOf(raw['repository']),
    condition: textOf(raw['condition']),
    tags: (Array.isArray(raw['tags']) ? raw['tags'] : []).filter((tag) => typeof tag === 'string'),
    importValues: Array.isArray(raw['import-values']) ? raw['import-values'] : [],
    alias: textOf(raw['alias']),
  }
}
