// Rules of CustomResourceDefinitions. Follows apiextensions-apiserver `pkg/apis/apiextensions/validation/validation.go`.
import { checkStructuralSchema, printed } from '@plumbline/schema'
import { checkRuleDefinitions } from '../cel/validate.ts'
import { label1035Problems, subdomainProblems } from '../names.ts'
import type { FieldError } from '../status-errors.ts'
import { isEqual, isObject, objectOf, objectsOf, valueAt } from '../types.ts'
import type { JsonObject, KubeObject } from '../types.ts'

/** Problems of a definition, new or changed. */
export function validateDefinition(object: KubeObject): FieldError[] {
  const spec = objectOf(object['spec'])
  const versions = objectsOf(spec['versions'])
  return [
    ...groupProblems(spec),
    ...versionProblems(spec, versions),
    ...namesProblems(objectOf(spec['names'])),
    ...partsProblems(versions),
    ...conversionProblems(objectOf(spec['conversion'])),
    ...storedProblems(object, versions),
    ...approvalProblems(object),
  ]
}

/** Problems of the name, which the definition's own names determine. */
export function definitionNameProblems(object: KubeObject): string[] {
  const name = object.metadata.name ?? ''
  const wanted = `${printed(valueAt(object, 'spec', 'names', 'plural'))}.${printed(valueAt(object, 'spec', 'group'))}`
  return [...subdomainProblems(name), ...(name === wanted ? [] : ['must be spec.names.plural+"."+spec.group'])]
}

/** What may not change: the group and the plural ever, scope and kind once the kind is served. */
export function validateDefinitionUpdate(before: KubeObject, after: KubeObject): FieldError[] {
  const isEstablished = objectsOf(valueAt(before, 'status', 'conditions')).some(({ type, status }) => type === 'Established' && status === 'True')
  const paths = [...(isEstablished ? ['spec.scope', 'spec.names.kind'] : []), 'spec.group', 'spec.names.plural']
  return paths.flatMap((path): FieldError[] => {
    const [old, next] = [valueAt(before, ...path.split('.')), valueAt(after, ...path.split('.'))]
    return isEqual(old, next) ? [] : [{ type: 'Invalid', path, value: next, detail: 'field is immutable' }]
  })
}

function groupProblems(spec: JsonObject): FieldError[] {
  const errors: FieldError[] = []
  const group = printed(spec['group'])
  if (group === '') errors.push({ type: 'Required', path: 'spec.group', detail: '' })
  else if (subdomainProblems(group).length > 0) errors.push({ type: 'Invalid', path: 'spec.group', value: group, detail: subdomainProblems(group).join(',') })
  else if (!group.includes('.')) errors.push({ type: 'Invalid', path: 'spec.group', value: group, detail: 'should be a domain with at least one dot' })
  const scope = printed(spec['scope'])
  if (scope === '') errors.push({ type: 'Required', path: 'spec.scope', detail: '' })
  else if (scope !== 'Cluster' && scope !== 'Namespaced')
    errors.push({ type: 'NotSupported', path: 'spec.scope', value: scope, detail: 'supported values: "Cluster", "Namespaced"' })
  if (spec['preserveUnknownFields'] === true)
    errors.push({
      type: 'Invalid',
      path: 'spec.preserveUnknownFields',
      value: true,
      detail: 'cannot set to true, set x-kubernetes-preserve-unknown-fields to true in spec.versions[*].schema instead',
    })
  return errors
}

function versionProblems(_spec: JsonObject, versions: readonly JsonObject[]): FieldError[] {
  const errors: FieldError[] = []
  const names = new Set<string>()
  for (const [index, version] of versions.entries()) {
    if (!isObject(valueAt(version, 'schema', 'openAPIV3Schema')))
      errors.push({ type: 'Required', path: `spec.versions[${index}].schema.openAPIV3Schema`, detail: '' })
  }
  let hasDuplicates = false
  for (const [index, version] of versions.entries()) {
    const name = printed(version['name'])
    hasDuplicates ||= names.has(name)
    names.add(name)
    const problems = label1035Problems(name)
    if (problems.length > 0) errors.push({ type: 'Invalid', path: `spec.versions[${index}].name`, value: name, detail: problems.join(',') })
  }
  const shown = versions.map(goVersion)
  if (hasDuplicates) errors.push({ type: 'Invalid', path: 'spec.versions', value: shown, detail: 'must contain unique version names' })
  if (versions.filter(({ storage }) => storage === true).length !== 1)
    errors.push({ type: 'Invalid', path: 'spec.versions', value: shown, detail: 'must have exactly one version marked as storage version' })
  return errors
}

/** A version as Go prints it; what all versions share has been moved out by then. */
function goVersion(version: JsonObject): JsonObject {
  return {
    Name: printed(version['name']),
    Served: version['served'] === true,
    Storage: version['storage'] === true,
    Deprecated: version['deprecated'] === true,
    DeprecationWarning: version['deprecationWarning'] ?? null,
    Schema: null,
    Subresources: null,
    AdditionalPrinterColumns: null,
    SelectableFields: null,
  }
}

function namesProblems(names: JsonObject): FieldError[] {
  const missing = ['plural', 'singular', 'kind', 'listKind'].filter((name) => printed(names[name]) === '')
  return [...missing.map((name) => ({ type: 'Required' as const, path: `spec.names.${name}`, detail: '' })), ...formProblems(names, 'spec.names')]
}

/** Problems of the names that are given. */
export function formProblems(names: JsonObject, path: string): FieldError[] {
  const errors: FieldError[] = []
  const given = (name: string): string => printed(names[name])
  const checkName = (at: string, value: string, isMixed: boolean): void => {
    const problems = label1035Problems(isMixed ? value.toLowerCase() : value)
    if (problems.length === 0) return
    const detail = `${isMixed ? 'may have mixed case, but should otherwise match: ' : ''}${problems.join(',')}`
    errors.push({ type: 'Invalid', path: at, value, detail })
  }
  const checkList = (list: string): void => {
    for (const [index, name] of (Array.isArray(names[list]) ? names[list] : []).entries()) checkName(`${path}.${list}[${index}]`, printed(name), false)
  }
  for (const name of ['plural', 'singular', 'kind', 'listKind'])
    if (given(name) !== '') checkName(`${path}.${name}`, given(name), name === 'kind' || name === 'listKind')
  checkList('shortNames')
  if (given('kind') !== '' && given('kind') === given('listKind'))
    errors.push({ type: 'Invalid', path: `${path}.listKind`, value: given('listKind'), detail: 'kind and listKind may not be the same' })
  checkList('categories')
  return errors
}

/** Schemas, columns and the like: where all versions say the same, it counts as said once, for all. */
function partsProblems(versions: readonly JsonObject[]): FieldError[] {
  const errors: FieldError[] = []
  const [first] = versions
  const isShared = (name: string): boolean => versions.every((version) => isEqual(version[name] ?? null, first?.[name] ?? null))
  const each = (name: string, check: (version: JsonObject, path: string) => FieldError[], shared: string): void => {
    if (first === undefined) return
    if (isShared(name)) errors.push(...check(first, shared))
    else for (const [index, version] of versions.entries()) errors.push(...check(version, `spec.versions[${index}].${name}`))
  }
  each('schema', (version, path) => schemaProblems(version, path), 'spec.validation')
  each('subresources', (version, path) => subresourceProblems(objectOf(version['subresources']), path), 'spec.subresources')
  each('additionalPrinterColumns', (version, path) => columnProblems(objectsOf(version['additionalPrinterColumns']), path), 'spec.additionalPrinterColumns')
  each('selectableFields', (version, path) => selectableProblems(version, path), 'spec.selectableFields')
  return errors
}

function schemaProblems(version: JsonObject, path: string): FieldError[] {
  const schema = valueAt(version, 'schema', 'openAPIV3Schema')
  if (!isObject(schema)) return []
  const problems = checkStructuralSchema(schema, `${path}.openAPIV3Schema`)
  // Rules are about a schema that stands.
  return problems.length > 0 ? problems : checkRuleDefinitions(schema, `${path}.openAPIV3Schema`)
}

function subresourceProblems({ scale }: JsonObject, path: string): FieldError[] {
  if (!isObject(scale)) return []
  const errors: FieldError[] = []
  const rules: readonly (readonly [name: string, root: string, isRequired: boolean])[] = [
    ['specReplicasPath', '.spec', true],
    ['statusReplicasPath', '.status', true],
    ['labelSelectorPath', '', false],
  ]
  for (const [name, root, isRequired] of rules) {
    const value = printed(scale[name])
    const at = `${path}.scale.${name}`
    if (value === '') {
      if (isRequired) errors.push({ type: 'Required', path: at, detail: '' })
    } else if (!/^\.[\w.-]+$/.test(value)) errors.push({ type: 'Invalid', path: at, value, detail: 'must be a simple json path starting with .' })
    else if (root !== '' && !value.startsWith(`${root}.`)) errors.push({ type: 'Invalid', path: at, value, detail: `should be a json path under ${root}` })
    else if (root === '' && !value.startsWith('.spec.') && !value.startsWith('.status.'))
      errors.push({ type: 'Invalid', path: at, value, detail: 'should be a json path under either .spec or .status' })
  }
  return errors
}

const columnTypes = ['boolean', 'date', 'integer', 'number', 'string']
const columnFormats = ['byte', 'date', 'date-time', 'double', 'float', 'int32', 'int64', 'password']

function columnProblems(columns: readonly JsonObject[], path: string): FieldError[] {
  return columns.flatMap((column, index) => {
    const errors: FieldError[] = []
    const at = `${path}[${index}]`
    const [name, type, format, jsonPath] = [column['name'], column['type'], column['format'], column['jsonPath']].map((value) => printed(value))
    if (name === '') errors.push({ type: 'Required', path: `${at}.name`, detail: '' })
    if (type === '') errors.push({ type: 'Required', path: `${at}.type`, detail: `must be one of ${columnTypes.join(',')}` })
    else if (!columnTypes.includes(type ?? ''))
      errors.push({ type: 'Invalid', path: `${at}.type`, value: type, detail: `must be one of ${columnTypes.join(',')}` })
    if (format !== '' && !columnFormats.includes(format ?? ''))
      errors.push({ type: 'Invalid', path: `${at}.format`, value: format, detail: `must be one of ${columnFormats.join(',')}` })
    if (jsonPath === '') errors.push({ type: 'Required', path: `${at}.JSONPath`, detail: '' })
    else if (!(jsonPath ?? '').startsWith('.'))
      errors.push({ type: 'Invalid', path: `${at}.JSONPath`, value: jsonPath, detail: 'must be a simple json path starting with .' })
    return errors
  })
}

const selectableTypes = new Set(['string', 'boolean', 'integer'])

function selectableProblems(version: JsonObject, path: string): FieldError[] {
  const seen = new Set<string>()
  return objectsOf(version['selectableFields']).flatMap((field, index): FieldError[] => {
    const value = printed(field['jsonPath'])
    const at = `${path}[${index}].jsonPath`
    if (value === '') return [{ type: 'Required', path: at, detail: '' }]
    if (!/^(?:\.[\w$-]+)+$/.test(value)) return [{ type: 'Invalid', path: at, value, detail: 'must be a simple json path starting with .' }]
    if (value.startsWith('.metadata.')) return [{ type: 'Invalid', path: at, value, detail: 'must not point to fields in metadata' }]
    const target = value
      .split('.')
      .slice(1)
      .reduce<JsonObject | undefined>(
        (schema, name) => {
          const inner = valueAt(schema, 'properties', name)
          return isObject(inner) ? inner : undefined
        },
        objectOf(valueAt(version, 'schema', 'openAPIV3Schema')),
      )
    if (target === undefined) return [{ type: 'Invalid', path: at, value, detail: 'is an invalid path: does not refer to a valid field' }]
    if (!selectableTypes.has(printed(target['type'])))
      return [
        {
          type: 'Invalid',
          path: at,
          value,
          detail: 'must point to a field of type string, boolean or integer. Enum string fields and strings with formats are allowed.',
        },
      ]
    if (seen.has(value)) return [{ type: 'Duplicate', path: at, value, detail: '' }]
    seen.add(value)
    return []
  })
}

function conversionProblems({ strategy, webhook }: JsonObject): FieldError[] {
  const path = 'spec.conversion'
  const client = valueAt(webhook, 'clientConfig')
  const reviews = valueAt(webhook, 'conversionReviewVersions')
  if (strategy === undefined || strategy === '') return [{ type: 'Required', path: `${path}.strategy`, detail: '' }]
  if (strategy === 'None') {
    const errors: FieldError[] = []
    if (client !== undefined)
      errors.push({ type: 'Forbidden', path: `${path}.webhookClientConfig`, detail: 'should not be set when strategy is not set to Webhook' })
    if (Array.isArray(reviews) && reviews.length > 0)
      errors.push({ type: 'Forbidden', path: `${path}.conversionReviewVersions`, detail: 'should not be set when strategy is not set to Webhook' })
    return errors
  }
  if (strategy !== 'Webhook') return [{ type: 'NotSupported', path: `${path}.strategy`, value: strategy, detail: 'supported values: "None", "Webhook"' }]
  const errors: FieldError[] = []
  if (!isObject(client)) errors.push({ type: 'Required', path: `${path}.webhookClientConfig`, detail: 'required when strategy is set to Webhook' })
  else if ((client['url'] === undefined) === (client['service'] === undefined))
    errors.push({ type: 'Required', path: `${path}.webhookClientConfig`, detail: 'exactly one of url or service is required' })
  if (!Array.isArray(reviews) || reviews.length === 0) errors.push({ type: 'Required', path: `${path}.conversionReviewVersions`, detail: '' })
  else if (!reviews.includes('v1') && !reviews.includes('v1beta1'))
    errors.push({ type: 'Invalid', path: `${path}.conversionReviewVersions`, value: reviews, detail: 'must include at least one of v1, v1beta1' })
  return errors
}

function storedProblems(object: KubeObject, versions: readonly JsonObject[]): FieldError[] {
  const stored = valueAt(object, 'status', 'storedVersions')
  const list = Array.isArray(stored) ? stored.map(String) : []
  const path = 'status.storedVersions'
  if (list.length === 0) return [{ type: 'Invalid', path, value: stored ?? null, detail: 'must have at least one stored version' }]
  const errors: FieldError[] = []
  const storage = versions.findLast((version) => version['storage'] === true)
  for (const [index, name] of list.entries())
    if (!versions.some((version) => version['name'] === name))
      errors.push({
        type: 'Invalid',
        path: `status.storedVersions[${index}]`,
        value: name,
        detail: `missing from spec.versions; ${name} was previously a storage version, and must remain in spec.versions until a storage migration ensures no data remains persisted in ${name} and removes ${name} from status.storedVersions`,
      })
  if (storage !== undefined && !list.includes(printed(storage['name'])))
    errors.push({ type: 'Invalid', path, value: list, detail: `must have the storage version ${printed(storage['name'])}` })
  return errors
}

const approval = 'api-approved.kubernetes.io'

/** Groups of the Kubernetes community are for APIs that it has reviewed. */
function approvalProblems(object: KubeObject): FieldError[] {
  const group = printed(valueAt(object, 'spec', 'group'))
  if (!/(?:^|\.)(?:k8s|kubernetes)\.io$/.test(group)) return []
  const value = object.metadata.annotations?.[approval]
  const path = `metadata.annotations[${approval}]`
  if (value === undefined || value === '')
    return [
      {
        type: 'Required',
        path,
        detail: `protected groups must have approval annotation ${JSON.stringify(approval)}, see https://github.com/kubernetes/enhancements/pull/1111`,
      },
    ]
  if (/^https?:\/\/\S+$/.test(value) || value.startsWith('unapproved')) return []
  return [
    {
      type: 'Invalid',
      path,
      value,
      detail: `protected groups must have approval annotation ${JSON.stringify(approval)} with either a URL or a reason starting with "unapproved", see https://github.com/kubernetes/enhancements/pull/1111`,
    },
  ]
}
