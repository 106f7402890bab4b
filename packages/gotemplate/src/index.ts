// Go's text/template with the Sprig functions: parsed once, run many times, bounded.
export { parseTemplate } from './parser.ts'
export type { Definition, ParsedTemplate, ParseOptions } from './parser.ts'
export { newBudget, TemplateSet } from './template-set.ts'
export type { ExecuteOptions } from './template-set.ts'
export { defaultLimits } from './limits.ts'
export type { Budget, TemplateLimits } from './limits.ts'
export { bytesOf, joinBytes, textOf, wellFormed } from './bytes.ts'
export { FunctionError, TemplateError } from './errors.ts'
export { fn } from './functions.ts'
export type { CallContext, FunctionMap, ParameterType, TemplateFunction, TemplateNames } from './functions.ts'
export { builtinFunctions } from './functions/builtins.ts'
export { sprigFunctions } from './functions/sprig.ts'
export { seededRandom } from './functions/seeded-random.ts'
export { parseConstraints, satisfies, Version } from './functions/semver.ts'
export { base64, toJson } from './functions/encoding.ts'
export { deepCopy } from './functions/dicts.ts'
export { base as baseName, clean as cleanPath } from './functions/paths.ts'
export type { CertificatePort, CertificateRequest, SprigPorts } from './functions/ports.ts'
export { formatFloat, GoInt, goInt } from './numbers.ts'
export type { IntKind } from './numbers.ts'
export { sprintf, valueText } from './format.ts'
export {
  compareBytes,
  HostObject,
  isMap,
  isNilList,
  isTrue,
  nilList,
  kindName,
  memberOf,
  methodOf,
  setMember,
  sortedKeys,
  structMembers,
  typed,
  typeName,
} from './values.ts'
export type { MethodLookup, GoMap, GoMethod, GoValue } from './values.ts'
