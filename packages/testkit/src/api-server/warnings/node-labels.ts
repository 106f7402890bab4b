// Labels of nodes that are given up. Follows kubernetes `pkg/api/node/util.go`.
import { labelValueProblems } from '../names.ts'
import { arrayOf, objectOf, objectsOf } from '../types.ts'
import type { JsonObject } from '../types.ts'

const deprecated: Readonly<Record<string, string>> = {
  'beta.kubernetes.io/arch': 'deprecated since v1.14; use "kubernetes.io/arch" instead',
  'beta.kubernetes.io/os': 'deprecated since v1.14; use "kubernetes.io/os" instead',
  'failure-domain.beta.kubernetes.io/region': 'deprecated since v1.17; use "topology.kubernetes.io/region" instead',
  'failure-domain.beta.kubernetes.io/zone': 'deprecated since v1.17; use "topology.kubernetes.io/zone" instead',
  'beta.kubernetes.io/instance-type': 'deprecated since v1.17; use "node.kubernetes.io/instance-type" instead',
  'app.kubernetes.io/created-by': 'deprecated since v1.9',
  'scheduler.alpha.kubernetes.io/preferAvoidPods': 'deprecated since v1.22; use Taints and Tolerations instead',
  'node-role.kubernetes.io/master': 'use "node-role.kubernetes.io/control-plane" instead',
}

/** What is said of a label, or undefined. */
export function deprecationOf(label: unknown): string | undefined {
  return typeof label === 'string' && Object.hasOwn(deprecated, label) ? deprecated[label] : undefined
}

/** Warnings of one term of a node selector; values are looked at where validation lets wrong ones through. */
export function nodeTermWarnings(term: JsonObject, path: string, checksValues = false): string[] {
  return objectsOf(term['matchExpressions']).flatMap((expression, index) => {
    const at = `${path}.matchExpressions[${index}]`
    const { key } = expression
    const text = deprecationOf(key)
    const values = checksValues
      ? arrayOf(expression['values']).flatMap((value, place) =>
          labelValueProblems(String(value)).map((problem) => `${at}.values[${place}]: ${String(value)} is invalid, ${problem}`),
        )
      : []
    return [...(text === undefined ? [] : [`${at}.key: ${String(key)} is ${text}`]), ...values]
  })
}

/** Warnings of a label selector that selects nodes. */
export function nodeSelectorWarnings(selector: JsonObject, path: string): string[] {
  const labels = Object.keys(objectOf(selector['matchLabels'])).toSorted()
  return [
    ...nodeTermWarnings(selector, path),
    ...labels.flatMap((label) => {
      const text = deprecationOf(label)
      return text === undefined ? [] : [`${path}.matchLabels.${label}: ${text}`]
    }),
  ]
}
