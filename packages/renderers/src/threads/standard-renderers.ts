// What threads render with where nothing else is asked for.
import { directory } from '../directory/directory.ts'
import { helm } from '../helm/helm.ts'
import { kustomize } from '../kustomize/kustomize.ts'
import type { Renderer } from '@plumbline/core'

export const renderers: readonly Renderer[] = [helm(), kustomize(), directory()]
