// A chart and values to manifests, as `helm template` does it.
import { deepCopy, goInt, seededRandom, sprintf } from '@plumbline/gotemplate'
import type { CertificatePort, GoMap, TemplateLimits } from '@plumbline/gotemplate'
import { capabilitiesOf } from './capabilities.ts'
import type { HelmVersion } from './helm-version.ts'
import { nodeCertificates } from './certificates.ts'
import { ChartError } from './chart.ts'
import type { Chart, ChartFile } from './chart.ts'
import { checkDependencies, isInRange, processDependencies } from './dependencies.ts'
import { renderTemplates } from './engine.ts'
import { helmFunctions } from './functions.ts'
import { pathPattern } from './ignore.ts'
import { fullPath, instanceOf } from './instances.ts'
import type { ChartInstance } from './instances.ts'
import { sortManifests, splitDocuments } from './manifests.ts'
import type { RenderedManifest } from './manifests.ts'
import { checkSchemas } from './schema.ts'
import { coalesceValues } from './values.ts'

/** Options of a rendering; what is left out is as `helm template` has it. */
export interface RenderChartOptions {
  readonly releaseName: string
  readonly namespace: string
  /** What the user sets; not changed. */
  readonly values?: GoMap
  /** Default: 3. */
  readonly helm?: HelmVersion
  readonly kubeVersion?: string
  /** Beyond those that are built in. */
  readonly apiVersions?: readonly string[]
  readonly isUpgrade?: boolean
  /** Default: 1. */
  readonly revision?: number
  readonly skipSchemaValidation?: boolean
  /** Whether missing values are errors. Default: false. */
  readonly strict?: boolean
  readonly limits?: Partial<TemplateLimits>
  /** Answers `lookup`. Default: nothing is there. */
  readonly lookup?: (apiVersion: string, kind: string, namespace: string, name: string) => GoMap
  /** Random bytes. Default: the same for the same release, chart and file, so that nothing changes from one rendering to the next. */
  readonly random?: (count: number) => Uint8Array
  /** Milliseconds since the epoch. Default: the time of the host. */
  readonly now?: () => number
  /** IANA name. Default: UTC. */
  readonly timeZone?: string
  readonly certificates?: CertificatePort
}

/** What came out. */
export interface RenderedChart {
  /** In Helm's order of installation, without hooks and definitions from `crds/`. */
  readonly manifests: readonly RenderedManifest[]
  readonly hooks: readonly RenderedManifest[]
  /** Files of `crds/`, as they are; ids are equal exactly when the content is. */
  readonly definitions: readonly { readonly path: string; readonly id: string; readonly data: Uint8Array; readonly text: string }[]
  /** The rendered NOTES.txt of the chart. */
  readonly notes: string
}

const decoder = new TextDecoder()
const releaseNames = /^[a-z0-9]([-a-z0-9]*[a-z0-9])?(\.[a-z0-9]([-a-z0-9]*[a-z0-9])?)*$/
const maxReleaseName = 53

/**
 * Render a chart.
 * @throws {ChartError} with Helm's message
 */
export function renderChart(chart: Chart, options: RenderChartOptions): RenderedChart {
  const { releaseName, namespace, helm = 3 } = options
  if (chart.metadata.type.toLowerCase() === 'library') throw new ChartError('CHART_INVALID', 'library charts are not installable')
  const root = instanceOf(chart)
  checkDependencies(root, helm)
  if (!releaseNames.test(releaseName) || releaseName.length > maxReleaseName)
    throw new ChartError(
      'CHART_VALUES',
      `release name ${sprintf('%q', [releaseName])}: invalid release name, must match regex ^[a-z0-9]([-a-z0-9]*[a-z0-9])?(\\.[a-z0-9]([-a-z0-9]*[a-z0-9])?)*$ and the length must not be longer than ${maxReleaseName}`,
    )
  const given = deepCopy(options.values ?? {}) as GoMap
  inHelm4('chart dependencies processing failed', helm, () => processDependencies(root, given, { nulls: 'keep', helm }))
  const capabilities = capabilitiesOf(options.kubeVersion, options.apiVersions ?? [], helm)
  const values = coalesceValues(root, given, { nulls: 'delete', helm })
  if (options.skipSchemaValidation !== true) checkSchemas(root, values, helm)
  const { kubeVersion } = chart.metadata
  if (kubeVersion !== '' && !isInRange(kubeVersion, capabilities.kubeVersion.version))
    throw new ChartError('CHART_RENDER', `chart requires kubeVersion: ${kubeVersion} which is incompatible with Kubernetes ${capabilities.kubeVersion.version}`)
  const seed = `${namespace}/${releaseName}/${root.name}`
  let random = options.random ?? seededRandom(seed)
  const certificates = options.certificates ?? nodeCertificates()
  const files = renderTemplates({
    root,
    values,
    helm,
    isStrict: options.strict ?? false,
    release: releaseOf(options),
    capabilities,
    functions: helmFunctions({
      helm,
      random: (count) => random(count),
      now: options.now ?? Date.now,
      timeZone: options.timeZone ?? 'UTC',
      ...(certificates === undefined ? {} : { certificates }),
      ...(options.lookup === undefined ? {} : { lookup: options.lookup }),
    }),
    ...(options.limits === undefined ? {} : { limits: options.limits }),
    onFile(name) {
      if (options.random === undefined) random = seededRandom(`${seed}/${name}`)
    },
  })
  let notes = ''
  for (const [name, text] of files) {
    if (!name.endsWith('NOTES.txt')) continue
    if (name === `${root.name}/templates/NOTES.txt`) notes = text
    files.delete(name)
  }
  return { ...sortManifests(files, helm), definitions: [...definitionsOf(root)], notes }
}

function releaseOf({ releaseName, namespace, isUpgrade = false, revision = 1 }: RenderChartOptions): GoMap {
  return { Name: releaseName, Namespace: namespace, IsUpgrade: isUpgrade, IsInstall: !isUpgrade, Revision: goInt(revision), Service: 'Helm' }
}

function* definitionsOf(instance: ChartInstance): Generator<RenderedChart['definitions'][number]> {
  const isDefinition = ({ name }: ChartFile): boolean => name.startsWith('crds/') && /\.(?:ya?ml|json)$/i.test(name)
  for (const file of instance.chart.files.filter(isDefinition)) {
    const path = `${fullPath(instance)}/${file.name}`
    // Definitions are large, and often nobody wants them.
    yield {
      path,
      id: file.id,
      data: file.data,
      get text() {
        return decoder.decode(file.data)
      },
    }
  }
  for (const child of instance.charts) yield* definitionsOf(child)
}

/** What `helm template` leaves out or picks out. */
export interface TextOptions {
  readonly includeCrds?: boolean
  readonly noHooks?: boolean
  readonly skipTests?: boolean
  /** Patterns of template paths below the chart. */
  readonly showOnly?: readonly string[]
}

/** Whether a document is a hook of `helm test`. */
export function isTestHook({ hookEvents }: RenderedManifest): boolean {
  return hookEvents?.some((event) => event === 'test' || event === 'test-success') === true
}

/** The text that `helm template` prints. @throws {ChartError} when a pattern of `showOnly` matches nothing */
export function formatRendered({ manifests, hooks, definitions }: RenderedChart, options: TextOptions = {}): string {
  const document = (path: string, text: string): string => `---\n# Source: ${path}\n${text}\n`
  const main = [
    ...(options.includeCrds === true ? definitions.map(({ path, text }) => document(path, text)) : []),
    ...manifests.map(({ path, text }) => document(path, text)),
  ].join('')
  const shownHooks = options.noHooks === true ? [] : hooks.filter((hook) => options.skipTests !== true || !isTestHook(hook))
  const whole = `${main.trim()}\n${shownHooks.map(({ path, text }) => document(path, text)).join('')}`
  if (options.showOnly === undefined || options.showOnly.length === 0) return whole
  const documents = splitDocuments(whole)
  return options.showOnly
    .flatMap((pattern) => {
      const expression = pathPattern(pattern.replaceAll('\\', '/'))
      const found = documents.filter(({ text }) => {
        const path = /# Source: [^/]+\/(.+)/.exec(text)?.[1]
        return path !== undefined && expression.test(path)
      })
      if (found.length === 0) throw new ChartError('CHART_VALUES', `could not find template ${pattern} in chart`)
      return found.map(({ text }) => `---\n${text}\n`)
    })
    .join('')
}

/** Helm 4 says at which step it failed. */
function inHelm4(step: string, helm: HelmVersion, call: () => void): void {
  try {
    call()
  } catch (error) {
    if (helm === 3 || !(error instanceof ChartError)) throw error
    throw new ChartError(error.code, `${step}: ${error.message}`, { cause: error })
  }
}
