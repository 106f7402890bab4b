// Chart.yaml and requirements.yaml. Follows helm `pkg/chart/metadata.go` and `dependency.go`.
import { isMap } from '@plumbline/gotemplate'
import type { GoMap } from '@plumbline/gotemplate'
import { ChartError } from './chart.ts'
import type { ChartDependency, ChartMetadata } from './chart.ts'
import { jsonKind, readYamlMap, scalarText } from './yaml-values.ts'

const semver = /^v?([0-9]+)(\.[0-9]+)?(\.[0-9]+)?(-([0-9A-Za-z-]+(\.[0-9A-Za-z-]+)*))?(\+([0-9A-Za-z-]+(\.[0-9A-Za-z-]+)*))?$/
const texts = ['name', 'home', 'version', 'description', 'icon', 'apiVersion', 'condition', 'tags', 'appVersion', 'kubeVersion', 'type']
const lists = ['keywords', 'sources', 'maintainers', 'dependencies']

const textOf = (value: unknown): string => scalarText(value) ?? ''

/** Read Chart.yaml. @throws {ChartError} */
export function readMetadata(text: string): GoMap {
  const raw = readDescription(text, 'Chart.yaml')
  if (textOf(raw['apiVersion']) === '') raw['apiVersion'] = 'v1'
  return raw
}

export function readDescription(text: string, file: string): GoMap {
  try {
    const raw = readYamlMap(text, 'chart.Metadata')
    for (const name of texts) {
      if (!Object.hasOwn(raw, name)) continue
      const text = scalarText(raw[name])
      if (text === undefined)
        throw new Error(
          `error unmarshaling JSON: while decoding JSON: json: cannot unmarshal ${jsonKind(raw[name])} into Go struct field Metadata.${name} of type string`,
        )
      raw[name] = text
    }
    for (const name of lists)
      if (raw[name] !== undefined && raw[name] !== null && !Array.isArray(raw[name]))
        throw new Error(
          `error unmarshaling JSON: while decoding JSON: json: cannot unmarshal ${jsonKind(raw[name])} into Go struct field Metadata.${name} of type []${name === 'keywords' || name === 'sources' ? 'string' : name === 'maintainers' ? '*chart.Maintainer' : '*chart.Dependency'}`,
        )
    const annotations = raw['annotations']
    if (isMap(annotations)) raw['annotations'] = Object.fromEntries(Object.entries(annotations).map(([name, value]) => [name, scalarText(value) ?? '']))
    return raw
  } catch (error) {
    throw new ChartError('CHART_INVALID', `cannot load ${file}: ${error instanceof Error ? error.message : String(error)}`, { cause: error })
  }
}

/** Check a description and take out of it what rendering needs. @throws {ChartError} */
export function checkMetadata(raw: GoMap | undefined): ChartMetadata {
  const refuse = (why: string): never => {
    throw new ChartError('CHART_INVALID', `validation: ${why}`)
  }
  if (raw === undefined) throw new ChartError('CHART_INVALID', 'Chart.yaml file is missing')
  const [name, version, type] = [textOf(raw['name']), textOf(raw['version']), textOf(raw['type'])]
  if (name === '') refuse('chart.metadata.name is required')
  if (name !== name.slice(name.lastIndexOf('/') + 1)) refuse(`chart.metadata.name ${JSON.stringify(name)} is invalid`)
  if (version === '') refuse('chart.metadata.version is required')
  if (!semver.test(version)) refuse(`chart.metadata.version ${JSON.stringify(version)} is invalid`)
  if (!['', 'application', 'library'].includes(type)) refuse('chart.metadata.type must be application or library')
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
