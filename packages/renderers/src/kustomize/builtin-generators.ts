// The generators by name, with their configuration as data: for the fields of a kustomization and for plugins in files alike.
import { KustomizeError } from './errors.ts'
import { generateConfigObject } from './generators/config-objects.ts'
import type { Loader } from './loader.ts'
import { readResources } from './read-resources.ts'
import { isMap, resourceOf, textOf } from './resource.ts'
import type { JsonMap, Resource } from './resource.ts'

/** Renders one entry of `helmCharts`; the text of `helm template`. */
export type ChartInflater = (config: JsonMap, loader: Loader) => Promise<string>

/** What generators may use. */
export interface GeneratorContext {
  readonly loader: Loader
  /** Absent where charts are not allowed. */
  readonly inflate?: ChartInflater
}

/** Makes resources. */
export type GeneratorFactory = (config: JsonMap, context: GeneratorContext) => Promise<readonly Resource[]>

/** Every built-in generator. */
export const builtInGenerators: Readonly<Record<string, GeneratorFactory>> = {
  ConfigMapGenerator: async (config, { loader }) => [await generateConfigObject('ConfigMap', config, loader)],
  SecretGenerator: async (config, { loader }) => [await generateConfigObject('Secret', config, loader)],
  IAMPolicyGenerator: async (config) => [identityPolicy(config)],
  HelmChartInflationGenerator: async (config, { loader, inflate }) => {
    if (inflate === undefined) throw new KustomizeError('trouble configuring builtin HelmChartInflationGenerator with config: must specify --enable-helm')
    return readResources(await inflate(config, loader), `chart ${textOf(config['name'])}`)
  },
}

/** A Kubernetes service account bound to one of Google Cloud. */
function identityPolicy(config: JsonMap): Resource {
  if (textOf(config['cloud']) !== 'gke') throw new KustomizeError(`cloud provider ${textOf(config['cloud'])} not supported yet`)
  const own = isMap(config['kubernetesService']) ? config['kubernetesService'] : {}
  const account = isMap(config['serviceAccount']) ? config['serviceAccount'] : {}
  const namespace = textOf(own['namespace'])
  return resourceOf({
    apiVersion: 'v1',
    kind: 'ServiceAccount',
    metadata: {
      annotations: { 'iam.gke.io/gcp-service-account': `${textOf(account['name'])}@${textOf(account['projectId'])}.iam.gserviceaccount.com` },
      name: textOf(own['name']),
      ...(namespace === '' ? {} : { namespace }),
    },
  })
}
