// Where the server keeps objects in etcd: its texts name the key. Follows kubernetes `pkg/kubeapiserver/default_storage_factory_builder.go`.
import type { ResourceType } from './resource-type.ts'

/** Resources that are kept under another name than their own. */
const prefixes: Readonly<Record<string, string>> = {
  replicationcontrollers: 'controllers',
  endpoints: 'services/endpoints',
  services: 'services/specs',
  nodes: 'minions',
  ingresses: 'ingress',
}
/** Groups of the parts of the server that keep their resources below the name of the group. */
const apart = new Set(['apiextensions.k8s.io', 'apiregistration.k8s.io'])

/** The key of an object. */
export function registryKey(type: ResourceType, namespace: string, name: string): string {
  const isApart = type.defined !== undefined || apart.has(type.group)
  const resource = isApart ? `${type.group}/${type.plural}` : (prefixes[type.plural] ?? type.plural)
  return `/registry/${resource}/${namespace === '' ? '' : `${namespace}/`}${name}`
}
