// Completion indexes of Indexed jobs. Follows kubernetes `pkg/controller/job/indexed_job_utils.go`.
import { objectOf, objectsOf } from '../api-server/types.ts'
import type { KubeObject } from '../api-server/types.ts'

const indexAnnotation = 'batch.kubernetes.io/job-completion-index'
const maxIndexes = 100_000

export function indexOf({ metadata }: KubeObject): number | undefined {
  const text = metadata.annotations?.[indexAnnotation]
  return text === undefined ? undefined : Number(text)
}

/** `1-3,5` as its numbers. */
export function parseIndexes(text: string): Set<number> {
  const indexes = new Set<number>()
  for (const part of text.split(',').filter((entry) => entry !== '')) {
    const [first = 0, last = first] = part.split('-').map(Number)
    for (let index = first; index <= last && indexes.size < maxIndexes; index++) indexes.add(index)
  }
  return indexes
}

/** Numbers as ranges: three and more in a row, and pairs with a comma between. */
export function formatIndexes(indexes: ReadonlySet<number>): string {
  const sorted = [...indexes].sort((a, b) => a - b)
  const parts: string[] = []
  for (let start = 0; start < sorted.length;) {
    let end = start
    while (sorted[end + 1] === (sorted[end] ?? 0) + 1) end++
    const [first, last] = [sorted[start], sorted[end]]
    parts.push(end === start ? `${first}` : end === start + 1 ? `${first},${last}` : `${first}-${last}`)
    start = end + 1
  }
  return parts.join(',')
}

/** A pod that knows its index: by label, annotation, host name and environment. */
export function withIndex(pod: KubeObject, job: KubeObject, index: number): KubeObject {
  const name = job.metadata.name ?? ''
  const spec = objectOf(pod['spec'])
  const variable = { name: 'JOB_COMPLETION_INDEX', valueFrom: { fieldRef: { apiVersion: 'v1', fieldPath: `metadata.labels['${indexAnnotation}']` } } }
  const numbered = (containers: unknown): unknown[] =>
    objectsOf(containers).map((container) =>
      objectsOf(container['env']).some((entry) => entry['name'] === variable.name)
        ? container
        : { ...container, env: [...objectsOf(container['env']), variable] },
    )
  return {
    ...pod,
    metadata: {
      ...pod.metadata,
      generateName: `${name}-${index}-`,
      labels: { ...pod.metadata.labels, [indexAnnotation]: String(index) },
      annotations: { ...pod.metadata.annotations, [indexAnnotation]: String(index) },
    },
    spec: {
      ...spec,
      hostname: `${name}-${index}`,
      containers: numbered(spec['containers']),
      ...(spec['initContainers'] === undefined ? {} : { initContainers: numbered(spec['initContainers']) }),
    },
  }
}
