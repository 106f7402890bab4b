// `helmCharts` of a kustomization, rendered in process. Follows kustomize v5.7 `api/internal/builtins/HelmChartInflationGenerator.go`.
import type { GoMap } from '@plumbline/gotemplate'
import type { ChartInflater } from './builtin-generators.ts'
import { KustomizeError, within } from './errors.ts'
import { normalize } from './tree-path.ts'
import type { Loader } from './loader.ts'
import { mergePatch } from './merge-patch.ts'
import { isMap, textOf } from './resource.ts'
import type { JsonMap } from './resource.ts'
import { ChartError } from '../helm/chart.ts'
import { loadChart } from '../helm/load-chart.ts'
import { formatRendered, renderChart } from '../helm/render-chart.ts'
import type { RenderChartOptions } from '../helm/render-chart.ts'
import { mergeMaps } from '../helm/values.ts'
import { floats, readYamlMap } from '../helm/yaml-values.ts'

/** What is the same for all charts of a build. */
export interface InflationOptions {
  readonly kubeVersion?: string
  readonly apiVersions?: readonly string[]
  readonly signal?: AbortSignal
  /** How charts are rendered beyond what the entry says. */
  readonly render?: Partial<Pick<RenderChartOptions, 'helm' | 'limits' | 'lookup' | 'now' | 'random' | 'certificates'>>
}

/** Create what renders the entries. Charts have to be in the repository of their kustomization: nothing is pulled. */
export function chartInflater(options: InflationOptions = {}): ChartInflater {
  return async (config, loader) => {
    const name = textOf(config['name'])
    if (name === '') throw new KustomizeError('chart name cannot be empty')
    try {
      const folder = await chartFolder(config, name, loader)
      const chart = await loadChart(loader.tree, folder, { helm: 3, ...(options.signal === undefined ? {} : { signal: options.signal }) })
      return formatRendered(renderChart(chart, renderOptions(config, await valuesOf(config, folder, loader), options)), {
        includeCrds: config['includeCRDs'] === true,
        noHooks: config['skipHooks'] === true,
        skipTests: config['skipTests'] === true,
      })
    } catch (error) {
      throw error instanceof ChartError ? within(`chart ${name}`, error) : error
    }
  }
}

function renderOptions(config: JsonMap, values: GoMap, options: InflationOptions): RenderChartOptions {
  const own = (name: string): string => textOf(config[name])
  const apiVersions = Array.isArray(config['apiVersions']) ? (config['apiVersions'] as readonly string[]) : []
  const kubeVersion = own('kubeVersion') === '' ? options.kubeVersion : own('kubeVersion')
  const release = own('nameTemplate') === '' ? own('releaseName') : own('nameTemplate')
  if (release === '' || release.includes('{{'))
    throw new KustomizeError(`chart ${own('name')}: releaseName: expected a name; Helm would make up another one at every build`, 'KUSTOMIZE_UNSUPPORTED')
  return {
    ...options.render,
    releaseName: release,
    namespace: own('namespace') === '' ? 'default' : own('namespace'),
    values,
    apiVersions: apiVersions.length > 0 ? apiVersions : (options.apiVersions ?? []),
    ...(kubeVersion === undefined ? {} : { kubeVersion }),
  }
}

async function chartFolder(config: JsonMap, name: string, loader: Loader): Promise<string> {
  const [home, version, repo] = [textOf(config['chartHome']) || 'charts', textOf(config['version']), textOf(config['repo'])]
  const place = normalize([loader.root, home, ...(version !== '' && repo !== '' ? [`${name}-${version}`] : []), name].join('/'))
  if (place === undefined || home.startsWith('/')) throw new KustomizeError(`helmGlobals.chartHome '${home}' is outside of the repository`, 'KUSTOMIZE_PATH')
  if ((await loader.tree.list(place)) !== undefined) return place
  throw new KustomizeError(
    repo === ''
      ? `no repo specified for pull, no chart found at '/${place}'`
      : `no chart found at '/${place}', and charts are not pulled from ${repo}: keep a copy in the repository`,
    'KUSTOMIZE_UNSUPPORTED',
  )
}

/** The values file and `valuesInline`, as `valuesMerge` says, then additional files. */
async function valuesOf(config: JsonMap, folder: string, loader: Loader): Promise<GoMap> {
  const how = textOf(config['valuesMerge']) || 'override'
  if (!['merge', 'override', 'replace'].includes(how)) throw new KustomizeError('valuesMerge must be one of [merge override replace]')
  const inline = isMap(config['valuesInline']) ? config['valuesInline'] : {}
  const file = textOf(config['valuesFile'])
  const hasInline = Object.keys(inline).length > 0
  const text = how === 'replace' && hasInline ? '' : file === '' ? decoder.decode(await loader.tree.read(`${folder}/values.yaml`)) : await loader.readText(file)
  const base = read(text, file === '' ? `${folder}/values.yaml` : file)
  let values = hasInline ? merged(how, floats(inline) as GoMap, base) : base
  for (const path of Array.isArray(config['additionalValuesFiles']) ? (config['additionalValuesFiles'] as readonly string[]) : [])
    values = mergeMaps(values, read(await loader.readText(path), path))
  return values
}

const decoder = new TextDecoder()

function read(text: string, path: string): GoMap {
  try {
    return readYamlMap(text)
  } catch (error) {
    throw within(`could not parse ${path}`, error)
  }
}

function merged(how: string, inline: GoMap, base: GoMap): GoMap {
  if (how === 'replace') return inline
  const [target, patch] = how === 'override' ? [base, inline] : [inline, base]
  return (mergePatch(target as JsonMap, patch as JsonMap, undefined) ?? {}) as GoMap
}
