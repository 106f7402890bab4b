// Prefixes and suffixes of names. Follows kustomize v5.7 `api/internal/builtins/PrefixTransformer.go`.
import { visitField } from '../field-spec.ts'
import type { FieldSpec } from '../field-spec.ts'
import { isSelectedBy } from '../resource-id.ts'
import type { Gvk } from '../resource-id.ts'
import type { ResourceMap } from '../resource-map.ts'
import { originalIdOf, rememberId, textOf } from '../resource.ts'

/** Which end of the name. */
export type AffixEnd = 'prefix' | 'suffix'

/** Names of these kinds follow from what is in them, or stand for themselves. */
function isFixed({ group, kind }: Gvk): boolean {
  return kind === 'Namespace' || kind === 'CustomResourceDefinition' || (kind === 'APIService' && group === 'apiregistration.k8s.io')
}

/** Adds the text to one end of the names. */
export function applyAffix(map: ResourceMap, end: AffixEnd, text: string, fieldSpecs: readonly FieldSpec[]): void {
  if (text === '') return
  const added = (value: unknown): string => (end === 'prefix' ? text + textOf(value) : textOf(value) + text)
  // Kinds were those of the original; what they are now does not matter.
  const places = fieldSpecs.map((spec) => ({ spec, everywhere: { ...spec, group: '', version: '', kind: '' } }))
  for (const resource of map.list) {
    const id = originalIdOf(resource)
    if (isFixed(id)) continue
    for (const { spec, everywhere } of places) {
      if (!isSelectedBy(id, spec)) continue
      if (spec.path === 'metadata/name') {
        if (end === 'prefix') resource.prefixes = [...resource.prefixes, text]
        else resource.suffixes = [...resource.suffixes, text]
        rememberId(resource)
      }
      visitField(resource.object, everywhere, added)
    }
  }
  map.touch()
}
