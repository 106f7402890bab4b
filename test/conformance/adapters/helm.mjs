// What the Helm corpus asks of a renderer: a case in, the text of `helm template` out.
import { readFileSync } from 'node:fs'
import { basename, dirname } from 'node:path'
import {
  ChartError,
  formatRendered,
  loadChart,
  mergeMaps,
  readValues,
  renderChart,
  setFiles,
  setJson,
  setLiteral,
  setStrings,
  setValues,
} from '@plumbline/renderers'
import { localTree } from '@plumbline/sources'

/** Which Helm is followed: 3, or 4 for the other goldens. */
export const helm = process.argv.includes('--golden4') || process.env.PLUMBLINE_HELM === '4' ? 4 : 3

/** The text of `helm template`; failures are worded as the command prints them. */
export async function render(c, version = helm) {
  try {
    return await rendered(c, version)
  } catch (error) {
    if (!(error instanceof ChartError)) throw error
    throw new Error(`Error: ${error.message}`, { cause: error })
  }
}

async function rendered(c, version) {
  const values = valuesOf(c, version)
  const chart = await loadChart(localTree(dirname(c.chartDir)), basename(c.chartDir), { helm: version })
  const result = renderChart(chart, {
    releaseName: c.releaseName,
    namespace: c.namespace ?? 'default',
    values,
    helm: version,
    isUpgrade: c.isUpgrade ?? false,
    skipSchemaValidation: c.skipSchemaValidation ?? false,
    ...(c.kubeVersion ? { kubeVersion: c.kubeVersion } : {}),
    ...(c.apiVersions ? { apiVersions: c.apiVersions } : {}),
  })
  return formatRendered(result, {
    includeCrds: c.includeCRDs ?? false,
    noHooks: c.noHooks ?? false,
    skipTests: c.skipTests ?? false,
    showOnly: c.showOnly ?? [],
  })
}

/** What the user sets, in the order in which Helm takes it. */
function valuesOf(c, version) {
  let values = {}
  for (const path of c.valuesFiles) {
    try {
      values = mergeMaps(values, readValues(readFileSync(path, 'utf8'), version))
    } catch (error) {
      throw new ChartError('CHART_VALUES', `failed to parse ${path}: ${error.message}`, { cause: error })
    }
  }
  for (const text of c.setJson ?? []) setJson(text, values, version)
  for (const text of c.set ?? []) setValues(text, values)
  for (const text of c.setString ?? []) setStrings(text, values)
  for (const text of c.setFile ?? []) setFiles(text, values, (path) => readFileSync(path, 'utf8'))
  for (const text of c.setLiteral ?? []) setLiteral(text, values)
  return values
}
