// Health checks and actions against those of Argo CD, checks in Lua, and kstatus.
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { builtInActions, builtInHealthChecks, createActionRegistry, createHealthRegistry, isWorse, jobHealthCheck, kstatusOf } from '@plumbline/core'
import { luaHealthCheck } from '@plumbline/lua'

// Argo CD's own rule for jobs that were resumed, where ours is better on purpose.
const registry = createHealthRegistry([...builtInHealthChecks, jobHealthCheck(true)])
const actions = createActionRegistry(builtInActions)

/** What a case asks, and what is right: `undefined` where nothing answers yet. */
function answersOf(testCase, read) {
  switch (testCase.set) {
    case 'is-worse':
      return { found: isWorse(testCase.new, testCase.current), wanted: testCase.expected }
    case 'argo-builtin':
    case 'argo-builtin-fresh':
    case 'argo-crd': {
      const wanted = testCase.expectedWithDeletionCheck ?? testCase.expected
      return { found: normal(registry(read(testCase.object)), testCase), wanted: normal(wanted, testCase) }
    }
    case 'kstatus':
    case 'kstatus-fresh':
      return { found: kstatusText(read(testCase.object), testCase), wanted: testCase.error === true ? 'error' : JSON.stringify(ordered(testCase.expected)) }
    case 'actions-discovery':
      return { found: actionsText(actions(read(testCase.object))), wanted: actionsText(testCase.expected.actions) }
    case 'lua-script':
      return { found: luaText(testCase, read), wanted: testCase.expected.error === true ? 'error' : JSON.stringify(ordered(testCase.expected)) }
    default:
      return undefined
  }
}

function luaText({ script, openLibs, object }, read) {
  try {
    return JSON.stringify(ordered(luaHealthCheck(script, read(object), { openLibraries: openLibs === true })))
  } catch {
    return 'error'
  }
}

function kstatusText(object, { now }) {
  try {
    return JSON.stringify(ordered(kstatusOf(object, now === undefined ? Date.now() : Date.parse(now))))
  } catch {
    return 'error'
  }
}

function actionsText(list) {
  return JSON.stringify([...list].sort((a, b) => (a.name < b.name ? -1 : 1)).map(ordered))
}

function ordered(value) {
  if (Array.isArray(value)) return value.map(ordered)
  if (typeof value !== 'object' || value === null) return value
  return Object.fromEntries(
    Object.keys(value)
      .sort()
      .map((name) => [name, ordered(value[name])]),
  )
}

function normal(health, { messageExact }) {
  if (health === undefined || health === null) return null
  return messageExact === false ? health.status : `${health.status}: ${health.message ?? ''}`
}

export async function run({ folder, only }) {
  const readJson = (path) => JSON.parse(readFileSync(join(folder, path), 'utf8'))
  // Some objects have no metadata, which no live object lacks.
  const read = (path) => ({ metadata: {}, ...readJson(path) })
  const { cases } = readJson('cases.json')
  return cases
    .filter(({ id }) => only === undefined || only.test(id))
    .map((testCase) => {
      const { id } = testCase
      try {
        const answers = answersOf(testCase, read)
        if (answers === undefined) return { id, isPassed: false, reason: 'nothing answers this set yet' }
        const isPassed = answers.found === answers.wanted
        return { id, isPassed, ...(isPassed ? {} : { reason: `expected ${answers.wanted}, got ${answers.found}` }) }
      } catch (error) {
        return { id, isPassed: false, reason: String(error) }
      }
    })
}
