// One desired object, after rendering, and where it was written.
import type { KubernetesObject } from './kubernetes-object.ts'

/** Where a manifest stands in its source. */
export interface ManifestOrigin {
  /** Path from the root of the tree. */
  readonly path: string
  /** First line of the document, from 1. */
  readonly line: number
  /** Which source of a multi-source application, from 0. */
  readonly source?: number
}

/** A desired object. */
export interface Manifest {
  readonly object: KubernetesObject
  readonly origin?: ManifestOrigin
}

/** Something worth telling about a file or document. */
export interface Diagnostic {
  readonly severity: 'warning' | 'error'
  readonly code: string
  readonly message: string
  readonly path?: string
  readonly line?: number
  readonly column?: number
}
