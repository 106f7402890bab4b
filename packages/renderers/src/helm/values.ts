// How values of charts, parents and users come together. Follows helm `pkg/chartutil/coalesce.go`.
import { deepCopy, isMap, memberOf, setMember, sprintf } from '@plumbline/gotemplate'
import type { GoMap } from '@plumbline/gotemplate'
import type { HelmVersion } from './helm-version.ts'
import { ChartError } from './chart.ts'
import type { ChartInstance } from './instances.ts'

/** How values come together. */
export interface Coalescing {
  /** Nulls delete what the chart says, or are kept until the end. */
  readonly nulls: 'delete' | 'keep'
  readonly helm: HelmVersion
}

const copied = (map: GoMap): GoMap => deepCopy(map) as GoMap
const isNull = (value: unknown): boolean => value === undefined || value === null

/** Values of a chart and its subcharts, under those that are given. The given ones are copied. @throws {ChartError} */
export function coalesceValues(chart: ChartInstance, given: GoMap, rules: Coalescing): GoMap {
  return coalesce(chart, copied(given), rules)
}

function coalesce(chart: ChartInstance, values: GoMap, rules: Coalescing): GoMap {
  fillIn(chart, values, rules)
  for (const child of chart.charts) {
    const inner = memberOf(values, child.name)
    if (!Object.hasOwn(values, child.name)) setMember(values, child.name, {})
    else if (!isMap(inner)) throw new ChartError('CHART_VALUES', sprintf(`type mismatch on ${child.name}: %t`, [inner]))
    const own = memberOf(values, child.name) as GoMap
    passGlobals(own, values, rules)
    setMember(values, child.name, coalesce(child, own, rules))
  }
  return values
}

/** Globals of a parent go down to a child; tables are merged. */
function passGlobals(child: GoMap, parent: GoMap, { helm }: Coalescing): void {
  const [own, given] = [Object.hasOwn(child, 'global') ? child['global'] : {}, Object.hasOwn(parent, 'global') ? parent['global'] : {}]
  if (!isMap(own) || !isMap(given)) return
  for (const key of Object.keys(given)) {
    const [value, existing] = [given[key], memberOf(own, key)]
    if (isMap(value)) {
      const copy = { ...value }
      if (!Object.hasOwn(own, key)) setMember(own, key, copy)
      else if (isMap(existing)) setMember(own, key, coalesceTables(copy, existing, { nulls: 'keep', helm }))
    } else if (!isMap(existing)) setMember(own, key, value)
  }
  child['global'] = own
}

function fillIn(chart: ChartInstance, values: GoMap, rules: Coalescing): void {
  const defaults = copied(chart.values)
  for (const key of Object.keys(defaults)) {
    const value = defaults[key]
    if (!Object.hasOwn(values, key)) {
      setMember(values, key, value)
      continue
    }
    const given = values[key]
    if (isNull(given) && rules.nulls === 'delete') delete values[key]
    else if (isMap(given) && isMap(value)) {
      // Helm 4 leaves nulls for a subchart to that subchart.
      const isChild = rules.helm === 4 && chart.charts.some(({ name }) => name === key)
      coalesceTables(given, value, isChild ? { ...rules, nulls: 'keep' } : rules)
    }
  }
}

/** Fill a table in from another; what is given wins, and a null deletes. */
export function coalesceTables(destination: GoMap, source: GoMap, rules: Coalescing): GoMap {
  for (const key of Object.keys(source)) {
    const value = source[key]
    if (!Object.hasOwn(destination, key)) {
      setMember(destination, key, value)
      continue
    }
    const given = destination[key]
    if (isNull(given) && rules.nulls === 'delete') {
      // For Helm 4 a null deletes only what the chart sets.
      if (rules.helm === 3 || !isNull(value)) delete destination[key]
    } else if (isMap(value) && isMap(given)) coalesceTables(given, value, rules)
  }
  return destination
}

/** One values file over another: tables are merged, everything else is replaced. */
export function mergeMaps(under: GoMap, over: GoMap): GoMap {
  const result: GoMap = { ...under }
  for (const key of Object.keys(over)) {
    const [below, above] = [memberOf(result, key), over[key]]
    setMember(result, key, isMap(below) && isMap(above) ? mergeMaps(below, above) : above)
  }
  return result
}

/** The table at a path, or undefined. */
export function tableAt(values: GoMap, path: string): GoMap | undefined {
  let current: unknown = values
  for (const part of path.split('.')) {
    if (!isMap(current) || !Object.hasOwn(current, part)) return undefined
    current = current[part]
  }
  return isMap(current) ? current : undefined
}

/** The value at a path, which is no table; undefined when there is none. */
export function valueAtPath(values: GoMap, path: string): unknown {
  const parts = path.split('.')
  const key = parts.pop() ?? ''
  const table = parts.length === 0 ? values : tableAt(values, parts.join('.'))
  const value = table === undefined ? undefined : memberOf(table, key)
  return isMap(value) ? undefined : value
}
