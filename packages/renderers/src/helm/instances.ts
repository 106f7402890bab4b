// A chart in one rendering: what of it is enabled, under which name, with which values.
import type { HelmVersion } from './helm-version.ts'
import type { Chart, ChartDependency } from './chart.ts'
import type { GoMap } from '@plumbline/gotemplate'

/** Changed while dependencies are worked out. */
export interface ChartInstance {
  readonly chart: Chart
  /** The chart's own name, or its alias. */
  name: string
  values: GoMap
  charts: ChartInstance[]
  dependencies: DependencyState[]
  parent: ChartInstance | undefined
}

/** A dependency with what became of it. */
export interface DependencyState {
  readonly declared: ChartDependency
  name: string
  isEnabled: boolean
  /** Its values are taken over once. */
  isImported: boolean
}

export function instanceOf(chart: Chart, parent?: ChartInstance): ChartInstance {
  const instance: ChartInstance = {
    chart,
    name: chart.metadata.name,
    values: chart.values,
    charts: [],
    dependencies: chart.metadata.dependencies.map((declared) => ({ declared, name: declared.name, isEnabled: true, isImported: false })),
    parent,
  }
  instance.charts = chart.charts.map((child) => instanceOf(child, instance))
  return instance
}

/** Another instance of the same chart, for a second alias. Helm 3 shares the states of its dependencies between them: only the first imports values. */
export function copyOf(instance: ChartInstance, helm: HelmVersion): ChartInstance {
  const { dependencies } = instance
  return { ...instance, dependencies: helm === 3 ? [...dependencies] : dependencies.map((state) => ({ ...state })), charts: [...instance.charts] }
}

/** `parent/charts/child`. */
export function fullPath(instance: ChartInstance): string {
  return instance.parent === undefined ? instance.name : `${fullPath(instance.parent)}/charts/${instance.name}`
}
