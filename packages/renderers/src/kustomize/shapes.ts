// Shapes of the fields of a kustomization and of the configurations of its plugins. The facts are those of kustomize v5.7 `api/types`.
import type { Shape } from './shape.ts'

const gvk = { group: 'text', version: 'text', kind: 'text' } as const
const id = { ...gvk, name: 'text', namespace: 'text' } as const
const fieldSpec: Shape = { fields: { ...gvk, path: 'text', create: 'flag' } }
const fieldSpecs: Shape = { list: fieldSpec }
const selector: Shape = { fields: { ...id, annotationSelector: 'text', labelSelector: 'text' } }
const fieldOptions: Shape = { fields: { delimiter: 'text', index: 'integer', encoding: 'text', create: 'flag' } }
const image: Shape = { fields: { name: 'text', newName: 'text', tagSuffix: 'text', newTag: 'text', digest: 'text' } }
const replica: Shape = { fields: { name: 'text', count: 'integer' } }
const generatorOptions = { labels: 'textMap', annotations: 'textMap', disableNameSuffixHash: 'flag', immutable: 'flag' } as const
const generator = {
  namespace: 'text',
  name: 'text',
  behavior: 'text',
  literals: 'texts',
  files: 'texts',
  envs: 'texts',
  env: 'text',
  options: { fields: generatorOptions },
} as const
const helmGlobals = { chartHome: 'text', configHome: 'text' } as const
const helmChart = {
  name: 'text',
  version: 'text',
  repo: 'text',
  releaseName: 'text',
  namespace: 'text',
  additionalValuesFiles: 'texts',
  valuesFile: 'text',
  valuesInline: 'any',
  valuesMerge: 'text',
  includeCRDs: 'flag',
  skipHooks: 'flag',
  apiVersions: 'texts',
  kubeVersion: 'text',
  nameTemplate: 'text',
  skipTests: 'flag',
  debug: 'flag',
  devel: 'flag',
} as const
const oldHelmChart = {
  chartName: 'text',
  chartVersion: 'text',
  chartRepoUrl: 'text',
  chartHome: 'text',
  chartRepoName: 'text',
  helmBin: 'text',
  helmHome: 'text',
  values: 'text',
} as const
const patch = { path: 'text', patch: 'text', target: selector, options: 'flagMap' } as const
const sortOptions: Shape = { fields: { order: 'text', legacySortOptions: { fields: { orderFirst: 'texts', orderLast: 'texts' } } } }

/** One entry of `replacements`. */
export const replacementShape: Shape = {
  fields: {
    path: 'text',
    source: { fields: { ...id, fieldPath: 'text', options: fieldOptions } },
    sourceValue: 'text',
    targets: { list: { fields: { select: selector, reject: { list: selector }, fieldPaths: 'texts', options: fieldOptions } } },
  },
}

/** A kustomization. */
export const kustomizationShape: { readonly fields: Readonly<Record<string, Shape>> } = {
  fields: {
    apiVersion: 'text',
    kind: 'text',
    metadata: 'any',
    openapi: 'textMap',
    namePrefix: 'text',
    nameSuffix: 'text',
    namespace: 'text',
    commonLabels: 'textMap',
    labels: { list: { fields: { pairs: 'textMap', includeSelectors: 'flag', includeTemplates: 'flag', fields: fieldSpecs } } },
    commonAnnotations: 'textMap',
    patchesStrategicMerge: 'texts',
    patchesJson6902: { list: { fields: patch } },
    patches: { list: { fields: patch } },
    images: { list: image },
    imageTags: { list: image },
    replacements: { list: replacementShape },
    replicas: { list: replica },
    vars: {
      list: {
        fields: { name: 'text', objref: { fields: { ...id, apiVersion: 'text' } }, fieldref: { fields: { fieldPath: 'text' } } },
      },
    },
    sortOptions,
    resources: 'texts',
    components: 'texts',
    crds: 'texts',
    bases: 'texts',
    configMapGenerator: { list: { fields: generator } },
    secretGenerator: { list: { fields: { ...generator, type: 'text' } } },
    helmGlobals: { fields: helmGlobals },
    helmCharts: { list: { fields: helmChart } },
    helmChartInflationGenerator: { list: { fields: { ...helmChart, ...oldHelmChart } } },
    generatorOptions: { fields: generatorOptions },
    configurations: 'texts',
    generators: 'texts',
    transformers: 'texts',
    validators: 'texts',
    buildMetadata: 'texts',
  },
}

/** Configurations of the built-in plugins. */
export const pluginShapes: Readonly<Record<string, Shape>> = {
  PatchStrategicMergeTransformer: { fields: { paths: 'texts', patches: 'text' } },
  PatchTransformer: { fields: patch },
  NamespaceTransformer: { fields: { fieldSpecs, unsetOnly: 'flag', setRoleBindingSubjects: 'text' } },
  PrefixTransformer: { fields: { prefix: 'text', fieldSpecs } },
  SuffixTransformer: { fields: { suffix: 'text', fieldSpecs } },
  PrefixSuffixTransformer: { fields: { prefix: 'text', suffix: 'text', fieldSpecs } },
  LabelTransformer: { fields: { labels: 'textMap', fieldSpecs } },
  AnnotationsTransformer: { fields: { annotations: 'textMap', fieldSpecs } },
  PatchJson6902Transformer: { fields: { target: selector, path: 'text', jsonOp: 'text' } },
  ReplicaCountTransformer: { fields: { replica, fieldSpecs } },
  ImageTagTransformer: { fields: { imageTag: image, fieldSpecs } },
  ReplacementTransformer: { fields: { replacements: { list: replacementShape } } },
  ValueAddTransformer: {
    fields: {
      value: 'text',
      targetFilePath: 'text',
      targets: { list: { fields: { selector, notSelector: selector, fieldPath: 'text', filePathPosition: 'integer' } } },
    },
  },
  ConfigMapGenerator: { fields: { ...generator, metadata: 'any' } },
  SecretGenerator: { fields: { ...generator, type: 'text', metadata: 'any' } },
  HelmChartInflationGenerator: { fields: { ...helmGlobals, ...helmChart } },
  IAMPolicyGenerator: {
    fields: {
      cloud: 'text',
      kubernetesService: { fields: { namespace: 'text', name: 'text' } },
      serviceAccount: { fields: { name: 'text', projectId: 'text' } },
    },
  },
}
