// From files to a chart with its subcharts. Follows helm `pkg/chart/loader`.
import type { SourceTree } from '@plumbline/core'
import type { GoMap } from '@plumbline/gotemplate'
import { defaultChartLimits, unpackArchive } from './archive.ts'
import type { ChartLimits } from './archive.ts'
import type { HelmVersion } from './helm-version.ts'
import { ChartError } from './chart.ts'
import type { Chart, ChartFile } from './chart.ts'
import { parseIgnore } from './ignore.ts'
import type { Ignore } from './ignore.ts'
import { checkFormat, checkLock, checkMetadata, readDescription, readMetadata } from './metadata.ts'
import { mergeMaps } from './values.ts'
import { readYamlDocuments, readYamlMap } from './yaml-values.ts'

const decoder = new TextDecoder()
const maxFolderDepth = 64

/**
 * Load the chart at a path of a tree.
 * @throws {ChartError} in Helm's words
 */
export async function loadChart(
  tree: SourceTree,
  path: string,
  options: { readonly limits?: Partial<ChartLimits>; readonly helm?: HelmVersion; readonly signal?: AbortSignal } = {},
): Promise<Chart> {
  const limits = { ...defaultChartLimits, ...options.limits }
  const entry = await tree.entry(path)
  if (entry !== undefined && (entry.kind === 'file' || entry.kind === 'executable')) {
    const data = await tree.read(path)
    if (data !== undefined) return loadFiles(unpackArchive(data, entry.id, limits), limits, options.helm)
  }
  const ignoreText = await tree.read(path === '' ? '.helmignore' : `${path}/.helmignore`)
  const ignore = parseIgnore(ignoreText === undefined ? '' : decoder.decode(ignoreText))
  const files: ChartFile[] = []
  const budget = { bytes: 0 }
  await collect(tree, path, '', ignore, files, budget, limits, options.signal, 0)
  return loadFiles(files, limits, options.helm)
}

async function collect(
  tree: SourceTree,
  root: string,
  folder: string,
  ignore: Ignore,
  files: ChartFile[],
  budget: { bytes: number },
  limits: ChartLimits,
  signal: AbortSignal | undefined,
  depth: number,
): Promise<void> {
  signal?.throwIfAborted()
  if (depth > maxFolderDepth) throw new ChartError('CHART_LIMIT', `${folder}: folders are nested deeper than ${maxFolderDepth}`)
  const full = (relative: string): string => [root, relative].filter((part) => part !== '').join('/')
  for (const { name, kind, id } of (await tree.list(full(folder))) ?? []) {
    const relative = folder === '' ? name : `${folder}/${name}`
    const target = kind === 'symlink' ? await tree.entry(full(relative)) : { kind, id }
    if (target === undefined) continue
    if (target.kind === 'directory') {
      if (!ignore(relative, true)) await collect(tree, root, relative, ignore, files, budget, limits, signal, depth + 1)
      continue
    }
    if ((target.kind !== 'file' && target.kind !== 'executable') || ignore(relative, false)) continue
    const data = await tree.read(full(relative))
    if (data === undefined) continue
    budget.bytes += data.length
    if (budget.bytes > limits.bytes) throw new ChartError('CHART_LIMIT', `${root}: the files of the chart are larger than ${limits.bytes} bytes together`)
    files.push({ name: relative, data, id: target.id })
    if (files.length > limits.files) throw new ChartError('CHART_LIMIT', `${root}: the chart has more than ${limits.files} files`)
  }
}

/** Make a chart of its files. @throws {ChartError} */
export function loadFiles(files: readonly ChartFile[], limits: ChartLimits = defaultChartLimits, helm: HelmVersion = 3, depth = 0): Chart {
  if (depth > limits.depth) throw new ChartError('CHART_LIMIT', `charts are nested deeper than ${limits.depth}`)
  const find = (name: string): ChartFile | undefined => files.find((file) => file.name === name)
  const textOf = ({ data }: ChartFile): string => decoder.decode(data)
  const description = find('Chart.yaml')
  if (helm === 4 && depth === 0 && description !== undefined) checkFormat(textOf(description))
  let raw: GoMap | undefined = description === undefined ? undefined : readMetadata(textOf(description), helm)
  let values: GoMap = {}
  let schema: ChartFile | undefined
  const templates: ChartFile[] = []
  const others: ChartFile[] = []
  const children = new Map<string, ChartFile[]>()
  for (const file of files) {
    switch (file.name) {
      case 'Chart.yaml':
        continue
      case 'Chart.lock':
        checkLock(textOf(file), file.name, helm)
        continue
      case 'values.yaml':
        values = loadValues(file, helm)
        continue
      case 'values.schema.json':
        schema = file
        continue
      case 'requirements.yaml':
        raw = { ...raw, ...readDescription(textOf(file), 'requirements.yaml', helm) }
        if (raw['apiVersion'] === 'v1') others.push(file)
        continue
      case 'requirements.lock':
        checkLock(textOf(file), file.name, helm)
        if (raw?.['apiVersion'] === 'v1') others.push(file)
        continue
      default:
    }
    if (file.name.startsWith('templates/')) templates.push(file)
    else if (file.name.startsWith('charts/')) {
      if (file.name.endsWith('.prov')) {
        others.push(file)
        continue
      }
      const inner = file.name.slice('charts/'.length)
      const [child = ''] = inner.split('/')
      children.set(child, [...(children.get(child) ?? []), { ...file, name: inner }])
    } else others.push(file)
  }
  const metadata = checkMetadata(raw, helm)
  const charts = [...children].flatMap(([name, inner]) => loadChild(name, inner, metadata.name, limits, helm, depth) ?? [])
  return { metadata, values, schema, templates, files: others, charts }
}

/** Values by content: charts are loaded again and again with the same ones. What is in here is never changed. */
const knownValues = new Map<string, GoMap>()
const maxKnownValues = 500

function loadValues(file: ChartFile, helm: HelmVersion): GoMap {
  const key = `${helm} ${file.id}`
  const known = knownValues.get(key)
  if (known !== undefined) return known
  try {
    const values = readValues(decoder.decode(file.data), helm)
    if (knownValues.size >= maxKnownValues) knownValues.clear()
    knownValues.set(key, values)
    return values
  } catch (error) {
    const message = error instanceof Error ? error.message : String(error)
    throw new ChartError('CHART_INVALID', `cannot load values.yaml: ${message}`, { cause: error })
  }
}

/** The values of a text, of a chart or of a user. @throws {Error} in the words of Helm */
export function readValues(text: string, helm: HelmVersion): GoMap {
  if (helm === 3) return readYamlMap(text)
  try {
    // Helm 4 lays the documents over each other.
    return readYamlDocuments(text).reduce<GoMap>((values, document) => mergeMaps(values, document), {})
  } catch (error) {
    throw new Error(`cannot unmarshal yaml document: ${error instanceof Error ? error.message : String(error)}`, { cause: error })
  }
}

function loadChild(name: string, files: readonly ChartFile[], parent: string, limits: ChartLimits, helm: HelmVersion, depth: number): Chart | undefined {
  if (name.startsWith('_') || name.startsWith('.')) return undefined
  const subchart = helm === 4 ? 'subchart ' : ''
  try {
    const [first] = files
    if (name.endsWith('.tgz') && first !== undefined) {
      if (first.name !== name) throw new ChartError('CHART_INVALID', `error unpacking ${subchart}tar in ${parent}: expected ${name}, got ${first.name}`)
      return loadFiles(unpackArchive(first.data, first.id, limits), limits, helm, depth + 1)
    }
    return loadFiles(
      files.filter((file) => file.name.includes('/')).map((file) => ({ ...file, name: file.name.slice(name.length + 1) })),
      limits,
      helm,
      depth + 1,
    )
  } catch (error) {
    if (!(error instanceof ChartError)) throw error
    throw new ChartError(error.code, `error unpacking ${subchart}${name} in ${parent}: ${error.message}`, { cause: error })
  }
}
