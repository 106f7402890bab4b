// `openapi` of a kustomization: types of custom kinds instead of the built-in ones. Follows kustomize v5.7 `kyaml/openapi`.
import { parseYamlDocuments, YamlError } from '@plumbline/yaml'
import { KustomizeError } from './errors.ts'
import type { Kustomization } from './kustomization.ts'
import type { Loader } from './loader.ts'
import { builtInSchemas, schemasOf } from './merge-schema.ts'
import type { SchemaLookup } from './merge-schema.ts'

/** The one version that Kustomize carries. */
const builtInVersion = 'v1.21.2'

/** Take over what the kustomization names. @throws {KustomizeError} */
export async function useSchema({ openapi }: Kustomization, loader: Loader, schemas: { current: SchemaLookup }): Promise<void> {
  const { path, version } = openapi
  if (path !== undefined && version !== undefined) throw new KustomizeError('builtin version and custom schema provided, cannot use both')
  if (version !== undefined) {
    if (version !== builtInVersion) throw new KustomizeError('the specified OpenAPI version is not built in')
    schemas.current = builtInSchemas
  }
  if (path === undefined) return
  try {
    schemas.current = schemasOf(parseYamlDocuments(await loader.readText(path))[0]?.value)
  } catch (error) {
    if (!(error instanceof YamlError)) throw error
    throw new KustomizeError(`openapi: ${path}: yaml: line ${error.line}: ${error.message}`, 'KUSTOMIZE_INVALID', error)
  }
}
