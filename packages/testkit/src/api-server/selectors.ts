// Label and field selectors. Follows apimachinery `pkg/labels/selector.go` and `pkg/fields/selector.go`.
import { printed } from '@plumbline/schema'
import { badRequest } from './status-errors.ts'
import type { KubeObject } from './types.ts'
import { isObject, valueAt } from './types.ts'

/** Whether an object is selected. */
export type Selector = (object: KubeObject) => boolean

interface Requirement {
  readonly key: string
  readonly operator: 'in' | 'notin' | 'exists' | '!' | '=' | '!=' | 'gt' | 'lt'
  readonly values: readonly string[]
}

const maxLength = 64 * 1024
const operators = 'in, notin, =, ==, !=, gt, lt'

/** @throws {StatusError} 400 in the words of the server's parser */
export function parseLabelSelector(text: string): Selector | undefined {
  if (text.trim() === '') return undefined
  if (text.length > maxLength) throw badRequest('the label selector is too long')
  const requirements = parseRequirements(text)
  return ({ metadata }) => requirements.every((requirement) => matches(requirement, metadata.labels ?? {}))
}

function matches({ key, operator, values }: Requirement, labels: Readonly<Record<string, string>>): boolean {
  const value = Object.hasOwn(labels, key) ? labels[key] : undefined
  switch (operator) {
    case 'in':
    case '=':
      return value !== undefined && values.includes(value)
    case 'notin':
    case '!=':
      return value === undefined || !values.includes(value)
    case 'exists':
      return value !== undefined
    case '!':
      return value === undefined
    default: {
      const [number, bound] = [Number(value), Number(values[0])]
      return value !== undefined && /^-?\d+$/.test(value) && (operator === 'gt' ? number > bound : number < bound)
    }
  }
}

interface Token {
  readonly kind: 'word' | 'symbol' | 'end'
  readonly text: string
}

function tokensOf(text: string): Token[] {
  const tokens: Token[] = []
  for (const match of text.matchAll(/\s+|==|!=|[=!,()<>]|[^\s=!,()<>]+/g)) {
    if (/^\s/.test(match[0])) continue
    tokens.push({ kind: /^[=!,()<>]/.test(match[0]) ? 'symbol' : 'word', text: match[0] })
  }
  tokens.push({ kind: 'end', text: '' })
  return tokens
}

function parseRequirements(text: string): Requirement[] {
  const tokens = tokensOf(text)
  let at = 0
  const peek = (): Token => tokens[at] ?? { kind: 'end', text: '' }
  const refuse = (found: string, expected: string): never => {
    throw badRequest(`found '${found}', expected: ${expected}`)
  }
  const fail = (found: string, expected: string): never => {
    throw badRequest(`unable to parse requirement: found '${found}', expected: ${expected}`)
  }
  const requirements: Requirement[] = []
  for (;;) {
    const token = peek()
    if (token.kind === 'end') return requirements
    if (token.text === '!') {
      at++
      const key = keyOf(peek(), fail)
      at++
      requirements.push({ key, operator: '!', values: [] })
    } else if (token.kind === 'word') requirements.push(parseRequirement())
    else refuse(token.text, "!, identifier, or 'end of string'")
    const after = peek()
    if (after.kind === 'end') return requirements
    if (after.text !== ',') refuse(after.text, "',' or 'end of string'")
    at++
    const next = peek()
    if (next.kind !== 'word' && next.text !== '!') refuse(next.text, "identifier after ','")
  }

  function parseRequirement(): Requirement {
    const key = keyOf(peek(), fail)
    at++
    const operator = peek()
    if (operator.kind === 'end' || operator.text === ',') return { key, operator: 'exists', values: [] }
    at++
    switch (operator.text) {
      case 'in':
      case 'notin':
        return { key, operator: operator.text, values: parseSet() }
      case '=':
      case '==':
        return { key, operator: '=', values: [parseValue()] }
      case '!=':
        return { key, operator: '!=', values: [parseValue()] }
      case '>':
      case 'gt':
        return { key, operator: 'gt', values: [integer(parseValue(), key)] }
      case '<':
      case 'lt':
        return { key, operator: 'lt', values: [integer(parseValue(), key)] }
      default:
        return fail(operator.text, operators)
    }
  }

  function parseValue(): string {
    const token = peek()
    if (token.kind === 'end' || token.text === ',') return ''
    if (token.kind !== 'word') fail(token.text, 'identifier')
    at++
    checkValue(token.text)
    return token.text
  }

  function parseSet(): string[] {
    if (peek().text !== '(') throw badRequest(`unable to parse requirement: found '${peek().text}' expected: '('`)
    at++
    const values: string[] = []
    for (;;) {
      const token = peek()
      if (token.kind === 'word') {
        checkValue(token.text)
        values.push(token.text)
        at++
        if (peek().text === ',') {
          at++
          if (peek().text === ')') values.push('')
        } else if (peek().text !== ')') fail(peek().text, "',' or ')'")
      } else if (token.text === ')') {
        at++
        // An empty set means the empty value.
        return values.length === 0 ? [''] : values
      } else if (token.text === ',') {
        values.push('')
        at++
      } else return fail(token.text, "',', ')' or identifier")
    }
  }
}

function keyOf(token: Token, fail: (found: string, expected: string) => never): string {
  if (token.kind !== 'word') return fail(token.text, 'identifier')
  const name = token.text.slice(token.text.lastIndexOf('/') + 1)
  if (!/^([A-Za-z0-9][-A-Za-z0-9_.]*)?[A-Za-z0-9]$/.test(name)) {
    throw badRequest(
      `unable to parse requirement: <nil>: Invalid value: ${JSON.stringify(token.text)}: name part must consist of alphanumeric characters, '-', '_' or '.', and must start and end with an alphanumeric character (e.g. 'MyName',  or 'my.name',  or '123-abc', regex used for validation is '([A-Za-z0-9][-A-Za-z0-9_.]*)?[A-Za-z0-9]')`,
    )
  }
  return token.text
}

function checkValue(value: string): void {
  if (value.length > 63) throw badRequest(`values[0][key]: Invalid value: ${JSON.stringify(value)}: must be no more than 63 characters`)
}

function integer(value: string, key: string): string {
  if (!/^-?\d+$/.test(value))
    throw badRequest(`values[0][${key}]: Invalid value: ${JSON.stringify(value)}: for 'Gt', 'Lt' operators, the value must be an integer`)
  return value
}

/** Field paths each kind can be selected by, besides name and namespace. */
const fieldsOfKind: Readonly<Record<string, readonly string[]>> = {
  Pod: [
    'spec.nodeName',
    'spec.restartPolicy',
    'spec.schedulerName',
    'spec.serviceAccountName',
    'spec.hostNetwork',
    'status.phase',
    'status.podIP',
    'status.podIPs',
    'status.nominatedNodeName',
  ],
  Node: ['spec.unschedulable'],
  Namespace: ['status.phase'],
  Secret: ['type'],
  Job: ['status.successful'],
  ReplicationController: ['status.replicas'],
  Service: ['spec.clusterIP', 'spec.type'],
  CertificateSigningRequest: ['spec.signerName'],
  Event: [
    'involvedObject.kind',
    'involvedObject.namespace',
    'involvedObject.name',
    'involvedObject.uid',
    'involvedObject.apiVersion',
    'involvedObject.resourceVersion',
    'involvedObject.fieldPath',
    'reason',
    'reportingComponent',
    'source',
    'type',
  ],
}

/** What a field selector asks for, and the name when it asks for exactly one. */
export interface FieldSelector {
  readonly matches: Selector
  readonly name: string | undefined
}

/** @throws {StatusError} 400 */
export function parseFieldSelector(text: string, kind: string, selectable: readonly string[] = []): FieldSelector | undefined {
  if (text === '') return undefined
  if (text.length > maxLength) throw badRequest('the field selector is too long')
  const terms = splitTerms(text)
    .filter((term) => term !== '')
    .map((term) => {
      const match = /^(.*?)(!=|==|=)(.*)$/s.exec(term)
      if (match === null) throw badRequest(`invalid selector: '${text}'; can't understand '${term}'`)
      const [, path = '', operator = '=', value = ''] = match
      if (path !== 'metadata.name' && path !== 'metadata.namespace' && !(fieldsOfKind[kind] ?? []).includes(path) && !selectable.includes(path)) {
        throw badRequest(
          `${fieldsOfKind[kind] === undefined && selectable.length === 0 ? `"${path}" is not a known field selector: only "metadata.name", "metadata.namespace"` : `field label not supported: ${path}`}`,
        )
      }
      return { path, isNegated: operator === '!=', value: value.replaceAll(/\\([\\,=])/g, '$1') }
    })
  const name = terms.find(({ path, isNegated }) => path === 'metadata.name' && !isNegated)?.value
  return { name, matches: (object) => terms.every(({ path, isNegated, value }) => (fieldOf(object, path) === value) !== isNegated) }
}

function splitTerms(text: string): string[] {
  return text.split(/(?<!\\),/)
}

function fieldOf(object: KubeObject, path: string): string {
  if (path === 'status.successful') return String(Number(valueAt(object, 'status', 'succeeded') ?? 0))
  if (path === 'source' && object.kind === 'Event') return printed(valueAt(object, 'source', 'component') ?? valueAt(object, 'reportingComponent') ?? '')
  if (path === 'status.podIPs') return ''
  const value = valueAt(object, ...path.split('.'))
  if (value === undefined || value === null)
    return path === 'spec.unschedulable' || path === 'spec.hostNetwork' ? 'false' : path === 'status.replicas' ? '0' : ''
  return isObject(value) ? '' : printed(value)
}
