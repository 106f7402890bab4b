// Manifests of one file.
import { isKubernetesObject } from '@plumbline/core'
import type { KubernetesObject } from '@plumbline/core'
import { parseYamlDocuments } from '@plumbline/yaml'

/** Objects of a multi-document text. @throws {YamlError} */
export function readManifests(text: string): KubernetesObject[] {
  return parseYamlDocuments(text)
    .map(({ value }) => value)
    .filter(isKubernetesObject)
}
