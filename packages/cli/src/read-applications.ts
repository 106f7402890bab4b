// Reads Applications of a cluster once, for the commands that show them.
import { ConfigError, parseApplication, valueAt } from '@plumbline/core'
import type { Application, KubernetesObject } from '@plumbline/core'
import { createHttpClient, loadKubeconfig } from '@plumbline/k8s'
import type { HttpClient } from '@plumbline/k8s'

/** Connect by a kubeconfig, from an option or the environment. @throws {ConfigError} */
export async function connect(kubeconfig: string | undefined): Promise<HttpClient> {
  const file = kubeconfig ?? process.env['KUBECONFIG']
  if (file === undefined || file === '') throw new ConfigError('CONFIG_INVALID', 'name a cluster with --kubeconfig FILE or $KUBECONFIG')
  return createHttpClient(await loadKubeconfig(file))
}

/** Applications of a namespace, in order of name. */
export async function readApplications(http: HttpClient, namespace: string): Promise<Application[]> {
  const answer = await http.json({ method: 'GET', path: `/apis/argoproj.io/v1alpha1/namespaces/${encodeURIComponent(namespace)}/applications` })
  const items = valueAt(answer, 'items')
  return (Array.isArray(items) ? items : []).map((item: KubernetesObject) =>
    parseApplication({ ...item, apiVersion: 'argoproj.io/v1alpha1', kind: 'Application' }),
  )
}
