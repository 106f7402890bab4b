// Which application an object belongs to: the tracking mark, by annotation, by label, or both.
// Follows argo-cd `util/argo/resource_tracking.go`.
import { annotationOf, valueAt, withAnnotation } from '../model/kubernetes-object.ts'
import type { KubernetesObject } from '../model/kubernetes-object.ts'
import { groupOf } from '../model/resource-id.ts'
import type { ResourceId } from '../model/resource-id.ts'

/** How objects are marked. Default: annotation. */
export type TrackingMethod = 'annotation' | 'label' | 'annotation+label'

/** Settings of tracking. */
export interface TrackingSettings {
  readonly method: TrackingMethod
  /** Default: `app.kubernetes.io/instance`. */
  readonly labelKey: string
  /** Set when several installations share a cluster. */
  readonly installationId?: string
}

/** What Argo CD has done since version 3. */
export const defaultTracking: TrackingSettings = { method: 'annotation', labelKey: 'app.kubernetes.io/instance' }

export const trackingAnnotation = 'argocd.argoproj.io/tracking-id'
const installationAnnotation = 'argocd.argoproj.io/installation-id'
const labelLimit = 63

/** A parsed tracking id: the application's tracking name and the object it was written for. */
export interface TrackingId extends ResourceId {
  readonly application: string
}

/**
 * Name of an application in marks: its name, with the namespace in front when it does not live in the controller's namespace.
 */
export function trackingNameOf(application: { readonly name: string; readonly namespace: string }, controllerNamespace: string): string {
  return application.namespace === controllerNamespace || application.namespace === '' ? application.name : `${application.namespace}_${application.name}`
}

/** `<app>:<group>/<kind>:<namespace>/<name>` */
export function formatTrackingId(id: TrackingId): string {
  return `${id.application}:${id.group}/${id.kind}:${id.namespace}/${id.name}`
}

/** The parts of a tracking id, or undefined when the text is none. */
export function parseTrackingId(text: string): TrackingId | undefined {
  const match = /^([^:]*):([^:/]*)\/([^:/]*):([^:/]*)\/(.*)$/s.exec(text)
  if (match === null) return undefined
  const [, application = '', group = '', kind = '', namespace = '', name = ''] = match
  return { application, group, kind, namespace, name }
}

/**
 * Mark an object as the application's.
 * @param namespace the destination's namespace: it stands in the id of objects that name none, also of cluster-scoped kinds
 */
export function withTracking(object: KubernetesObject, application: string, namespace: string, settings: TrackingSettings): KubernetesObject {
  // Definitions carry no mark, so that removing one from git never removes every object of its kind.
  if (object.kind === 'CustomResourceDefinition' && groupOf(object.apiVersion) === 'apiextensions.k8s.io') return object
  let marked = object
  if (settings.method !== 'label') {
    const id = {
      application,
      group: groupOf(object.apiVersion),
      kind: object.kind,
      namespace: object.metadata.namespace ?? namespace,
      name: object.metadata.name ?? '',
    }
    marked = withAnnotation(marked, trackingAnnotation, formatTrackingId(id))
    if (settings.installationId !== undefined && settings.installationId !== '')
      marked = withAnnotation(marked, installationAnnotation, settings.installationId)
  }
  if (settings.method !== 'annotation') {
    const label = settings.method === 'label' ? application : application.slice(0, labelLimit)
    marked = { ...marked, metadata: { ...marked.metadata, labels: { ...marked.metadata.labels, [settings.labelKey]: label } } }
  }
  return marked
}

/** Tracking name of the application that an object is marked for, or undefined. */
export function trackedApplicationOf(object: KubernetesObject, settings: TrackingSettings): string | undefined {
  if (settings.method === 'label') {
    const label = valueAt(object, 'metadata', 'labels', settings.labelKey)
    return typeof label === 'string' && label !== '' ? label : undefined
  }
  const text = annotationOf(object, trackingAnnotation)
  if (text === undefined) return undefined
  if ((settings.installationId ?? '') !== (annotationOf(object, installationAnnotation) ?? '')) return undefined
  return parseTrackingId(text)?.application
}

/**
 * Whether the object's own mark speaks of this very object. Operators copy annotations to what they make; such copies belong to nobody.
 * An object without a mark counts as self-referenced.
 */
export function isSelfReferenced(object: KubernetesObject, settings: TrackingSettings): boolean {
  if (settings.method === 'label') return true
  const text = annotationOf(object, trackingAnnotation)
  if (text === undefined) return true
  const id = parseTrackingId(text)
  if (id === undefined) return false
  const namespace = object.metadata.namespace ?? ''
  return (
    id.group === groupOf(object.apiVersion) && id.kind === object.kind && id.name === object.metadata.name && (namespace === '' || id.namespace === namespace)
  )
}
