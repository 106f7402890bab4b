// Runs the templates of a chart and its subcharts. Follows helm `pkg/engine/engine.go`.
import { FunctionError, newBudget, parseTemplate, TemplateSet, typed } from '@plumbline/gotemplate'
import type { FunctionMap, GoMap, GoValue, ParsedTemplate, TemplateLimits } from '@plumbline/gotemplate'
import { goVersionOf } from './helm-version.ts'
import type { HelmVersion } from './helm-version.ts'
import type { ChartFile } from './chart.ts'
import { Files } from './files-object.ts'
import { toYaml } from './helm-yaml.ts'
import { executionError, parseError } from './execution-errors.ts'
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
  /** How many folders it is in. */
  readonly depth: number
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
  renderables.sort(deepestFirst)
  const set = new TemplateSet()
  const hasFunction = (name: string): boolean => Object.hasOwn(functions, name)
  for (const { name, file } of renderables) set.add(parsed(name, file, helm, hasFunction))
  const rendered = new Map<string, string>()
  const budget = newBudget()
  for (const { name, context, basePath } of renderables) {
    if (name.slice(name.lastIndexOf('/') + 1).startsWith('_')) continue
    context['Template'] = typedValues({ Name: name, BasePath: basePath }, helm)
    input.onFile?.(name)
    try {
      const text = set.execute(name, context, {
        functions,
        budget,
        missingKey: input.isStrict ? 'error' : 'zero',
        rangeOverInt: goVersionOf(helm) >= 24,
        ...(input.limits === undefined ? {} : { limits: input.limits }),
      })
      rendered.set(name, text.replaceAll('<no value>', ''))
    } catch (error) {
      throw executionError(name, error, helm)
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
          parameters: ['string'],
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
          parameters: ['string'],
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
function deepestFirst(a: Renderable, b: Renderable): number {
  return b.depth - a.depth || (a.name < b.name ? 1 : a.name > b.name ? -1 : 0)
}

function parsed(name: string, file: ChartFile, helm: HelmVersion, hasFunction: (name: string) => boolean): ParsedTemplate {
  const key = `${helm}\0${name}\0${file.id}`
  const known = parsedFiles.get(key)
  if (known !== undefined) return known
  try {
    const template = parseTemplate(name, decoder.decode(file.data), { hasFunction, goVersion: goVersionOf(helm) })
    if (parsedFiles.size >= maxCached) parsedFiles.clear()
    parsedFiles.set(key, template)
    return template
  } catch (error) {
    throw parseError(name, error)
  }
}

function collect(instance: ChartInstance, parent: GoMap, input: EngineInput, renderables: Renderable[]): GoMap {
  const subcharts: GoMap = {}
  const given = parent['Values'] as GoMap
  const own = Object.hasOwn(given, instance.name) ? given[instance.name] : undefined
  const values = instance.parent === undefined ? given : typeof own === 'object' && own !== null ? own : {}
  // Templates see it as `Values` too.
  const context: GoMap = typedValues(
    {
      Chart: chartFacts(instance, input.helm),
      Files: new Files(instance.chart.files),
      Release: input.release,
      Capabilities: input.capabilities,
      Values: typedValues(values as GoMap, input.helm),
      Subcharts: subcharts,
    },
    input.helm,
  )
  for (const child of instance.charts) subcharts[child.name] = collect(child, context, input, renderables)
  const path = fullPath(instance)
  const isLibrary = instance.chart.metadata.type.toLowerCase() === 'library'
  for (const file of instance.chart.templates) {
    const base = file.name.slice(file.name.lastIndexOf('/') + 1)
    if (isLibrary && !base.startsWith('_')) continue
    const name = `${path}/${file.name}`
    renderables.push({ name, depth: name.split('/').length, file, context, basePath: `${path}/templates` })
  }
  return context
}
