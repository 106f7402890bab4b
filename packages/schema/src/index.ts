// What Kubernetes types are, and how their objects are patched, merged, defaulted and validated. Pure functions on plain objects.
export { builtInResources } from './kubernetes/resources.ts'
export type { ResourceFact, SubresourceFact } from './kubernetes/resources.ts'
export { isNamedText, typeSchemaNamed, typeSchemaOf } from './kubernetes/types.ts'
export type { GroupVersionKind } from './kubernetes/types.ts'
export { isAtomic, itemSchema, memberSchema, untypedSchema, withoutZeros, withZeroMembers, zeroValueOf } from './type-schema.ts'
export type { AnySchema, ListSchema, MapSchema, ObjectSchema, PatchMarks, ScalarSchema, ScalarType, TypeSchema } from './type-schema.ts'
export { typeSchemaOfCrd } from './crd-schema.ts'
export { canonicalizeQuantities, canonicalQuantity, compareQuantities, formatQuantity, isQuantity, parseQuantity } from './quantity.ts'
export type { Quantity, QuantityFormat } from './quantity.ts'
export { PatchError, SchemaError } from './errors.ts'
export type { SchemaErrorCode } from './errors.ts'
export { applyJsonPatch } from './json-patch.ts'
export { applyMergePatch } from './merge-patch.ts'
export { applyStrategicMergePatch } from './strategic-merge.ts'
export { createThreeWayMergePatch } from './three-way.ts'
export { predictApply } from './structured-merge/predict-apply.ts'
export { applyConfiguration, describe as describeManager, recordUpdate } from './structured-merge/apply.ts'
export type { AnyObject, ApplyConflict, ApplyOutcome, ApplyRequest, UpdateRequest } from './structured-merge/apply.ts'
export {
  differenceOfSets,
  emptySet,
  formatFieldSet,
  formatPath,
  intersectionOfSets,
  isEmptySet,
  parseFieldSet,
  pathsOf,
  setOfMembers,
  unionSets,
} from './structured-merge/field-set.ts'
export type { FieldSet } from './structured-merge/field-set.ts'
export { decodeManagers, encodeManagers } from './structured-merge/managers.ts'
export type { ManagedFieldsEntry, Manager } from './structured-merge/managers.ts'
export { checkTyped, compareTyped, fieldSetOf, mergeTyped, removeFields } from './structured-merge/typed.ts'
export { defaultObject } from './defaults/default-object.ts'
export { containerResources } from './defaults/pod-resources.ts'
export { inGoOrder, internalForm } from './go-forms.ts'
export { canonicalText, goText, printed } from './values.ts'
export { checkFields } from './check-fields.ts'
export type { CheckedFields } from './check-fields.ts'
export { pruneObject } from './structural-schema/prune.ts'
export type { Pruned } from './structural-schema/prune.ts'
export { checkStructuralSchema } from './structural-schema/check.ts'
export { defaultStructural, dropNulls } from './structural-schema/defaults.ts'
export { validateStructural } from './structural-schema/validate.ts'
export type { FieldProblem } from './structural-schema/validate.ts'
export { goJsonError } from './go-json-error.ts'
