// From files to manifests.
import type { ApplicationSource } from '../model/application.ts'
import type { Diagnostic, Manifest } from '../model/manifest.ts'
import type { RemoteFiles } from './remote-files.ts'
import type { SourceTree } from './source.ts'

/** What a renderer may know of the cluster. */
export interface ClusterFacts {
  /** Such as `v1.34.4`. */
  readonly kubeVersion: string
  /** Group versions and kinds, such as `apps/v1/Deployment`, sorted. */
  readonly apiVersions: readonly string[]
}

/** Input of one rendering. */
export interface RenderRequest {
  readonly tree: SourceTree
  /** Path of the application in the tree; '' is the root. */
  readonly path: string
  readonly source: ApplicationSource
  readonly application: {
    readonly name: string
    readonly namespace: string
    readonly project: string
    readonly destinationNamespace: string
    /** What the Application's annotation `plumbline.dev/renderer` asks for. Default: whatever stands first. */
    readonly renderer?: RendererKind
  }
  readonly cluster?: ClusterFacts
  /** Options of `kustomize build` that hold for the whole installation. Default: none. */
  readonly kustomizeBuildOptions?: readonly string[]
  /** Trees of the application's other sources by their `ref`. */
  readonly references?: ReadonlyMap<string, SourceTree>
  /** What the files name elsewhere. Default: nothing elsewhere is read. */
  readonly remotes?: RemoteFiles
  readonly signal?: AbortSignal
}

/** How a renderer works: by code of its own, or by running a program. */
export type RendererKind = 'in-process' | 'tool'

/** Whose rules made the manifests: a program of this version, or code in this process that follows it. */
export interface RenderedBy {
  /** Such as `helm`. */
  readonly name: string
  /** Without `v`, such as `3.12.1`. */
  readonly version: string
  readonly kind: RendererKind
}

/** What came out. Pure: the same request gives the same result. */
export interface RenderResult {
  readonly manifests: readonly Manifest[]
  readonly diagnostics: readonly Diagnostic[]
  /** Default: nothing that has versions. */
  readonly renderedBy?: RenderedBy
}

/** One way to render. */
export interface Renderer {
  /** As written to `status.sourceType`: Directory, Helm, Kustomize, Plugin. */
  readonly sourceType: string
  /** Whether the source asks for this renderer, or the files at the path do. The first renderer that says yes is taken. */
  matches(request: RenderRequest): Promise<boolean>
  /** @throws {RenderError} with file, line and cause */
  render(request: RenderRequest): Promise<RenderResult>
}
