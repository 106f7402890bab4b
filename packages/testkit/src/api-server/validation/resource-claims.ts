// Claims of devices that pods make. Follows kubernetes `pkg/apis/core/validation` (validatePodResourceClaim).
import { internalForm } from '@plumbline/schema'
import { labelProblems, subdomainProblems } from '../names.ts'
import { objectsOf, textOf } from '../types.ts'
import type { Problems } from './problems.ts'

/** @returns the names of the claims, for the containers that refer to them */
export function checkResourceClaims(claims: unknown, path: string, problems: Problems): readonly string[] {
  const names = new Set<string>()
  for (const [index, claim] of objectsOf(claims).entries()) {
    const [at, name] = [`${path}[${index}]`, textOf(claim['name'])]
    if (name === '') problems.required(`${at}.name`)
    else if (names.has(name)) problems.duplicate(`${at}.name`, name)
    else problems.invalidEach(`${at}.name`, name, labelProblems(name))
    names.add(name)
    const sources = ['resourceClaimName', 'resourceClaimTemplateName'].filter((member) => typeof claim[member] === 'string')
    const form = internalForm(claim, 'core.PodResourceClaim')
    if (sources.length > 1) problems.invalid(at, form, 'at most one of `resourceClaimName` or `resourceClaimTemplateName` may be specified')
    if (sources.length === 0) problems.invalid(at, form, 'must specify one of: `resourceClaimName`, `resourceClaimTemplateName`')
    for (const member of sources) problems.invalidEach(`${at}.${member}`, claim[member], subdomainProblems(textOf(claim[member])))
  }
  return [...names]
}

/** What a container, or the pod itself, refers to; kubernetes `validateResourceClaimNames`. @param claims names of the pod's claims */
export function checkClaimReferences(given: unknown, claims: readonly string[], path: string, problems: Problems): void {
  const names = new Set<string>()
  for (const [index, claim] of objectsOf(given).entries()) {
    const [at, name, request] = [`${path}[${index}]`, textOf(claim['name']), textOf(claim['request'])]
    if (name === '') {
      problems.required(at)
      continue
    }
    const key = request === '' ? name : `${name}/${request}`
    if (request !== '') problems.invalidEach(`${at}.request`, request, labelProblems(request))
    if (names.has(name)) problems.duplicate(at, name)
    else if (names.has(key)) problems.duplicate(at, key)
    names.add(key)
    if (claims.includes(name)) continue
    const known = claims.length === 0 ? ' which is empty' : `: ${claims.toSorted().join(', ')}`
    problems.errors.push({ type: 'NotFound', path: at, value: name, detail: `must be one of the names in pod.spec.resourceClaims${known}` })
  }
}
