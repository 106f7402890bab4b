// Definitions of Application and AppProject: names, scope, columns and the types of the members that Plumbline reads. Everything else is kept as
// it is, so that objects written for other versions of Argo CD lose nothing.
import type { KubernetesObject } from '@plumbline/core'

type Schema = Readonly<Record<string, unknown>>

const text: Schema = { type: 'string' }
const flag: Schema = { type: 'boolean' }
const whole: Schema = { type: 'integer' }
const open: Schema = { type: 'object', 'x-kubernetes-preserve-unknown-fields': true }
const list = (items: Schema): Schema => ({ type: 'array', items })
const object = (properties: Readonly<Record<string, Schema>>, required: readonly string[] = []): Schema => ({
  ...open,
  properties,
  ...(required.length === 0 ? {} : { required }),
})

const source = object(
  {
    repoURL: text,
    path: text,
    targetRevision: text,
    chart: text,
    ref: text,
    name: text,
    directory: object({ recurse: flag, include: text, exclude: text, disableExtensionFilter: flag }),
    helm: open,
    kustomize: open,
    plugin: open,
  },
  ['repoURL'],
)
const retry = object({ limit: whole, refresh: flag, backoff: object({ duration: text, factor: whole, maxDuration: text }) })

const applicationSpec = object(
  {
    project: text,
    source,
    sources: list(source),
    destination: object({ server: text, name: text, namespace: text }),
    syncPolicy: object({
      automated: object({ prune: flag, selfHeal: flag, allowEmpty: flag, enabled: flag }),
      syncOptions: list(text),
      retry,
      managedNamespaceMetadata: object({ labels: { type: 'object', additionalProperties: text }, annotations: { type: 'object', additionalProperties: text } }),
    }),
    ignoreDifferences: list(
      object(
        { group: text, kind: text, name: text, namespace: text, jsonPointers: list(text), jqPathExpressions: list(text), managedFieldsManagers: list(text) },
        ['kind'],
      ),
    ),
    revisionHistoryLimit: { type: 'integer', format: 'int64' },
    info: list(object({ name: text, value: text }, ['name', 'value'])),
  },
  ['destination', 'project'],
)

const operation = object({ sync: open, initiatedBy: open, info: list(open), retry })

function definition(
  plural: string,
  kind: string,
  shortNames: readonly string[],
  schema: Readonly<Record<string, Schema>>,
  columns: readonly Schema[],
): KubernetesObject {
  return {
    apiVersion: 'apiextensions.k8s.io/v1',
    kind: 'CustomResourceDefinition',
    metadata: { name: `${plural}.argoproj.io`, labels: { 'app.kubernetes.io/part-of': 'argocd' } },
    spec: {
      group: 'argoproj.io',
      names: { kind, listKind: `${kind}List`, plural, singular: kind.toLowerCase(), shortNames },
      scope: 'Namespaced',
      versions: [
        {
          name: 'v1alpha1',
          served: true,
          storage: true,
          ...(columns.length === 0 ? {} : { additionalPrinterColumns: columns }),
          schema: {
            openAPIV3Schema: {
              type: 'object',
              required: ['metadata', 'spec'],
              properties: { apiVersion: text, kind: text, metadata: { type: 'object' }, ...schema },
            },
          },
        },
      ],
    },
  }
}

/** The definitions, ready to be applied. There is no status subresource, as in Argo CD: status is written with the object. */
export const argoDefinitions: readonly KubernetesObject[] = [
  definition('applications', 'Application', ['app', 'apps'], { spec: applicationSpec, operation, status: open }, [
    { name: 'Sync Status', type: 'string', jsonPath: '.status.sync.status' },
    { name: 'Health Status', type: 'string', jsonPath: '.status.health.status' },
    { name: 'Revision', type: 'string', jsonPath: '.status.sync.revision', priority: 10 },
    { name: 'Project', type: 'string', jsonPath: '.spec.project', priority: 10 },
  ]),
  definition(
    'appprojects',
    'AppProject',
    ['appproj', 'appprojs'],
    { spec: object({ description: text, sourceRepos: list(text), destinations: list(open) }), status: open },
    [],
  ),
]
