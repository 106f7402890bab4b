// The renderer of kustomizations. Follows argo-cd `reposerver/repository/repository.go` and `util/kustomize/kustomize.go` in what the fields of an Application mean.
import { RenderError } from '@plumbline/core'
import type { Manifest, Renderer, RenderRequest, RenderResult } from '@plumbline/core'
import { edited, parseApplicationSettings } from './application-settings.ts'
import type { ApplicationSettings } from './application-settings.ts'
import { buildKustomization } from './build.ts'
import type { BuildLimits } from './build.ts'
import { chartInflater } from './chart-inflation.ts'
import { KustomizeError } from './errors.ts'
import { fileNames } from './kustomization.ts'
import { normalize } from './tree-path.ts'
import type { SortOrder } from './sort-order.ts'
import { manifestsOf } from '../directory/parse-manifests.ts'
import { buildEnvironmentOf, substitute } from '../helm/build-environment.ts'

/** Options of the renderer. */
export interface KustomizeOptions {
  /** Whether `helmCharts` are rendered, in process, from charts in the repository (`--enable-helm`). Default: no, as for Argo CD. */
  readonly enableHelm?: boolean
  /** Order where a kustomization names none (`--reorder`). Default: legacy. */
  readonly order?: SortOrder
  readonly limits?: Partial<BuildLimits>
}

/** Create the renderer. It takes folders with a kustomization and sources with a `kustomize` block. */
export function kustomize(options: KustomizeOptions = {}): Renderer {
  return {
    sourceType: 'Kustomize',
    async matches({ source, tree, path }) {
      if (source.kustomize !== undefined && Object.keys(source.kustomize).length > 0) return true
      if (source.directory !== undefined || source.helm !== undefined || source.plugin !== undefined || source.chart !== undefined) return false
      for (const name of fileNames) if ((await tree.entry(path === '' ? name : `${path}/${name}`)) !== undefined) return true
      return false
    },
    async render(request) {
      try {
        return await buildFor(request, options)
      } catch (error) {
        if (!(error instanceof KustomizeError)) throw error
        const code = error.code === 'KUSTOMIZE_LIMIT' ? 'RENDER_LIMIT' : 'RENDER_FAILED'
        const place = request.path === '' ? '' : `/${request.path}`
        throw new RenderError(code, `\`kustomize build <path to cached source>${place}\` failed exit status 1: Error: ${error.message}`, {
          subject: request.path,
          cause: error,
        })
      }
    },
  }
}

async function buildFor(request: RenderRequest, options: KustomizeOptions): Promise<RenderResult> {
  const { tree, path, source, cluster, signal } = request
  const settings = parseApplicationSettings(source.kustomize)
  const build = parseBuildOptions(request.kustomizeBuildOptions ?? [])
  const order = build.order ?? options.order
  const environment = buildEnvironmentOf(request)
  const components = await presentComponents(request, settings)
  const kubeVersion = settings.kubeVersion === '' ? cluster?.kubeVersion : settings.kubeVersion
  const objects = await buildKustomization(tree, path, {
    edit: (kustomization) => edited(kustomization, settings, (text) => substitute(text, environment), components),
    ...(order === undefined ? {} : { order }),
    ...(options.limits === undefined ? {} : { limits: options.limits }),
    ...(request.remotes === undefined ? {} : { remotes: request.remotes }),
    ...(signal === undefined ? {} : { signal }),
    ...(options.enableHelm === true || build.enableHelm
      ? {
          inflate: chartInflater({
            apiVersions: settings.apiVersions.length > 0 ? settings.apiVersions : (cluster?.apiVersions ?? []),
            ...(kubeVersion === undefined ? {} : { kubeVersion }),
            ...(signal === undefined ? {} : { signal }),
          }),
        }
      : {}),
  })
  const manifests: Manifest[] = objects.flatMap((object) => manifestsOf(object, path === '' ? fileNames[0] : `${path}/${fileNames[0]}`, 1))
  return { manifests, diagnostics: [], renderedBy: { name: 'kustomize', version: '5.7.1', kind: 'in-process' } }
}

/** What options of `kustomize build` mean here; of the others none changes what is rendered in process. */
function parseBuildOptions(options: readonly string[]): { readonly enableHelm: boolean; readonly order?: SortOrder } {
  const text = options.join(' ')
  const order = /--reorder[= ](none|legacy)\b/.exec(text)?.[1]
  return {
    enableHelm: /--enable-helm(?:=true)?(?: |$)/.test(text),
    ...(order === undefined ? {} : { order: order === 'legacy' ? 'legacy' : 'fifo' }),
  }
}

/** Components of the settings; where that is asked for, only those that are there. */
export async function presentComponents(
  { tree, path }: RenderRequest,
  { components, ignoreMissingComponents }: ApplicationSettings,
): Promise<readonly string[]> {
  if (!ignoreMissingComponents) return components
  const present: string[] = []
  for (const component of components) {
    const place = normalize(`${path}/${component}`)
    if (place !== undefined && (await tree.list(place)) !== undefined) present.push(component)
  }
  return present
}
