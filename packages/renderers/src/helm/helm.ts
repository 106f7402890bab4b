// The renderer of charts. Follows argo-cd `reposerver/repository/repository.go` (helmTemplate) in what the fields of an Application mean.
import { isKubernetesObject, RenderError } from '@plumbline/core'
import type { Manifest, Renderer, RenderRequest, RenderResult } from '@plumbline/core'
import type { CertificatePort, GoMap, TemplateLimits } from '@plumbline/gotemplate'
import type { ChartLimits } from './archive.ts'
import { buildEnvironmentOf, substitute } from './build-environment.ts'
import type { BuildEnvironment } from './build-environment.ts'
import { helmVersions } from './helm-version.ts'
import type { HelmVersion } from './helm-version.ts'
import { ChartError } from './chart.ts'
import { commandOf, escapeCommas } from './command-text.ts'
import { parseHelmSettings } from './helm-settings.ts'
import type { HelmSettings } from './helm-settings.ts'
import { knownDefinitions } from './known-definitions.ts'
import { loadChart, readValues } from './load-chart.ts'
import { isTestHook, renderChart } from './render-chart.ts'
import type { RenderChartOptions, RenderedChart } from './render-chart.ts'
import { setFiles, setStrings, setValues } from './set-values.ts'
import { findValueFiles } from './value-files.ts'
import { mergeMaps } from './values.ts'
import { floats } from './yaml-values.ts'
import { manifestsOf } from '../directory/parse-manifests.ts'

/** Options of the renderer. */
export interface HelmOptions {
  /** Which Helm is followed where the two differ, unless the Application says `helm.version`. Default: 3. */
  readonly helm?: HelmVersion
  readonly limits?: Partial<ChartLimits & TemplateLimits>
  /** Answers of `lookup`. Default: nothing is found, as for Argo CD. */
  readonly lookup?: (apiVersion: string, kind: string, namespace: string, name: string) => GoMap
  /** Milliseconds since the epoch. Default: the time of the host. */
  readonly now?: () => number
  /** Random bytes. Default: follows from release, chart and file, so that rendering again does not drift. */
  readonly random?: (count: number) => Uint8Array
  readonly certificates?: CertificatePort
}

/** Create the renderer. It takes folders with a Chart.yaml and sources with a `helm` block or a `chart`. */
export function helm(options: HelmOptions = {}): Renderer {
  return {
    sourceType: 'Helm',
    async matches({ source, tree, path }) {
      if (source.chart !== undefined && source.chart !== '') return true
      if (source.helm !== undefined && Object.keys(source.helm).length > 0) return true
      if (source.directory !== undefined || source.kustomize !== undefined || source.plugin !== undefined) return false
      return (await tree.entry(path === '' ? 'Chart.yaml' : `${path}/Chart.yaml`)) !== undefined
    },
    async render(request) {
      const settings = parseHelmSettings(request.source.helm)
      const version = versionOf(settings.version) ?? options.helm ?? 3
      const environment = buildEnvironmentOf(request)
      try {
        const values = await userValues(request, settings, environment, version)
        const chart = await loadChart(request.tree, request.path, {
          helm: version,
          ...(options.limits === undefined ? {} : { limits: options.limits }),
          ...(request.signal === undefined ? {} : { signal: request.signal }),
        })
        const { manifests, diagnostics } = resultOf(request, settings, renderChart(chart, chartOptions(request, settings, values, version, options)))
        return { manifests, diagnostics, renderedBy: { name: 'helm', version: helmVersions[version].text.replace(/^v/, ''), kind: 'in-process' } }
      } catch (error) {
        if (!(error instanceof ChartError)) throw error
        const code = error.code === 'CHART_LIMIT' ? 'RENDER_LIMIT' : 'RENDER_FAILED'
        const command = commandOf(request, settings, environment)
        throw new RenderError(code, `failed to execute helm template command: failed running helm: ${command} failed exit status 1: Error: ${error.message}`, {
          subject: request.path,
          cause: error,
        })
      }
    },
  }
}

function versionOf(text: string): HelmVersion | undefined {
  const major = /^v?(\d+)/.exec(text)?.[1]
  return major === '3' ? 3 : major === '4' ? 4 : undefined
}

function chartOptions(request: RenderRequest, settings: HelmSettings, values: GoMap, helmVersion: HelmVersion, options: HelmOptions): RenderChartOptions {
  const kubeVersion = settings.kubeVersion === '' ? request.cluster?.kubeVersion : settings.kubeVersion
  return {
    releaseName: settings.releaseName === '' ? request.application.name : settings.releaseName,
    namespace: settings.namespace === '' ? request.application.destinationNamespace : settings.namespace,
    values,
    helm: helmVersion,
    ...(kubeVersion === undefined ? {} : { kubeVersion }),
    apiVersions: settings.apiVersions.length > 0 ? settings.apiVersions : (request.cluster?.apiVersions ?? []),
    skipSchemaValidation: settings.skipSchemaValidation,
    ...(options.lookup === undefined ? {} : { lookup: options.lookup }),
    ...(options.now === undefined ? {} : { now: options.now }),
    ...(options.random === undefined ? {} : { random: options.random }),
    ...(options.certificates === undefined ? {} : { certificates: options.certificates }),
    ...(options.limits === undefined ? {} : { limits: options.limits }),
  }
}

/** Value files, then `valuesObject` or `values`, then parameters, each over the one before. */
async function userValues(request: RenderRequest, settings: HelmSettings, environment: BuildEnvironment, helm: HelmVersion): Promise<GoMap> {
  let values: GoMap = {}
  const add = (name: string, text: string): void => {
    try {
      values = mergeMaps(values, readValues(text, helm))
    } catch (error) {
      throw new ChartError('CHART_VALUES', `failed to parse ${name}: ${error instanceof Error ? error.message : String(error)}`, { cause: error })
    }
  }
  for (const entry of settings.valueFiles) {
    const name = entry.startsWith('$') ? entry : substitute(entry, environment)
    const found = await findValueFiles(request, name)
    if (found === undefined && !settings.ignoreMissingValueFiles)
      throw new ChartError('CHART_VALUES', `open ${shownPath(request, name)}: no such file or directory`)
    for (const { path, text } of found ?? []) add(path, text)
  }
  if (settings.valuesObject !== undefined) values = mergeMaps(values, floats(settings.valuesObject) as GoMap)
  else if (settings.values !== '') add('spec.source.helm.values', settings.values)
  for (const isForced of [false, true])
    for (const { name, value, forceString } of settings.parameters) {
      if (forceString !== isForced) continue
      const assignment = `${name}=${escapeCommas(substitute(value, environment))}`
      if (isForced) setStrings(assignment, values)
      else setValues(assignment, values)
    }
  for (const { name, path } of settings.fileParameters) {
    const place = path.startsWith('$') ? path : substitute(path, environment)
    const [file] = (await findValueFiles(request, place)) ?? []
    if (file === undefined) throw new ChartError('CHART_VALUES', `failed parsing --set-file data: open ${shownPath(request, place)}: no such file or directory`)
    setFiles(`${name}=file`, values, () => file.text)
  }
  return values
}

/** Argo CD names files of its checkout so. */
function shownPath({ path }: RenderRequest, name: string): string {
  return `<path to cached source>/${name.startsWith('$') || name.startsWith('/') || path === '' ? name.replace(/^\$[^/]*\/|^\//, '') : `${path}/${name}`}`
}

function resultOf(request: RenderRequest, settings: HelmSettings, { manifests, hooks, definitions }: RenderedChart): RenderResult {
  const placeOf = (path: string): string => {
    const inner = path.slice(path.indexOf('/') + 1)
    return request.path === '' ? inner : `${request.path}/${inner}`
  }
  const result: Manifest[] = settings.skipCrds ? [] : definitions.flatMap(({ path, id, data }) => knownDefinitions(placeOf(path), id, data))
  for (const manifest of [...manifests, ...hooks]) {
    if (manifest.object === undefined || (settings.skipTests && isTestHook(manifest))) continue
    const path = placeOf(manifest.path)
    if (!isKubernetesObject(manifest.object))
      throw new RenderError('RENDER_FAILED', `${path}:${manifest.line}: Object 'Kind' is missing: the document has no apiVersion or no kind`, { subject: path })
    result.push(...manifestsOf(manifest.object, path, manifest.line))
  }
  return { manifests: result, diagnostics: [] }
}
