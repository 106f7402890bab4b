// The difference between a live object and what the API server says a dry run would leave. Follows argo-cd `gitops-engine/pkg/diff/diff.go`
// (serverSideDiff, removeWebhookMutation).
import { compareTyped, decodeManagers, differenceOfSets, fieldSetOf, mergeTyped, removeFields, untypedSchema } from '@plumbline/schema'
import { compared } from './diff.ts'
import type { DiffSettings, ObjectDiff } from './diff.ts'
import { schemaOfObject } from './normalize.ts'
import type { KubernetesObject } from '../model/kubernetes-object.ts'

/** Settings of a comparison with an answer of the server. */
export interface ServerSideSettings extends Omit<DiffSettings, 'prediction'> {
  /** Who applies. */
  readonly fieldManager: string
  /** Count what admission webhooks change as well. Default: false. */
  readonly includesMutations?: boolean
}

/**
 * Compare a live object with the answer of a server-side dry run.
 * @throws {Error} when the answer does not say what the manager owns, without which its changes cannot be told from those of webhooks
 */
export function diffServerSide(predicted: KubernetesObject, live: KubernetesObject, settings: ServerSideSettings): ObjectDiff {
  const after = settings.includesMutations === true ? predicted : withoutMutations(predicted, live, settings.fieldManager)
  return compared(live, after, settings)
}

/** The live object with what the manager's fields become, and without what it no longer names. */
function withoutMutations(predicted: KubernetesObject, live: KubernetesObject, manager: string): KubernetesObject {
  const what = `${predicted.kind} ${predicted.metadata.name}`
  if ((predicted.metadata.managedFields ?? []).length === 0) throw new Error(`the dry run of ${what} does not tell who owns its fields`)
  const entry = [...decodeManagers(predicted.metadata.managedFields ?? []).values()].find((each) => each.manager === manager && each.operation === 'Apply')
  if (entry === undefined) throw new Error(`the dry run of ${what} has no fields of the manager ${manager}`)
  const schema = schemaOfObject(live) ?? untypedSchema
  const others = differenceOfSets(fieldSetOf(predicted, schema), entry.set)
  const own = removeFields(predicted, others, schema)
  const { removed } = compareTyped(live, predicted, schema)
  return removeFields(mergeTyped(live, own, schema), removed, schema) as KubernetesObject
}
