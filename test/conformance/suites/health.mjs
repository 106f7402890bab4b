// Health checks against those of Argo CD. Sets whose rules are not built yet fail: kstatus, actions and Lua scripts.
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { builtInHealthChecks, createHealthRegistry, isWorse } from '@plumbline/core'

const registry = createHealthRegistry(builtInHealthChecks)

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
    default:
      return undefined
  }
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
