// Requests for renderers that run programs.
import { createMemoryTree } from '@plumbline/core'
import type { ApplicationSource, RenderRequest, SourceTree } from '@plumbline/core'

/** A chart, and a file beside it. */
export const chart: Readonly<Record<string, string>> = {
  'app/Chart.yaml': 'apiVersion: v2\nname: app\nversion: 1.0.0\n',
  'app/values.yaml': 'color: blue\nlist: []\n',
  'app/crds/crd.yaml': '# first\n---\napiVersion: apiextensions.k8s.io/v1\nkind: CustomResourceDefinition\nmetadata: {name: as.example.com}\n',
  'app/templates/a.yaml':
    'apiVersion: v1\nkind: ConfigMap\nmetadata: {name: {{ .Release.Name }}, namespace: {{ .Release.Namespace }}}\ndata: {values: {{ toJson .Values | quote }}, kube: {{ .Capabilities.KubeVersion.Version }}, has: {{ .Capabilities.APIVersions.Has "example.com/v1" | quote }}}\n',
  'app/templates/tests/t.yaml': 'apiVersion: v1\nkind: Pod\nmetadata: {name: t, annotations: {helm.sh/hook: test}}\n',
  'app/extra.yaml': 'color: red\n',
  'shared/more.yaml': 'size: 10\n',
}

/** What a test changes about a request. */
export interface Asked {
  readonly tree?: SourceTree
  readonly path?: string
  readonly source?: Partial<ApplicationSource>
  readonly request?: Partial<RenderRequest>
}

/** A request for the chart, unless told otherwise. */
export function requestOf({ tree = createMemoryTree(chart), path = 'app', source = {}, request = {} }: Asked = {}): RenderRequest {
  return {
    tree,
    path,
    source: { repoURL: 'https://git.example.com/a.git', path, ...source },
    application: { name: 'shop', namespace: 'argocd', project: 'default', destinationNamespace: 'store' },
    ...request,
  }
}
