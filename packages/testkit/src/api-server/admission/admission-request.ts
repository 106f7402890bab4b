// What admission is asked about.
import type { ResourceType } from '../resource-type.ts'
import type { KubeObject, UserInfo } from '../types.ts'

/** A write on its way to the store. */
export interface AdmissionRequest {
  readonly operation: 'CREATE' | 'UPDATE' | 'DELETE'
  readonly type: ResourceType
  readonly namespace: string
  readonly name: string
  readonly subresource: string
  readonly object: KubeObject | undefined
  readonly previous: KubeObject | undefined
  readonly dryRun: boolean
  readonly user?: UserInfo
  /** Texts for the `Warning` header; admission adds to them. */
  readonly warnings?: string[]
}
