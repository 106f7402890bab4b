// What the live object will be once the desired one has been applied: by field ownership, or three-way with the last applied object.
import { applyConfiguration, applyMergePatch, applyStrategicMergePatch, createThreeWayMergePatch, predictApply, untypedSchema } from '@plumbline/schema'
import { parseJson } from '@plumbline/yaml'
import { canonicalObject, schemaOfObject } from './normalize.ts'
import { annotationOf, isKubernetesObject, isRecord } from '../model/kubernetes-object.ts'
import type { KubernetesObject } from '../model/kubernetes-object.ts'

export const lastAppliedAnnotation = 'kubectl.kubernetes.io/last-applied-configuration'

/** How a comparison predicts. */
export interface Prediction {
  /** `ownership`: what server-side apply by `fieldManager` would leave; `three-way`: what client-side apply would. */
  readonly mode: 'ownership' | 'three-way'
  readonly fieldManager: string
}

/**
 * The live object after applying `desired`.
 * Falls back to three-way where ownership cannot be computed: no field of the manager is recorded, or the object does not fit its schema.
 */
export function predictLive(desired: KubernetesObject, live: KubernetesObject, prediction: Prediction): KubernetesObject {
  if (prediction.mode === 'ownership' && ownsFields(live, prediction.fieldManager)) {
    try {
      const schema = schemaOfObject(desired) ?? untypedSchema
      const plain = predictApply(live, desired, { manager: prediction.fieldManager, apiVersion: desired.apiVersion }, schema)
      if (plain !== undefined) return plain as KubernetesObject
      const outcome = applyConfiguration({
        live,
        configuration: desired,
        schema,
        manager: prediction.fieldManager,
        apiVersion: desired.apiVersion,
        force: true,
        time: '',
      })
      if (outcome.kind === 'applied') return outcome.object as KubernetesObject
    } catch {
      // What the server would refuse is said when it is applied; for the comparison a plain merge is close enough.
    }
  }
  const schema = schemaOfObject(desired)
  const configuration = forMerge(desired)
  const original = forMerge(canonicalObject(lastAppliedOf(live) ?? desired))
  // Lists of custom resources are replaced as wholes. What the server filled into their elements is no reason to do so.
  const seen = schema === undefined ? (withoutAdditions(original, live) as KubernetesObject) : live
  const patch = createThreeWayMergePatch(original, configuration, seen, schema)
  if (isRecord(patch) && Object.keys(patch).length === 0) return live
  return (schema === undefined ? applyMergePatch(live, patch) : applyStrategicMergePatch(live, patch, schema)) as KubernetesObject
}

/** A live value without members that the applied one does not have; elements of lists are those at the same place. */
function withoutAdditions(applied: unknown, live: unknown): unknown {
  if (Array.isArray(applied) && Array.isArray(live))
    return live.map((item: unknown, index) => (index < applied.length ? withoutAdditions(applied[index], item) : item))
  if (!isRecord(applied) || !isRecord(live)) return live
  return Object.fromEntries(Object.keys(applied).flatMap((name) => (Object.hasOwn(live, name) ? [[name, withoutAdditions(applied[name], live[name])]] : [])))
}

/** `kubectl apply` writes namespace and empty annotations down; that git names neither takes nothing away. */
function forMerge(object: KubernetesObject): KubernetesObject {
  const { namespace: _namespace, ...metadata } = object.metadata
  return { ...object, metadata }
}

/** The object stored by client-side apply, or undefined when there is none or it cannot be read. */
export function lastAppliedOf(live: KubernetesObject): KubernetesObject | undefined {
  const text = annotationOf(live, lastAppliedAnnotation)
  if (text === undefined) return undefined
  try {
    const value = parseJson(text)
    return isKubernetesObject(value) ? value : undefined
  } catch {
    return undefined
  }
}

function ownsFields(live: KubernetesObject, manager: string): boolean {
  return (live.metadata.managedFields ?? []).some((entry) => isRecord(entry) && entry['manager'] === manager && entry['operation'] === 'Apply')
}
