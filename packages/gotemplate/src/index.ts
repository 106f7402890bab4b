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
export { builtinFunctions, builtinFunctionsOf } from './functions/builtins.ts'
export { sprigFunctions } from './functions/sprig.ts'
export { Time as GoTime } from './functions/time-value.ts'
export { fixedZone, utc as utcZone } from './functions/time-zones.ts'
export type { TimeZone } from './functions/time-zones.ts'
export { seededRandom } from './functions/seeded-random.ts'
export { parseConstraints, satisfies, Version } from './functions/semver.ts'
export { base64 } from './functions/base-encodings.ts'
export { firstTooLarge, toJson } from './functions/encoding.ts'
export { jsonErrorText } from './functions/json-errors.ts'
export { deepCopy } from './functions/dicts.ts'
export { base as baseName, clean as cleanPath } from './functions/paths.ts'
export type { CertificatePort, CertificateRequest, SprigPorts } from './functions/ports.ts'
export { formatFloat, GoInt, goInt } from './numbers.ts'
export type { IntKind } from './numbers.ts'
export { valueText } from './format.ts'
export { sprintf } from './printf.ts'
export {
  compareBytes,
  HostObject,
  isMap,
  isNilList,
  isNilMap,
  isTrue,
  nilList,
  nilMap,
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
