// Where resources come from and what changed them, as `buildMetadata` asks for it. Follows kustomize v5.7 `api/resource/origin.go`.
import { formatYaml } from '@plumbline/yaml'
import { repositoryFolderOf } from './repository-url.ts'
import { normalize } from './tree-path.ts'

/** A file, or the plugin that made something and the file that configured it. */
export interface Origin {
  readonly path?: string
  /** Repository and revision of a base elsewhere; `path` is then from its root. */
  readonly repo?: string
  readonly ref?: string
  readonly configuredIn?: string
  readonly configuredBy?: { readonly apiVersion: string; readonly kind: string; readonly name?: string; readonly namespace?: string }
}

export const originAnnotation = 'config.kubernetes.io/origin'
export const transformationsAnnotation = 'alpha.config.kubernetes.io/transformations'

export function formatOrigin(origin: Origin): string {
  return formatYaml(ordered(origin), { sortKeys: false })
}

export function formatTransformations(origins: readonly Origin[]): string {
  return formatYaml(origins.map(ordered), { sortKeys: false })
}

/** Where a layer is: from where the build started, or from the root of a repository elsewhere. */
export interface LayerPlace extends Pick<Origin, 'repo' | 'ref'> {
  readonly path: string
}

/** The place that a path leads to from another one. */
export function placeFrom(from: LayerPlace, path: string): LayerPlace {
  const other = repositoryFolderOf(path)
  if (other === undefined) return { ...from, path: joined(from.path, path) }
  // Kustomize shows the name of the folder it has not cloned to yet where the root is meant.
  const { repoURL, ref, path: folder } = other
  return { path: folder === '' ? 'notCloned' : folder, repo: repoURL, ...(ref === '' ? {} : { ref }) }
}

function joined(place: string, path: string): string {
  const isOutside = place.startsWith('..') || path.startsWith('..')
  return isOutside ? relative(`${place}/${path}`) : (normalize(`${place}/${path}`) ?? path)
}

/** Without `.` and `..` where something is before it. */
function relative(path: string): string {
  const steps: string[] = []
  for (const part of path.split('/')) {
    if (part === '' || part === '.') continue
    if (part === '..' && steps.length > 0 && steps.at(-1) !== '..') steps.pop()
    else steps.push(part)
  }
  return steps.join('/')
}

function ordered({ path, repo, ref, configuredIn, configuredBy }: Origin): unknown {
  return {
    ...(path === undefined ? {} : { path }),
    ...(repo === undefined ? {} : { repo }),
    ...(ref === undefined ? {} : { ref }),
    ...(configuredIn === undefined ? {} : { configuredIn }),
    ...(configuredBy === undefined ? {} : { configuredBy }),
  }
}
