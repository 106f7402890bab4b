// The difference between one desired object and its live counterpart, as data.
import { differencesOf, isEqual } from './equal.ts'
import type { ValueDifference } from './equal.ts'
import { createIgnoreRules } from './ignore.ts'
import type { IgnoreRules } from './ignore.ts'
import { createKnownTypes } from './known-types.ts'
import type { KnownTypes } from './known-types.ts'
import { canonicalObject, normalizeObject } from './normalize.ts'
import { lastAppliedAnnotation, predictLive } from './predict.ts'
import type { Prediction } from './predict.ts'
import type { KubernetesObject } from '../model/kubernetes-object.ts'

/** Outcome for one pair. */
export interface ObjectDiff {
  readonly isModified: boolean
  /** From what lives to what will live; empty when nothing is modified. Values of Secrets are there: mask before printing. */
  readonly differences: readonly ValueDifference[]
}

const defaultKnownTypes = createKnownTypes([])
const unmodified: ObjectDiff = { isModified: false, differences: [] }

/** Settings of a comparison. */
export interface DiffSettings {
  readonly prediction: Prediction
  readonly ignore?: IgnoreRules
  /** Fields of custom resources with built-in types. Default: those of Argo Rollouts. */
  readonly knownTypes?: KnownTypes
  /** Whether `status` counts. Default: false, for it belongs to controllers. */
  readonly comparesStatus?: boolean
  /** Whether rules of aggregated roles count. Default: false, for the control plane writes them. */
  readonly comparesAggregatedRoles?: boolean
}

/**
 * Compare a desired object with the live one. Pure; neither is changed.
 * Fields that only live has do not count, unless the engine itself put them there and git no longer does.
 */
export function diffObjects(desired: KubernetesObject, live: KubernetesObject, settings: DiffSettings): ObjectDiff {
  // The prediction starts from what git says, not from its defaults: a field that git leaves out belongs to whoever set it.
  const options = { keepsAggregatedRules: settings.comparesAggregatedRoles === true }
  return compared(live, predictLive(canonicalObject(desired, options), live, settings.prediction), settings)
}

const noRules = createIgnoreRules([])

/** Compare a live object with what will live, both in the same form. */
export function compared(live: KubernetesObject, predicted: KubernetesObject, settings: Omit<DiffSettings, 'prediction'>): ObjectDiff {
  // What is the same as it is written is the same in any form.
  if (predicted === live || isEqual(predicted, live)) return unmodified
  const { ignore = noRules, knownTypes = defaultKnownTypes } = settings
  const options = { keepsAggregatedRules: settings.comparesAggregatedRoles === true }
  // What does not count need not be brought into form.
  const counted = settings.comparesStatus === true ? (object: KubernetesObject) => object : withoutStatus
  const before = knownTypes(normalizeObject(counted(live), options))
  const after = knownTypes(normalizeObject(counted(predicted), options))
  const differences = differencesOf(ignore.strip(before, live), ignore.strip(after, live)).filter(
    ({ path }) => !(path[0] === 'status' && settings.comparesStatus !== true) && !isBookkeeping(path),
  )
  return differences.length === 0 ? unmodified : { isModified: true, differences }
}

function withoutStatus(object: KubernetesObject): KubernetesObject {
  if (!Object.hasOwn(object, 'status')) return object
  const { status: _status, ...rest } = object
  return rest as KubernetesObject
}

/** The last-applied annotation is how client-side apply keeps its own books. */
function isBookkeeping(path: readonly (string | number)[]): boolean {
  return path[0] === 'metadata' && path[1] === 'annotations' && path[2] === lastAppliedAnnotation
}
