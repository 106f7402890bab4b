// The variables of Argo CD's build environment, and their places in settings. Follows argo-cd `pkg/apis/application/v1alpha1` (Env.Envsubst).
import type { RenderRequest } from '@plumbline/core'

/** Names and values, such as `ARGOCD_APP_NAME`. */
export type BuildEnvironment = ReadonlyMap<string, string>

/** The variables of one rendering. */
export function buildEnvironmentOf({ application, source, tree, path, cluster }: RenderRequest): BuildEnvironment {
  const { revision } = tree
  return new Map([
    ['ARGOCD_APP_NAME', application.name],
    ['ARGOCD_APP_NAMESPACE', application.destinationNamespace],
    ['ARGOCD_APP_PROJECT_NAME', application.project],
    ['ARGOCD_APP_REVISION', revision],
    ['ARGOCD_APP_REVISION_SHORT', revision.slice(0, 7)],
    ['ARGOCD_APP_REVISION_SHORT_8', revision.slice(0, 8)],
    ['ARGOCD_APP_SOURCE_REPO_URL', source.repoURL],
    ['ARGOCD_APP_SOURCE_PATH', path],
    ['ARGOCD_APP_SOURCE_TARGET_REVISION', source.targetRevision ?? ''],
    ['KUBE_VERSION', cluster?.kubeVersion.replace(/^v/, '') ?? ''],
    ['KUBE_API_VERSIONS', (cluster?.apiVersions ?? []).join(',')],
  ])
}

/** Put values for `$NAME` and `${NAME}`; `$$` is a dollar, unknown names are nothing. */
export function substitute(text: string, environment: BuildEnvironment): string {
  return text.replace(/\$(?:\$|\{([^}]*)\}|([A-Za-z_]\w*))/g, (whole, braced: string | undefined, bare: string | undefined) => {
    const name = braced ?? bare
    return name === undefined ? (whole === '$$' ? '$' : '') : (environment.get(name) ?? '')
  })
}
