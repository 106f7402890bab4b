// CertificateSigningRequests. Follows kubernetes `pkg/apis/certificates/validation`: what can be said without reading ASN.1.
import { printed } from '@plumbline/schema'
import { labelProblems, subdomainProblems } from '../names.ts'
import type { FieldError } from '../status-errors.ts'
import { arrayOf, isEqual, objectOf, objectsOf, textOf } from '../types.ts'
import type { JsonObject, KubeObject } from '../types.ts'
import { Problems } from './problems.ts'

const usageNames = [
  'any',
  'cert sign',
  'client auth',
  'code signing',
  'content commitment',
  'crl sign',
  'data encipherment',
  'decipher only',
  'digital signature',
  'email protection',
  'encipher only',
  'ipsec end system',
  'ipsec tunnel',
  'ipsec user',
  'key agreement',
  'key encipherment',
  'microsoft sgc',
  'netscape sgc',
  'ocsp signing',
  's/mime',
  'server auth',
  'signing',
  'timestamping',
]

export function validateSigningRequest(object: KubeObject): FieldError[] {
  const problems = new Problems()
  const spec = objectOf(object['spec'])
  const text = Buffer.from(textOf(spec['request']), 'base64').toString()
  if (!/-----BEGIN CERTIFICATE REQUEST-----[\s\S]*-----END CERTIFICATE REQUEST-----/.test(text))
    problems.invalid('spec.request', spec['request'] ?? null, 'PEM block type must be CERTIFICATE REQUEST')
  const usages = arrayOf(spec['usages']).map(printed)
  if (usages.length === 0) problems.required('spec.usages')
  for (const [index, usage] of usages.entries()) if (!usageNames.includes(usage)) problems.unsupported(`spec.usages[${index}]`, usage, usageNames)
  for (const [index, usage] of usages.entries()) if (usages.indexOf(usage) < index) problems.duplicate(`spec.usages[${index}]`, usage)
  const signer = textOf(spec['signerName'])
  if (signer === 'kubernetes.io/legacy-unknown') problems.invalid('spec.signerName', signer, 'the legacy signerName is not allowed via this API version')
  else checkSignerName(signer, 'spec.signerName', problems)
  const seconds = spec['expirationSeconds']
  if (typeof seconds === 'number' && seconds < 600)
    problems.invalid('spec.expirationSeconds', seconds, 'may not specify a duration less than 600 seconds (10 minutes)')
  return problems.errors
}

const maxSignerBytes = 253 + (253 + 63 + 1) + 1

/** A domain and a name. kubernetes `pkg/apis/core/validation/names.go` */
export function checkSignerName(name: string, path: string, problems: Problems): void {
  if (name === '') {
    problems.required(path)
    return
  }
  const [domain = '', rest, ...more] = name.split('/')
  if (rest === undefined || more.length > 0) {
    problems.invalid(path, name, "must be a fully qualified domain and path of the form 'example.com/signer-name'")
    return
  }
  const checkLabels = (text: string, faultsOf: (label: string) => readonly string[]): void => {
    // The first label at fault speaks for all.
    const label = text.split('.').find((part) => faultsOf(part).length > 0)
    if (label !== undefined) for (const fault of faultsOf(label)) problems.invalid(path, text, `validating label ${JSON.stringify(label)}: ${fault}`)
  }
  if (domain.length > 253) problems.tooLong(path, 253)
  checkLabels(domain, labelProblems)
  if (!domain.includes('.')) problems.invalid(path, domain, 'should be a domain with at least two segments separated by dots')
  checkLabels(rest, subdomainProblems)
  if (name.length > maxSignerBytes) problems.tooLong(path, maxSignerBytes)
}

const decisions = ['Approved', 'Denied']
const finalTypes = [...decisions, 'Failed']
const truths = ['False', 'True', 'Unknown']

/** Problems of a changed status, or of an approval. */
export function validateRequestStatus(before: KubeObject, after: KubeObject, subresource: string): FieldError[] {
  const problems = new Problems()
  const [old, next] = [objectOf(before['status']), objectOf(after['status'])]
  const [oldConditions, conditions] = [objectsOf(old['conditions']), objectsOf(next['conditions'])]
  checkConditions(conditions, oldConditions, problems)
  const [oldCertificate, certificate] = [textOf(old['certificate']), textOf(next['certificate'])]
  const fault = certificate === oldCertificate || certificateFault(oldCertificate) !== undefined ? undefined : certificateFault(certificate)
  if (fault !== undefined) problems.invalid('status.certificate', '<certificate data>', fault)
  const path = 'status.conditions'
  const of = (list: readonly JsonObject[], type: string): JsonObject[] => list.filter((condition) => condition['type'] === type)
  for (const type of finalTypes)
    if (of(conditions, type).length < of(oldConditions, type).length) problems.forbidden(path, `updates may not remove a condition of type "${type}"`)
  if (subresource !== 'approval')
    for (const type of decisions) {
      const [was, is] = [of(oldConditions, type), of(conditions, type)]
      if (is.length > was.length) problems.forbidden(path, `updates may not add a condition of type "${type}"`)
      else if (is.length === was.length && !isEqual(was, is)) problems.forbidden(path, `updates may not modify a condition of type "${type}"\n`)
    }
  if (certificate !== oldCertificate) {
    if (subresource !== 'status') problems.forbidden('status.certificate', 'updates may not set certificate content')
    else if (oldCertificate !== '') problems.forbidden('status.certificate', 'updates may not modify existing certificate content')
  }
  return problems.errors
}

/** What was wrong already does not stand in the way. */
function checkConditions(conditions: readonly JsonObject[], before: readonly JsonObject[], problems: Problems): void {
  const path = 'status.conditions'
  const typesOf = (list: readonly JsonObject[]): string[] => list.map(({ type }) => textOf(type))
  const [types, oldTypes] = [typesOf(conditions), typesOf(before)]
  const mayContradict = decisions.every((type) => oldTypes.includes(type))
  for (const [index, condition] of conditions.entries()) {
    const [at, type, status] = [`${path}[${index}]`, types[index] ?? '', textOf(condition['status'])]
    if (type === '' && !oldTypes.includes('')) problems.required(`${at}.type`)
    const allowed = finalTypes.includes(type) ? ['True'] : truths
    if (status === '') problems.required(`${at}.status`)
    else if (!allowed.includes(status)) problems.unsupported(`${at}.status`, status, allowed)
    const other = decisions.find((name) => name !== type)
    if (!mayContradict && decisions.includes(type) && types.slice(0, index).includes(other ?? ''))
      problems.invalid(path, type, 'Approved and Denied conditions are mutually exclusive')
    if (types.indexOf(type) < index && new Set(oldTypes).size === oldTypes.length) problems.duplicate(`${at}.type`, type)
  }
}

/** Why a text in base64 is no chain of certificates. */
function certificateFault(encoded: string): string | undefined {
  if (encoded === '') return undefined
  const text = Buffer.from(encoded, 'base64').toString()
  const blocks = [...text.matchAll(/-----BEGIN ([^-]*)-----\r?\n([\s\S]*?)-----END \1-----/g)]
  const foreign = blocks.find(([, type]) => type !== 'CERTIFICATE')
  if (foreign !== undefined) return `only CERTIFICATE PEM blocks are allowed, found ${JSON.stringify(foreign[1])}`
  if (blocks.some(([, , body = '']) => body.includes(':'))) return 'no PEM block headers are permitted'
  return blocks.length === 0 ? 'must contain at least one CERTIFICATE PEM block' : undefined
}
