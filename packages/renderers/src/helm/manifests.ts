// From rendered files to manifests and hooks in Helm's order. Follows helm `pkg/releaseutil`.
import { compareBytes, isMap } from '@plumbline/gotemplate'
import type { GoMap } from '@plumbline/gotemplate'
import { goYamlMessage, parseYaml, YamlError } from '@plumbline/yaml'
import type { HelmVersion } from './helm-version.ts'
import { ChartError } from './chart.ts'
import { jsonKind, scalarText } from './yaml-values.ts'

/** One document of the output. */
export interface RenderedManifest {
  /** `chart/templates/x.yaml`. */
  readonly path: string
  readonly text: string
  readonly kind: string
  readonly apiVersion: string
  /** The object; undefined for documents of comments alone. */
  readonly object: GoMap | undefined
  /** Lower-case events, of a hook. */
  readonly hookEvents: readonly string[] | undefined
  /** First line in the rendered file, from 1. */
  readonly line: number
}

const installOrder = [
  'PriorityClass',
  'Namespace',
  'NetworkPolicy',
  'ResourceQuota',
  'LimitRange',
  'PodSecurityPolicy',
  'PodDisruptionBudget',
  'ServiceAccount',
  'Secret',
  'SecretList',
  'ConfigMap',
  'StorageClass',
  'PersistentVolume',
  'PersistentVolumeClaim',
  'CustomResourceDefinition',
  'ClusterRole',
  'ClusterRoleList',
  'ClusterRoleBinding',
  'ClusterRoleBindingList',
  'Role',
  'RoleList',
  'RoleBinding',
  'RoleBindingList',
  'Service',
  'DaemonSet',
  'Pod',
  'ReplicationController',
  'ReplicaSet',
  'Deployment',
  'HorizontalPodAutoscaler',
  'StatefulSet',
  'Job',
  'CronJob',
  'IngressClass',
  'Ingress',
  'APIService',
]
const orders: Readonly<Record<HelmVersion, ReadonlyMap<string, number>>> = {
  3: new Map(installOrder.map((kind, index) => [kind, index])),
  4: new Map([...installOrder, 'MutatingWebhookConfiguration', 'ValidatingWebhookConfiguration'].map((kind, index) => [kind, index])),
}
const blanks = '\t\n\f\r '
const events = new Set([
  'pre-install',
  'post-install',
  'pre-delete',
  'post-delete',
  'pre-upgrade',
  'post-upgrade',
  'pre-rollback',
  'post-rollback',
  'test',
  'test-success',
])

/** Documents of a text, cut at lines of three dashes. */
export function splitDocuments(text: string): readonly { readonly text: string; readonly line: number }[] {
  const start = /^\s*/.exec(text)?.[0].length ?? 0
  const body = text.trim()
  const documents: { text: string; line: number }[] = []
  const isBlank = (at: number): boolean => blanks.includes(body.charAt(at)) && at < body.length
  let last = 0
  let [counted, line] = [0, 1]
  const push = (from: number, to: number): void => {
    const part = body.slice(from, to)
    if (part === '') return
    const lead = /^\s*/.exec(part)?.[0].length ?? 0
    for (const end = start + from + lead; ; line++) {
      const next = text.indexOf('\n', counted)
      if (next < 0 || next >= end) break
      counted = next + 1
    }
    documents.push({ text: part.trim(), line })
  }
  // Three dashes at the start, or behind a line end: blanks around them, line ends too, belong to the separator.
  let at = body.startsWith('---') ? -1 : body.indexOf('\n---')
  let isFound = body.startsWith('---') || at >= 0
  while (isFound) {
    let [from, to] = [Math.max(at, 0), at + 4]
    while (from > last && isBlank(from - 1)) from--
    while (isBlank(to)) to++
    push(last, from)
    last = to
    at = body.indexOf('\n---', to)
    isFound = at >= 0
  }
  push(last, body.length)
  return documents
}

/**
 * Take rendered files apart and sort what is in them.
 * @throws {ChartError} for what is no YAML, or no object
 */
export function sortManifests(
  files: ReadonlyMap<string, string>,
  helm: HelmVersion,
): { readonly manifests: readonly RenderedManifest[]; readonly hooks: readonly RenderedManifest[] } {
  const manifests: RenderedManifest[] = []
  const hooks: RenderedManifest[] = []
  for (const path of [...files.keys()].sort()) {
    const content = files.get(path) ?? ''
    if (path.slice(path.lastIndexOf('/') + 1).startsWith('_') || content.trim() === '') continue
    for (const { text, line } of splitDocuments(content)) {
      const manifest = readManifest(path, text, line, helm)
      if (manifest.hookEvents === undefined) manifests.push(manifest)
      // A hook of which one event is unknown is dropped.
      else if (manifest.hookEvents.every((event) => events.has(event))) hooks.push(manifest)
    }
  }
  return { manifests: byKind(manifests, helm), hooks: byKind(hooks, helm) }
}

/** Helm checks a document without its last line end, and prints it with one: whoever reads what it prints gets the end of a block scalar too. */
function parsed(text: string): unknown {
  try {
    return parseYaml(`${text}\n`)
  } catch (error) {
    if (!(error instanceof YamlError)) throw error
    // Lines and causes are those of what Helm reads.
    return parseYaml(text)
  }
}

function readManifest(path: string, text: string, line: number, helm: HelmVersion): RenderedManifest {
  const fail = (why: string, cause?: unknown): never => {
    throw new ChartError('CHART_RENDER', `YAML parse error on ${path}: ${why}`, cause === undefined ? undefined : { cause })
  }
  let value: unknown
  try {
    value = parsed(text)
  } catch (error) {
    if (!(error instanceof YamlError)) throw error
    fail(`error converting YAML to JSON: ${goYamlMessage(error, text)}`, error)
  }
  const decoding = 'error unmarshaling JSON: while decoding JSON: json: cannot unmarshal'
  if (value === undefined || value === null) return { path, text, kind: '', apiVersion: '', object: undefined, hookEvents: undefined, line }
  if (!isMap(value)) return fail(`${decoding} ${jsonKind(value)} into Go value of type ${helm === 3 ? 'releaseutil' : 'util'}.SimpleHead`)
  const field = (given: unknown, name: string): string => {
    const scalar = scalarText(given)
    return scalar ?? fail(`${decoding} ${jsonKind(given)} into Go struct field ${name} of type string`)
  }
  const kind = field(anyCase(value, 'kind'), 'SimpleHead.kind')
  const apiVersion = field(anyCase(value, 'apiVersion'), 'SimpleHead.apiVersion')
  const metadata = anyCase(value, 'metadata')
  if (metadata !== undefined && metadata !== null && !isMap(metadata))
    fail(
      `${decoding} ${jsonKind(metadata)} into Go struct field SimpleHead.metadata of type struct { Name string "json:\\"name\\""; Annotations map[string]string "json:\\"annotations\\"" }`,
    )
  const annotations = isMap(metadata) ? anyCase(metadata, 'annotations') : undefined
  if (annotations !== undefined && annotations !== null && !isMap(annotations))
    fail(`${decoding} ${jsonKind(annotations)} into Go struct field .metadata.annotations of type map[string]string`)
  if (isMap(annotations)) for (const given of Object.values(annotations)) field(given, '.metadata.annotations')
  const hook = isMap(annotations) && Object.hasOwn(annotations, 'helm.sh/hook') ? scalarText(annotations['helm.sh/hook']) : undefined
  return {
    path,
    text,
    kind,
    apiVersion,
    object: value,
    hookEvents: hook?.split(',').map((event) => event.trim().toLowerCase()),
    line,
  }
}

/** A member as Go's reader finds it: under its own name, or else under one that differs in case. The last one counts. */
function anyCase(map: GoMap, name: string): unknown {
  if (Object.hasOwn(map, name)) return map[name]
  const other = Object.keys(map)
    .sort(compareBytes)
    .findLast((key) => key.toLowerCase() === name.toLowerCase())
  return other === undefined ? undefined : map[other]
}

/** Known kinds in order of installation, the others behind them by name; otherwise as they come. */
function byKind(manifests: readonly RenderedManifest[], helm: HelmVersion): readonly RenderedManifest[] {
  const order = orders[helm]
  return [...manifests].sort((a, b) => {
    const [first, second] = [order.get(a.kind), order.get(b.kind)]
    if (first !== undefined && second !== undefined) return first - second
    if (first === undefined && second === undefined) return a.kind < b.kind ? -1 : a.kind > b.kind ? 1 : 0
    return first === undefined ? 1 : -1
  })
}
