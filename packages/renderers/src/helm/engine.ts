// Runs the templates of a chart and its subcharts. Follows helm `pkg/engine/engine.go`.
import { FunctionError, newBudget, parseTemplate, TemplateError, TemplateSet, typed } from '@plumbline/gotemplate'
import type { FunctionMap, GoMap, GoValue, ParsedTemplate, TemplateLimits } from '@plumbline/gotemplate'
import type { HelmVersion } from './helm-version.ts'
import { ChartError } from './chart.ts'
import type { ChartFile } from './chart.ts'
import { Files } from './files-object.ts'
import { toYaml } from './helm-yaml.ts'
import { warningEnd, warningStart } from './functions.ts'
import { fullPath } from './instances.ts'
import { chartFacts } from './chart-facts.ts'
import type { ChartInstance } from './instances.ts'
import { tableAt, valueAtPath } from './values.ts'

const decoder = new TextDecoder()
const maxCached = 4000

/** Parsed templates by name, content and Helm version. */
const parsedFiles = new Map<string, ParsedTemplate>()

interface Renderable {
  readonly name: string
  readonly file: ChartFile
  readonly context: GoMap
  readonly basePath: string
}

/** What templates see beside the values. */
export interface EngineInput {
  readonly root: ChartInstance
  readonly values: GoMap
  readonly release: GoValue
  readonly capabilities: GoValue
  readonly functions: FunctionMap
  readonly helm: HelmVersion
  readonly isStrict: boolean
  readonly limits?: Partial<TemplateLimits>
  /** Called before each file, so that randomness does not depend on the files before it. */
  readonly onFile?: (name: string) => void
}

/**
 * The rendered files by name.
 * @throws {ChartError} with Helm's message
 */
export function renderTemplates(input: EngineInput): Map<string, string> {
  const { helm, functions } = input
  const renderables: Renderable[] = []
  collect(input.root, { Values: input.values }, input, renderables)
  renderables.sort((a, b) => deepestFirst(a.name, b.name))
  const set = new TemplateSet()
  const hasFunction = (name: string): boolean => Object.hasOwn(functions, name)
  for (const { name, file } of renderables) set.add(parsed(name, file, helm, hasFunction))
  const rendered = new Map<string, string>()
  const budget = newBudget()
  for (const { name, context, basePath } of renderables) {
    if (name.slice(name.lastIndexOf('/') + 1).startsWith('_')) continue
    context['Template'] = { Name: name, BasePath: basePath }
    input.onFile?.(name)
    try {
      const text = set.execute(name, context, {
        functions,
        budget,
        missingKey: input.isStrict ? 'error' : 'zero',
        rangeOverInt: helm === 4,
        ...(input.limits === undefined ? {} : { limits: input.limits }),
      })
      rendered.set(name, text.replaceAll('<no value>', ''))
    } catch (error) {
      throw executionError(name, error)
    }
  }
  return rendered
}

/** `.Values` has methods. Follows helm `pkg/chartutil/values.go`. */
function typedValues(values: GoMap, helm: HelmVersion): GoMap {
  const type = helm === 3 ? 'chartutil.Values' : 'common.Values'
  const noTable = (name: string): FunctionError => new FunctionError(`${JSON.stringify(name)} is not a table`)
  return typed(values, type, (receiver, name) => {
    switch (name) {
      case 'AsMap':
        return { min: 0, max: 0, call: () => ({ ...receiver }) }
      case 'YAML':
        return { min: 0, max: 0, call: () => `${toYaml(receiver)}\n` }
      case 'Table':
        return {
          min: 1,
          max: 1,
          call([path]) {
            const table = typeof path === 'string' ? tableAt(receiver, path) : undefined
            if (table === undefined) throw noTable(String(path))
            return typedValues(table, helm)
          },
        }
      case 'PathValue':
        return {
          min: 1,
          max: 1,
          call([path]) {
            const value = typeof path === 'string' ? valueAtPath(receiver, path) : undefined
            if (value === undefined) throw new FunctionError(`${JSON.stringify(String(path))} is not a value`)
            return value
          },
        }
      default:
        return undefined
    }
  })
}

/** More path components first, and then from Z to A: what is parsed last wins. */
function deepestFirst(a: string, b: string): number {
  const [first, second] = [a.split('/').length, b.split('/').length]
  if (first !== second) return second - first
  return a < b ? 1 : a > b ? -1 : 0
}

function parsed(name: string, file: ChartFile, helm: HelmVersion, hasFunction: (name: string) => boolean): ParsedTemplate {
  const key = `${helm}\0${name}\0${file.id}`
  const known = parsedFiles.get(key)
  if (known !== undefined) return known
  try {
    const template = parseTemplate(name, decoder.decode(file.data), { hasFunction, elseWith: helm === 4 })
    if (parsedFiles.size >= maxCached) parsedFiles.clear()
    parsedFiles.set(key, template)
    return template
  } catch (error) {
    if (!(error instanceof TemplateError)) throw error
    const tokens = error.message.split(': ')
    throw new ChartError('CHART_RENDER', `parse error at (${tokens[1] ?? name}): ${tokens.at(-1) ?? ''}`, { cause: error })
  }
}

function executionError(name: string, error: unknown): ChartError {
  if (error instanceof ChartError) return error
  if (!(error instanceof TemplateError)) throw error
  if (error.code === 'TEMPLATE_LIMIT') return new ChartError('CHART_LIMIT', error.message, { cause: error })
  const start = error.message.indexOf(warningStart)
  if (start >= 0) {
    const end = error.message.lastIndexOf(warningEnd)
    const text = error.message.slice(start + warningStart.length, end < start ? undefined : end)
    const location = error.message.split(': ')[1] ?? name
    return new ChartError('CHART_RENDER', `execution error at (${location}): ${text}`, { cause: error })
  }
  return new ChartError('CHART_RENDER', error.message, { cause: error })
}

function collect(instance: ChartInstance, parent: GoMap, input: EngineInput, renderables: Renderable[]): GoMap {
  const subcharts: GoMap = {}
  const given = parent['Values'] as GoMap
  const own = Object.hasOwn(given, instance.name) ? given[instance.name] : undefined
  const values = instance.parent === undefined ? given : typeof own === 'object' && own !== null ? own : {}
  const context: GoMap = {
    Chart: chartFacts(instance, input.helm),
    Files: new Files(instance.chart.files),
    Release: input.release,
    Capabilities: input.capabilities,
    Values: typedValues(values as GoMap, input.helm),
    Subcharts: subcharts,
  }
  for (const child of instance.charts) subcharts[child.name] = collect(child, context, input, renderables)
  const path = fullPath(instance)
  const isLibrary = instance.chart.metadata.type.toLowerCase() === 'library'
  for (const file of instance.chart.templates) {
    const base = file.name.slice(file.name.lastIndexOf('/') + 1)
    if (isLibrary && !base.startsWith('_')) continue
    renderables.push({ name: `${path}/${file.name}`, file, context, basePath: `${path}/templates` })
  }
  return context
}
