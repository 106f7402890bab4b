// The transformers that the fields of a kustomization stand for, in the one order in which Kustomize runs them. Follows kustomize v5.7 `api/internal/target/kusttarget_configplugin.go`.
import type { TransformerConfiguration } from './configuration/transformer-configuration.ts'
import { mergeFieldSpecs } from './configuration/transformer-configuration.ts'
import type { FieldSpec } from './field-spec.ts'
import type { Kustomization } from './kustomization.ts'
import type { JsonMap } from './resource.ts'

/** A transformer and its configuration. */
export interface TransformerStep {
  readonly kind: string
  readonly config: JsonMap
}

export function transformerSteps(kustomization: Kustomization, configuration: TransformerConfiguration): readonly TransformerStep[] {
  const steps: TransformerStep[] = []
  const add = (kind: string, config: JsonMap): void => void steps.push({ kind, config })
  if (kustomization.patchesStrategicMerge.length > 0) add('PatchStrategicMergeTransformer', { paths: kustomization.patchesStrategicMerge })
  for (const entry of kustomization.patches) add('PatchTransformer', entry)
  if (kustomization.namespace !== '') add('NamespaceTransformer', { metadata: { namespace: kustomization.namespace }, fieldSpecs: configuration.namespace })
  if (kustomization.namePrefix !== '') add('PrefixTransformer', { prefix: kustomization.namePrefix, fieldSpecs: configuration.namePrefix })
  if (kustomization.nameSuffix !== '') add('SuffixTransformer', { suffix: kustomization.nameSuffix, fieldSpecs: configuration.nameSuffix })
  for (const label of kustomization.labels) add('LabelTransformer', labelConfig(label, configuration))
  // There is one for the common labels wherever there are labels at all: it shows in `transformerAnnotations`.
  if (kustomization.labels.length > 0 || Object.keys(kustomization.commonLabels).length > 0)
    add('LabelTransformer', { labels: kustomization.commonLabels, fieldSpecs: configuration.commonLabels })
  if (Object.keys(kustomization.commonAnnotations).length > 0)
    add('AnnotationsTransformer', { annotations: kustomization.commonAnnotations, fieldSpecs: configuration.commonAnnotations })
  for (const { target, path, patch } of kustomization.patchesJson6902) add('PatchJson6902Transformer', { target, path, jsonOp: patch })
  for (const replica of kustomization.replicas) add('ReplicaCountTransformer', { replica, fieldSpecs: configuration.replicas })
  for (const imageTag of kustomization.images) add('ImageTagTransformer', { imageTag, fieldSpecs: configuration.images })
  if (kustomization.replacements.length > 0) add('ReplacementTransformer', { replacements: kustomization.replacements })
  return steps
}

function labelConfig(entry: JsonMap, configuration: TransformerConfiguration): JsonMap {
  const own = (entry['fields'] ?? []) as readonly FieldSpec[]
  const specs = mergeFieldSpecs(own, configuration.labels)
  const templates = entry['includeTemplates'] === true ? mergeFieldSpecs(specs, configuration.templateLabels) : specs
  const fieldSpecs =
    entry['includeSelectors'] === true
      ? mergeFieldSpecs(specs, configuration.commonLabels)
      : mergeFieldSpecs(templates, [{ path: 'metadata/labels', create: true }])
  return { labels: entry['pairs'] ?? {}, fieldSpecs }
}
