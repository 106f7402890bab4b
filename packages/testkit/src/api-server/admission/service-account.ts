// Pods run as a service account, and have its token mounted. Follows kubernetes `plugin/pkg/admission/serviceaccount`.
import { forbidden } from '../status-errors.ts'
import type { Storage } from '../storage.ts'
import { isObject, objectOf, objectsOf, valueAt } from '../types.ts'
import type { JsonObject, KubeObject } from '../types.ts'
import { generatedName } from '../names.ts'

const tokenPath = '/var/run/secrets/kubernetes.io/serviceaccount'
const tokenSeconds = 3607
const fileMode = 0o644

/** @throws {StatusError} 403 when the account is missing */
export function withServiceAccount(pod: KubeObject, namespace: string, storage: Storage): KubeObject {
  const spec = objectOf(pod['spec'])
  const named = spec['serviceAccountName']
  const name = typeof named === 'string' && named !== '' ? named : 'default'
  const account = storage.get('serviceaccounts', namespace, name)?.object
  if (account === undefined)
    throw forbidden(
      { group: '', resource: 'pods' },
      pod.metadata.name ?? '',
      `error looking up service account ${namespace}/${name}: serviceaccount "${name}" not found`,
    )
  const secrets = objectsOf(account['imagePullSecrets'])
  const hasSecrets = objectsOf(spec['imagePullSecrets']).length > 0
  const next: JsonObject = {
    ...spec,
    serviceAccountName: name,
    serviceAccount: name,
    ...(hasSecrets || secrets.length === 0 ? {} : { imagePullSecrets: secrets }),
  }
  const isMounted = spec['automountServiceAccountToken'] ?? account['automountServiceAccountToken'] ?? true
  return { ...pod, spec: isMounted === false ? next : withToken(next) }
}

/** The pod with the token's volume, in every container that has nothing else at its place. */
function withToken(spec: JsonObject): JsonObject {
  const held = objectsOf(spec['volumes']).find((volume) => String(volume['name']).startsWith('kube-api-access-') && isObject(volume['projected']))
  const name = typeof held?.['name'] === 'string' ? held['name'] : generatedName('kube-api-access-')
  let isUsed = false
  const mounted = (containers: unknown): JsonObject[] =>
    objectsOf(containers).map((container) => {
      const mounts = objectsOf(container['volumeMounts'])
      if (mounts.some((mount) => mount['mountPath'] === tokenPath)) return container
      isUsed = true
      return { ...container, volumeMounts: [...mounts, { name, readOnly: true, mountPath: tokenPath }] }
    })
  const containers = mounted(spec['containers'])
  const initContainers = mounted(spec['initContainers'])
  if (!isUsed) return spec
  return {
    ...spec,
    containers,
    ...(initContainers.length === 0 ? {} : { initContainers }),
    volumes: held === undefined ? [...objectsOf(spec['volumes']), tokenVolume(name)] : objectsOf(spec['volumes']),
  }
}

function tokenVolume(name: string): JsonObject {
  return {
    name,
    projected: {
      sources: [
        { serviceAccountToken: { expirationSeconds: tokenSeconds, path: 'token' } },
        { configMap: { name: 'kube-root-ca.crt', items: [{ key: 'ca.crt', path: 'ca.crt' }] } },
        { downwardAPI: { items: [{ path: 'namespace', fieldRef: { apiVersion: 'v1', fieldPath: 'metadata.namespace' } }] } },
      ],
      defaultMode: fileMode,
    },
  }
}

/** Claims that name no class get the default one. Follows kubernetes `plugin/pkg/admission/storage/storageclass/setdefault`. */
export function withStorageClass(claim: KubeObject, storage: Storage): KubeObject {
  if (valueAt(claim, 'spec', 'storageClassName') !== undefined || claim.metadata.annotations?.['volume.beta.kubernetes.io/storage-class'] !== undefined)
    return claim
  const [chosen] = storage
    .list('storage.k8s.io/storageclasses', undefined)
    .map(({ object }) => object)
    .filter(({ metadata }) => metadata.annotations?.['storageclass.kubernetes.io/is-default-class'] === 'true')
    .sort((a, b) => Date.parse(String(b.metadata.creationTimestamp)) - Date.parse(String(a.metadata.creationTimestamp)))
  return chosen === undefined ? claim : { ...claim, spec: { ...objectOf(claim['spec']), storageClassName: chosen.metadata.name } }
}
