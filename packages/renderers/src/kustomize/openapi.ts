// `openapi` of a kustomization: types of custom kinds instead of the built-in ones. Follows kustomize v5.7 `kyaml/openapi`.
import { parseYamlDocuments, YamlError } from '@plumbline/yaml'
import { KustomizeError } from './errors.ts'
import type { Kustomization } from './kustomization.ts'
import type { Loader } from './loader.ts'
import { builtInSchemas, builtInTypes, schemasOf } from './merge-schema.ts'
import type { SchemaLookup } from './merge-schema.ts'

/** The one version that Kustomize carries. */
const builtInVersion = 'v1.21.2'

/** Types as they are known so far in a build. */
export interface SchemaState {
  current: SchemaLookup
  /** Whether a layer has named some: the first one counts, from the top down. */
  isSet: boolean
}

/** Take over what the kustomization names. @throws {KustomizeError} */
export async function useSchema({ openapi, kind }: Kustomization, loader: Loader, schemas: SchemaState): Promise<void> {
  if (schemas.isSet) return
  const { path, version } = openapi
  if (path !== undefined && version !== undefined) throw new KustomizeError('builtin version and custom schema provided, cannot use both')
  if (version !== undefined) {
    if (version !== builtInVersion) throw new KustomizeError('the specified OpenAPI version is not built in')
    schemas.current = builtInSchemas
    schemas.isSet = true
  }
  if (path === undefined) return
  try {
    const document = parseYamlDocuments(await loader.readText(path))[0]?.value
    const before = schemas.current
    // A component comes when resources have been read: the types they were read with stay known beside its own.
    const named = kind === 'Component' ? schemasOf(document, builtInTypes) : schemasOf(document)
    schemas.current = kind === 'Component' ? (gvk) => named(gvk) ?? before(gvk) : named
    schemas.isSet = true
  } catch (error) {
    if (!(error instanceof YamlError)) throw error
    throw new KustomizeError(`openapi: ${path}: yaml: line ${error.line}: ${error.message}`, 'KUSTOMIZE_INVALID', error)
  }
}
