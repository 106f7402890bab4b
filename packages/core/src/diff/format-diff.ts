// A difference for people. Values of Secrets are never shown.
import { formatJson } from '@plumbline/yaml'
import type { ObjectDiff } from './diff.ts'
import type { KubernetesObject } from '../model/kubernetes-object.ts'

const maxValueLength = 160

/**
 * One line a difference: `~ spec.replicas: 1 → 2`, `+ data.x: "1"`, `- data.y`.
 * @param object the object it is about: decides what has to be masked
 */
export function formatDiff(diff: ObjectDiff, object: KubernetesObject): string {
  const isSecret = object.kind === 'Secret' && object.apiVersion === 'v1'
  return diff.differences
    .map(({ path, from, to }) => {
      const at = path
        .map((step) => (typeof step === 'number' ? `[${step}]` : /^[\w-]+$/.test(step) ? `.${step}` : `["${step}"]`))
        .join('')
        .replace(/^\./, '')
      const show = (value: unknown): string => (isSecret && (path[0] === 'data' || path[0] === 'stringData') ? '(masked)' : shortText(value))
      if (from === undefined) return `+ ${at}: ${show(to)}`
      return to === undefined ? `- ${at}: ${show(from)}` : `~ ${at}: ${show(from)} → ${show(to)}`
    })
    .join('\n')
}

function shortText(value: unknown): string {
  const text = formatJson(value)
  return text.length > maxValueLength ? `${text.slice(0, maxValueLength)}… (${text.length} characters)` : text
}
