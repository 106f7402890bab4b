// References and labels that the schemas of custom kinds speak of. Follows kustomize v5.7 `api/internal/accumulator/loadconfigfromcrds.go`.
import type { NameReference, TransformerConfiguration } from './configuration/transformer-configuration.ts'
import type { FieldSpec } from './field-spec.ts'
import { groupVersionOf } from './resource-id.ts'
import { isMap } from './resource.ts'
import type { JsonMap } from './resource.ts'

const maxDepth = 30

/** Tables out of the definitions of an OpenAPI document; kinds are the definitions with `apiVersion`, `kind` and `metadata`. */
export function configurationOfCrds(document: unknown): Partial<TransformerConfiguration> {
  const definitions = isMap(document) ? document : {}
  const commonLabels: FieldSpec[] = []
  const commonAnnotations: FieldSpec[] = []
  const nameReference: NameReference[] = []
  for (const [name, definition] of Object.entries(definitions)) {
    const schema = isMap(definition) && isMap(definition['Schema']) ? definition['Schema'] : definition
    if (
      !isMap(schema) ||
      !isMap(schema['properties']) ||
      !['kind', 'apiVersion', 'metadata'].every((member) => Object.hasOwn(schema['properties'] as JsonMap, member))
    )
      continue
    const kind = name.slice(name.lastIndexOf('.') + 1)
    visit(schema, [], definitions, 0, (path, member) => {
      const at = { kind, path: path.join('/') }
      if ('x-kubernetes-annotation' in member) commonAnnotations.push(at)
      if ('x-kubernetes-label-selector' in member) commonLabels.push(at)
      if ('x-kubernetes-identity' in member) nameReference.push({ kind, fieldSpecs: [at] })
      const [version, target] = [member['x-kubernetes-object-ref-api-version'], member['x-kubernetes-object-ref-kind']]
      if (typeof version !== 'string' || typeof target !== 'string') return
      const nameKey = typeof member['x-kubernetes-object-ref-name-key'] === 'string' ? member['x-kubernetes-object-ref-name-key'] : 'name'
      nameReference.push({ ...groupVersionOf(version), kind: target, fieldSpecs: [{ kind, path: [...path, nameKey].join('/') }] })
    })
  }
  return { commonLabels, commonAnnotations, nameReference }
}

function visit(schema: JsonMap, path: readonly string[], definitions: JsonMap, depth: number, found: (path: readonly string[], member: JsonMap) => void): void {
  if (depth > maxDepth || !isMap(schema['properties'])) return
  for (const [name, member] of Object.entries(schema['properties'])) {
    if (!isMap(member)) continue
    const at = [...path, name]
    found(at, member)
    const reference = isMap(member['items']) ? member['items']['$ref'] : member['$ref']
    const target = typeof reference === 'string' ? definitions[reference.replace('#/definitions/', '')] : member
    const inner = isMap(target) && isMap(target['Schema']) ? target['Schema'] : target
    if (isMap(inner)) visit(inner, at, definitions, depth + 1, found)
  }
}
