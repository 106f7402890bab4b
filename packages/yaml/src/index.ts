// A fast YAML reader and writer with the scalar rules of Kubernetes tools.
export { formatJson, parseJson } from './json.ts'
export type { JsonWriteOptions } from './json.ts'
export { parseYaml, parseYamlDocuments } from './reader.ts'
export type { ScalarRules, YamlDocument, YamlLimits, YamlReadOptions, YamlWarning } from './options.ts'
export { YamlError } from './errors.ts'
export type { YamlErrorCode } from './errors.ts'
export { formatYaml, formatYamlDocuments } from './writer.ts'
export type { YamlStyle, YamlWriteOptions } from './writer.ts'
