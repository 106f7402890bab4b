// Whether live objects differ from desired ones, against Argo CD's verdicts; what is shown of Secrets; what known types make of fields.
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { isDeepStrictEqual } from 'node:util'
import { createIgnoreRules, createKnownTypes, diffObjects, diffServerSide, maskSecrets } from '@plumbline/core'

export async function run({ folder, only }) {
  const read = (path) => JSON.parse(readFileSync(join(folder, path), 'utf8'))
  const { cases } = read('cases.json')
  return cases
    .filter(({ id }) => only === undefined || only.test(id))
    .map((testCase) => {
      const { id, expected } = testCase
      try {
        const reason = problemOf(testCase, read)
        return { id, isPassed: reason === undefined, reason }
      } catch (error) {
        return expected.error === true ? { id, isPassed: true } : { id, isPassed: false, reason: String(error) }
      }
    })
}

function isModifiedOf(before, after, predicted, options, settings) {
  // To remove an object is no difference in the eyes of the server's dry run: there is nothing to run.
  if (options.serverSideDiff === true && after === undefined) return false
  if (before === undefined || after === undefined) return before !== after
  if (predicted === undefined) return diffObjects(after, before, settings).isModified
  return diffServerSide(predicted, before, { ...settings, fieldManager: options.manager, includesMutations: options.ignoreMutationWebhook === false })
    .isModified
}

function problemOf({ set, live, target, predictedLive, object, options = {}, expected }, read) {
  const knownTypes = createKnownTypes(knownTypesOf(options))
  const ignore = createIgnoreRules([...(options.ignoreDifferences ?? []), ...overridesOf(options)])
  if (set === 'normalize') {
    const found = knownTypes(ignore.strip(read(object)))
    if (expected.error === true) return 'the rules are wrong, and were taken'
    return isDeepStrictEqual(JSON.parse(JSON.stringify(found)), read(expected.object)) ? undefined : 'the normalised object differs'
  }
  if (set === 'hide') {
    const pair = { ...(target === undefined ? {} : { target: read(target) }), ...(live === undefined ? {} : { live: read(live) }) }
    const found = maskSecrets(pair, Object.keys(options.hideAnnotations ?? {}))
    const wrong = ['target', 'live'].find((side) => !isDeepStrictEqual(plain(found[side]), expected[side] === undefined ? undefined : read(expected[side])))
    return wrong === undefined ? undefined : `the masked ${wrong} differs`
  }
  const [before, after] = [live === undefined ? undefined : read(live), target === undefined ? undefined : read(target)]
  const prediction = { mode: options.structuredMergeDiff === true ? 'ownership' : 'three-way', fieldManager: options.manager ?? 'argocd-controller' }
  const settings = { ignore, knownTypes, comparesStatus: true, comparesAggregatedRoles: options.ignoreAggregatedRoles !== true }
  const isModified = isModifiedOf(before, after, predictedLive === undefined ? undefined : read(predictedLive), options, { ...settings, prediction })
  if (expected.error === true) return 'it had to fail'
  return isModified === expected.modified ? undefined : `expected modified ${expected.modified}, got ${isModified}`
}

function plain(value) {
  return value === undefined ? undefined : JSON.parse(JSON.stringify(value))
}

function knownTypesOf({ resourceOverrides = {} }) {
  return Object.entries(resourceOverrides).flatMap(([key, { knownTypeFields = [] }]) => {
    const [group, kind] = key.split('/')
    return knownTypeFields.map(({ field, type }) => ({ group, kind, field, type }))
  })
}

/** Overrides of the settings as rules of an application. */
function overridesOf({ resourceOverrides = {} }) {
  return Object.entries(resourceOverrides).flatMap(([key, { ignoreDifferences }]) => {
    const slash = key.indexOf('/')
    const [group, kind] = slash < 0 ? ['', key] : [key.slice(0, slash), key.slice(slash + 1)]
    return ignoreDifferences === undefined ? [] : [{ group, kind, ...ignoreDifferences }]
  })
}
