// Where an application can be reached from outside, for `status.summary.externalURLs`. Follows argo-cd `controller/cache/info.go` (populateIngressInfo) and GetSummary.
import { valueAt } from '../model/kubernetes-object.ts'
import type { KubernetesObject } from '../model/kubernetes-object.ts'
import { groupOf } from '../model/resource-id.ts'
import { recordsAt, textAt } from '../health/read.ts'

const linkPrefix = 'link.argocd.argoproj.io/'

/** Links that people have put into annotations, of an object or of the application itself. */
export function linksOf({ metadata: { annotations = {} } }: { readonly metadata: { readonly annotations?: Readonly<Record<string, string>> } }): string[] {
  return Object.entries(annotations).flatMap(([name, value]) => (name.startsWith(linkPrefix) ? [value] : []))
}

/** Links of an object, and what an Ingress serves. */
export function externalUrlsOf(object: KubernetesObject): string[] {
  const isIngress = object.kind === 'Ingress' && ['extensions', 'networking.k8s.io'].includes(groupOf(object.apiVersion))
  return isIngress ? [...linksOf(object), ...ingressUrlsOf(object)] : linksOf(object)
}

function ingressUrlsOf(ingress: KubernetesObject): string[] {
  const address = recordsAt(ingress, 'status', 'loadBalancer', 'ingress').map((entry) => textAt(entry, 'hostname') || textAt(entry, 'ip'))[0] ?? ''
  return recordsAt(ingress, 'spec', 'rules').flatMap((rule) => {
    const host = textAt(rule, 'host') || address
    if (host === '') return []
    const scheme = isSecured(ingress, host) ? 'https' : 'http'
    return recordsAt(rule, 'http', 'paths').map((entry) => `${scheme}://${host}${textAt(entry, 'path').replace(/\*$/, '')}`)
  })
}

/** A certificate of any host counts for all of them, as for Argo CD. */
function isSecured(ingress: KubernetesObject, host: string): boolean {
  return recordsAt(ingress, 'spec', 'tls').some((entry) => {
    const hosts = valueAt(entry, 'hosts')
    return entry['secretName'] !== undefined || (Array.isArray(hosts) && hosts.includes(host))
  })
}
