// A spec as Go writes it back: Argo CD reads an Application into structs and writes it whole when it begins an operation, and what is zero there is not
// written unless it is behind a pointer. Follows argo-cd `pkg/apis/application/v1alpha1/types.go`.
import type { ApplicationSpec } from './application-spec.ts'
import { isRecord } from './kubernetes-object.ts'

/** Members that are pointers, or have no `omitempty`: they stay as they are. */
const kept = new Set([
  'project',
  'repoURL',
  'destination',
  'automated',
  'revisionHistoryLimit',
  'factor',
  'info',
  'env',
  'extVars',
  'tlas',
  'valuesObject',
  'helm',
  'kustomize',
  'directory',
  'plugin',
  'retry',
  'backoff',
  'managedNamespaceMetadata',
  'source',
])
/** Members inside which nothing is left out. */
const closed = new Set(['automated', 'info', 'env', 'extVars', 'tlas', 'valuesObject', 'plugin', 'patches', 'commonLabels', 'commonAnnotations'])

/** The spec without its zero values; the very same value where there are none. */
export function withoutZeroValues(spec: ApplicationSpec): ApplicationSpec {
  return cleaned(spec) as ApplicationSpec
}

function cleaned(value: unknown): unknown {
  if (Array.isArray(value)) {
    const next = value.map(cleaned)
    return next.every((item, index) => item === value[index]) ? value : next
  }
  if (!isRecord(value)) return value
  let isChanged = false
  const entries: [string, unknown][] = []
  for (const [name, member] of Object.entries(value)) {
    if (!kept.has(name) && isZero(member)) {
      isChanged = true
      continue
    }
    const next = closed.has(name) ? member : cleaned(member)
    isChanged ||= next !== member
    entries.push([name, next])
  }
  return isChanged ? Object.fromEntries(entries) : value
}

function isZero(value: unknown): boolean {
  if (value === false || value === 0 || value === '' || value === null) return true
  return Array.isArray(value) ? value.length === 0 : isRecord(value) && Object.keys(value).length === 0
}
