// Which subcharts take part, and which values they export. Follows helm `pkg/chartutil/dependencies.go`.
import { deepCopy, isMap, parseConstraints, satisfies, setMember, Version } from '@plumbline/gotemplate'
import type { GoMap } from '@plumbline/gotemplate'
import type { HelmVersion } from './helm-version.ts'
import { ChartError } from './chart.ts'
import { copyOf } from './instances.ts'
import type { ChartInstance } from './instances.ts'
import { coalesceTables, coalesceValues, tableAt, valueAtPath } from './values.ts'
import type { Coalescing } from './values.ts'

/** Whether a version lies in a range; what cannot be read does not. */
export function isInRange(range: string, version: string): boolean {
  try {
    return satisfies(new Version(version), parseConstraints(range))
  } catch {
    return false
  }
}

/** @throws {ChartError} naming dependencies that are declared and not there */
export function checkDependencies({ chart }: ChartInstance, helm: HelmVersion): void {
  const missing = chart.metadata.dependencies.filter(({ name }) => !chart.charts.some((child) => child.metadata.name === name)).map(({ name }) => name)
  if (missing.length > 0)
    throw new ChartError(
      'CHART_INVALID',
      `${helm === 3 ? 'An' : 'an'} error occurred while checking for chart dependencies. You may need to run \`helm dependency build\` to fetch missing dependencies: found in Chart.yaml, but missing in charts/ directory: ${missing.join(', ')}`,
    )
}

/** Leave out what conditions and tags turn off, and take over what subcharts export. @throws {ChartError} */
export function processDependencies(chart: ChartInstance, values: GoMap, rules: Coalescing): void {
  enable(chart, values, '', rules.helm)
  importAll(chart, rules)
}

function enable(chart: ChartInstance, values: GoMap, path: string, helm: HelmVersion): void {
  if (chart.dependencies.length === 0) return
  const matches = (child: ChartInstance, name: string, version: string): boolean => child.name === name && isInRange(version, child.chart.metadata.version)
  // Subcharts that nobody declares are part of the chart all the same.
  const charts = chart.charts.filter((child) => !chart.dependencies.some(({ name, declared }) => matches(child, name, declared.version)))
  for (const dependency of chart.dependencies) {
    const { version, alias } = dependency.declared
    const found = chart.charts.find((child) => matches(child, dependency.name, version))
    if (found !== undefined) {
      const instance = copyOf(found, helm)
      instance.parent = chart
      for (const child of instance.charts) child.parent = instance
      if (alias !== '') instance.name = alias
      charts.push(instance)
    }
    if (alias !== '') dependency.name = alias
    dependency.isEnabled = true
  }
  chart.charts = charts
  const coalesced = coalesceValues(chart, values, { nulls: 'delete', helm })
  const tags = coalesced['tags']
  for (const dependency of chart.dependencies) {
    if (isMap(tags)) {
      const set = dependency.declared.tags.map((tag) => tags[tag]).filter((value) => typeof value === 'boolean')
      dependency.isEnabled = set.includes(true) || !set.includes(false)
    }
    for (const condition of dependency.declared.condition.trim().split(',')) {
      if (condition === '') continue
      const value = valueAtPath(coalesced, path + condition)
      if (typeof value !== 'boolean') continue
      dependency.isEnabled = value
      break
    }
  }
  const off = new Set(chart.dependencies.filter(({ isEnabled }) => !isEnabled).map(({ name }) => name))
  chart.charts = chart.charts.filter(({ name }) => !off.has(name))
  chart.dependencies = chart.dependencies.filter(({ name }) => !off.has(name))
  // Children that two instances share are looked at once for each.
  for (const child of chart.charts) {
    child.charts = child.charts.map((inner) => ({ ...inner, parent: child, dependencies: [...inner.dependencies] }))
    enable(child, coalesced, `${path}${child.name}.`, helm)
  }
}

function importAll(chart: ChartInstance, rules: Coalescing): void {
  for (const child of chart.charts) importAll(child, rules)
  if (chart.dependencies.length === 0) return
  const coalesced = coalesceValues(chart, {}, rules)
  let imported: GoMap = {}
  for (const dependency of chart.dependencies) {
    if (dependency.isImported) continue
    dependency.isImported = true
    for (const entry of dependency.declared.importValues) {
      const [child, parent] = isMap(entry) ? [String(entry['child']), String(entry['parent'])] : [`exports.${String(entry)}`, '.']
      const table = tableAt(coalesced, `${dependency.name}.${child}`)
      if (table !== undefined) imported = coalesceTables(imported, at(parent, table), rules)
    }
  }
  const own = rules.nulls === 'keep' ? (deepCopy(coalesced) as GoMap) : withoutNulls(coalesced)
  chart.values = coalesceTables(own, imported, rules)
}

/** A table under a path. */
function at(path: string, table: GoMap): GoMap {
  if (path === '.') return table
  return path.split('.').reduceRight<GoMap>((inner, key) => {
    const outer: GoMap = {}
    setMember(outer, key, inner)
    return outer
  }, table)
}

function withoutNulls(values: GoMap): GoMap {
  const result: GoMap = {}
  for (const key of Object.keys(values)) {
    const value = values[key]
    if (value !== undefined && value !== null) setMember(result, key, isMap(value) ? withoutNulls(value) : deepCopy(value))
  }
  return result
}
