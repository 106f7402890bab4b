// Programs beside what go-jsonnet made of them: see recorded/origin.md.
import { evaluateJsonnet, formatJson, JsonnetError } from '@plumbline/jsonnet'
import type { JsonnetImporter, JsonnetVariable } from '@plumbline/jsonnet'
import { parseYaml } from '@plumbline/yaml'
import { readFileSync } from 'node:fs'
import { posix } from 'node:path'
import { expect, it } from 'vitest'

interface Recording {
  readonly files: Readonly<Record<string, string>>
  readonly extVars: readonly JsonnetVariable[]
  readonly cases: readonly {
    readonly program: string
    readonly tlas?: readonly JsonnetVariable[]
    readonly printed?: string
    readonly error?: string
    readonly traces?: readonly string[]
  }[]
}

const { files, extVars, cases } = JSON.parse(readFileSync(new URL('recorded/cases.json', import.meta.url), 'utf8')) as Recording

const importer: JsonnetImporter = (from, path) => {
  const found = [posix.dirname(from), 'lib'].map((folder) => posix.join(folder, path)).find((candidate) => candidate in files)
  return found === undefined ? undefined : { path: found, content: files[found] ?? '' }
}

/** Lines that stand nowhere: natives have fewer of them. */
function placed(message: string): string {
  return message
    .split('\n')
    .filter((line) => !line.startsWith('\t\t'))
    .join('\n')
}

async function outcomeOf(program: string, tlas: readonly JsonnetVariable[]): Promise<Omit<Recording['cases'][number], 'program'>> {
  try {
    const { value, traces } = await evaluateJsonnet('test.jsonnet', program, { extVars, tlas, import: importer, readYaml: (document) => parseYaml(document) })
    return { printed: formatJson(value), ...(traces.length > 0 ? { traces } : {}) }
  } catch (error) {
    if (!(error instanceof JsonnetError)) throw error
    return { error: placed(error.message) }
  }
}

it.each(cases)('$program', async ({ program, tlas = [], ...expected }) => {
  const outcome = await outcomeOf(program, tlas)
  // What was traced before a failure is lost with it.
  expect(expected.error === undefined ? outcome : { ...outcome, traces: expected.traces }).toEqual({ traces: undefined, ...expected })
})
