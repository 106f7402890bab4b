// Where resources come from and what changed them, as `buildMetadata` asks for it. Follows kustomize v5.7 `api/resource/origin.go`.
import { formatYaml } from '@plumbline/yaml'

/** A file, or the plugin that made something and the file that configured it. */
export interface Origin {
  readonly path?: string
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

function ordered({ path, configuredIn, configuredBy }: Origin): unknown {
  return {
    ...(path === undefined ? {} : { path }),
    ...(configuredIn === undefined ? {} : { configuredIn }),
    ...(configuredBy === undefined ? {} : { configuredBy }),
  }
}
