// Puts the definitions and the project `default` where they are missing.
import { ClusterError } from '@plumbline/core'
import type { KubernetesObject } from '@plumbline/core'
import type { KubernetesCluster } from '../cluster.ts'
import { argoDefinitions } from './definitions.ts'

const fieldManager = 'plumbline'

/** Apply the definitions of Application and AppProject; those that are there already, in whatever version, are left alone. */
export async function installDefinitions(cluster: KubernetesCluster, signal?: AbortSignal): Promise<void> {
  const options = { fieldManager, ...(signal === undefined ? {} : { signal }) }
  for (const definition of argoDefinitions) {
    const id = { group: 'apiextensions.k8s.io', kind: 'CustomResourceDefinition', namespace: '', name: definition.metadata.name ?? '' }
    if ((await cluster.get(id, signal)) === undefined) await cluster.create(definition, options)
  }
  cluster.forgetDiscovery()
}

/** Make the namespace and the project `default`, which permits everything, where they are missing. */
export async function ensureDefaultProject(cluster: KubernetesCluster, namespace: string, signal?: AbortSignal): Promise<void> {
  await createIfMissing(cluster, { apiVersion: 'v1', kind: 'Namespace', metadata: { name: namespace } }, signal)
  await createIfMissing(
    cluster,
    {
      apiVersion: 'argoproj.io/v1alpha1',
      kind: 'AppProject',
      metadata: { name: 'default', namespace },
      spec: { sourceRepos: ['*'], destinations: [{ server: '*', namespace: '*' }], clusterResourceWhitelist: [{ group: '*', kind: '*' }] },
    },
    signal,
  )
}

async function createIfMissing(cluster: KubernetesCluster, object: KubernetesObject, signal: AbortSignal | undefined): Promise<void> {
  try {
    await cluster.create(object, { fieldManager, ...(signal === undefined ? {} : { signal }) })
  } catch (error) {
    if (!(error instanceof ClusterError) || error.status !== 409) throw error
  }
}
