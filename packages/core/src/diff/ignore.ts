// `spec.ignoreDifferences` by JSON pointers, by jq expressions and by managers of fields. Group and kind may be globs, name and namespace are exact.
import { compileJqDelete, JqError, JqLimitError, JqSyntaxError } from '@plumbline/jq'
import type { JqProgram } from '@plumbline/jq'
import { decodeManagers, removeFields, untypedSchema } from '@plumbline/schema'
import { schemaOfObject } from './normalize.ts'
import { parsePointer, withoutPointer } from './without-pointer.ts'
import type { IgnoreDifference } from '../model/application.ts'
import type { KubernetesObject } from '../model/kubernetes-object.ts'
import { groupOf } from '../model/resource-id.ts'
import { matchesGlob } from '../model/glob.ts'

/** Takes ignored fields out of an object before it is compared. */
export interface IgnoreRules {
  /** @param live whose managers own the fields. Default: the object itself */
  strip(object: KubernetesObject, live?: KubernetesObject): KubernetesObject
}

/**
 * Rules from an application's spec. A pointer that leads nowhere is passed over, and so is a jq expression that fails or takes longer than a second.
 * @throws {Error} for an expression that is no jq
 */
export function createIgnoreRules(rules: readonly IgnoreDifference[]): IgnoreRules {
  const programs = new Map(rules.flatMap(({ jqPathExpressions = [] }) => jqPathExpressions).map((expression) => [expression, compiled(expression)]))
  const pointers = new Map(rules.flatMap(({ jsonPointers = [] }) => jsonPointers).map((pointer) => [pointer, parsePointer(pointer)]))
  return {
    strip(object, live = object) {
      let stripped: unknown = object
      for (const rule of rules) {
        if (!appliesTo(rule, object)) continue
        for (const path of rule.jsonPointers ?? []) stripped = withoutPointer(stripped, pointers.get(path) ?? [])
        for (const expression of rule.jqPathExpressions ?? []) stripped = withoutFound(programs.get(expression), stripped)
        stripped = withoutFieldsOf(rule.managedFieldsManagers ?? [], stripped as KubernetesObject, live)
      }
      return stripped as KubernetesObject
    },
  }
}

/** Rules are made for each comparison, their programs once. */
const programsHeld = new Map<string, JqProgram>()
const maxPrograms = 1000

function compiled(expression: string): JqProgram {
  const held = programsHeld.get(expression)
  if (held !== undefined) return held
  try {
    const program = compileJqDelete(expression)
    if (programsHeld.size >= maxPrograms) programsHeld.clear()
    programsHeld.set(expression, program)
    return program
  } catch (error) {
    if (error instanceof JqSyntaxError || error instanceof JqLimitError)
      throw new Error(
        `spec.ignoreDifferences: jqPathExpressions: ${JSON.stringify(expression)} at ${error instanceof JqSyntaxError ? error.position : 0}: ${error.message}`,
        { cause: error },
      )
    throw error
  }
}

/** The object without what an expression finds in it. One that finds the whole object leaves nothing to compare. */
function withoutFound(program: JqProgram | undefined, object: unknown): unknown {
  try {
    const results = program?.run(object) ?? []
    return results.length === 1 ? results[0] : object
  } catch (error) {
    if (error instanceof JqError || error instanceof JqLimitError || error instanceof JqSyntaxError) return object
    throw error
  }
}

/** The object without what the managers own in the live one. */
function withoutFieldsOf(managers: readonly string[], object: KubernetesObject, live: KubernetesObject): KubernetesObject {
  if (managers.length === 0 || live.metadata.managedFields === undefined) return object
  const schema = schemaOfObject(live) ?? untypedSchema
  let stripped: unknown = object
  for (const { manager, set } of decodeManagers(live.metadata.managedFields).values())
    if (managers.includes(manager)) stripped = removeFields(stripped, set, schema) ?? {}
  return stripped as KubernetesObject
}

function appliesTo(rule: IgnoreDifference, object: KubernetesObject): boolean {
  return (
    matchesGlob(rule.group ?? '', groupOf(object.apiVersion)) &&
    matchesGlob(rule.kind, object.kind) &&
    (rule.name === undefined || rule.name === '' || rule.name === object.metadata.name) &&
    (rule.namespace === undefined || rule.namespace === '' || rule.namespace === object.metadata.namespace)
  )
}
