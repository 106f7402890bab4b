// A chart, read and checked.
import type { GoMap } from '@plumbline/gotemplate'

/** A file of a chart; paths are relative to the chart. */
export interface ChartFile {
  readonly name: string
  readonly data: Uint8Array
  /** Equal exactly when the content is. */
  readonly id: string
}

/** One entry of `dependencies`. */
export interface ChartDependency {
  readonly name: string
  readonly version: string
  readonly repository: string
  readonly condition: string
  readonly tags: readonly string[]
  readonly importValues: readonly unknown[]
  readonly alias: string
}

export interface ChartMetadata {
  readonly name: string
  readonly version: string
  readonly type: string
  readonly kubeVersion: string
  readonly dependencies: readonly ChartDependency[]
  /** Chart.yaml as it was read. */
  readonly raw: GoMap
}

/** Immutable; what a rendering changes it copies. */
export interface Chart {
  readonly metadata: ChartMetadata
  readonly values: GoMap
  readonly schema: ChartFile | undefined
  readonly templates: readonly ChartFile[]
  /** Everything that is neither a template nor part of the chart's own description. */
  readonly files: readonly ChartFile[]
  readonly charts: readonly Chart[]
}

/** A chart that cannot be loaded or rendered. The message is Helm's. */
export class ChartError extends Error {
  readonly code: 'CHART_INVALID' | 'CHART_VALUES' | 'CHART_RENDER' | 'CHART_LIMIT'
  constructor(code: ChartError['code'], message: string, options?: ErrorOptions) {
    super(message, options)
    this.name = 'ChartError'
    this.code = code
  }
}
