// The functions that Helm adds to Sprig's.
import {
  builtinFunctionsOf,
  deepCopy,
  firstTooLarge,
  fn,
  FunctionError,
  isMap,
  nilList,
  nilMap,
  parseTemplate,
  sprigFunctions,
  sprintf,
  TemplateError,
  TemplateSet,
  toJson,
} from '@plumbline/gotemplate'
import type { CallContext, FunctionMap, GoMap, GoValue, ParsedTemplate, SprigPorts, TemplateFunction } from '@plumbline/gotemplate'
import { readToml } from './from-toml.ts'
import { goVersionOf } from './helm-version.ts'
import type { HelmVersion } from './helm-version.ts'
import { parseGoJson } from './go-json.ts'
import { toYaml } from './helm-yaml.ts'
import { toToml } from './toml.ts'
import { jsonKind, readYaml, readYamlMap } from './yaml-values.ts'

/** Marks the text of `required` and `fail` inside the message of the engine. */
export const warningStart = '\u0001HELM_WARNING\u0001'
export const warningEnd = '\u0001END\u0001'

const maxNesting = 1000
const maxNestingOfHost = 50
const maxCachedTemplates = 2000

/** What a rendering gives its functions. */
export interface FunctionPorts extends SprigPorts {
  readonly helm: HelmVersion
  /** Answers `lookup`. Default: nothing is there. */
  lookup?(apiVersion: string, kind: string, namespace: string, name: string): GoMap
}

const parsedTexts = new Map<string, ParsedTemplate>()

const nested = (name: string): FunctionError => new FunctionError(`rendering template has a nested reference name: ${name}: unable to execute template`)

const warning = (text: string): FunctionError => new FunctionError(warningStart + text + warningEnd)

function quietly(call: () => GoValue, failed: (message: string) => GoValue): GoValue {
  try {
    return call()
  } catch (error) {
    return failed(error instanceof Error ? error.message : String(error))
  }
}

function jsonMap(text: string): GoMap {
  const value = parseGoJson(text)
  if (value === null) return nilMap()
  if (isMap(value)) {
    const large = firstTooLarge(text)
    return large === undefined ? value : { ...value, Error: `json: cannot unmarshal number ${large} into Go value of type float64` }
  }
  throw new FunctionError(`json: cannot unmarshal ${jsonKind(value)} into Go value of type map[string]interface {}`)
}

function list(value: unknown, prefix = ''): unknown {
  if (value === undefined || value === null) return prefix === '' ? nilList() : []
  if (Array.isArray(value)) return value
  throw new FunctionError(`${prefix}json: cannot unmarshal ${jsonKind(value)} into Go value of type []interface {}`)
}

/** The semver of Helm 4 says the same in small letters. */
function inSmallLetters(declared: TemplateFunction): TemplateFunction {
  const call: TemplateFunction['call'] = (args, context) => {
    try {
      return declared.call(args, context)
    } catch (error) {
      if (!(error instanceof FunctionError)) throw error
      throw new FunctionError(
        error.message.replace(/^(?:Invalid Semantic Version|Version segment|Error parsing|constraint Parser Error)/, (words) => words.toLowerCase()),
        { cause: error },
      )
    }
  }
  return { ...declared, call }
}

/** All functions of one rendering: `include` counts how deep it is. */
export function helmFunctions(ports: FunctionPorts): FunctionMap {
  const depths = new Map<string, number>()
  const include = (name: string, data: GoValue, context: CallContext): string => {
    const depth = depths.get(name) ?? 0
    if (depth > maxNesting) throw nested(name)
    depths.set(name, depth + 1)
    try {
      return context.execute(name, data)
    } catch (error) {
      // The host's stack may end before Helm's count does; a text that nests that deep would have got there.
      if (error instanceof TemplateError && error.isStackOverflow && depth > maxNestingOfHost) throw nested(name)
      throw error
    } finally {
      depths.set(name, (depths.get(name) ?? 1) - 1)
    }
  }
  const functions: Record<string, FunctionMap[string]> = {
    ...builtinFunctionsOf(goVersionOf(ports.helm)),
    ...sprigFunctions(ports),
    include: fn('string any', ([name, data], context) => include(name as string, data, context)),
    tpl: fn('string any', ([text, data], context) => tpl(text as string, data, context)),
    required: fn('string any', ([text, value]) => {
      // Helm 3 takes the text for a format.
      if (value === undefined || value === null || value === '') throw warning(ports.helm === 3 ? sprintf(text as string, []) : (text as string))
      return value
    }),
    fail: fn('string', ([text]) => {
      throw warning(text as string)
    }),
    lookup: fn('string string string string', ([apiVersion, kind, namespace, name]) =>
      ports.lookup === undefined ? {} : deepCopy(ports.lookup(apiVersion as string, kind as string, namespace as string, name as string)),
    ),
    toYaml: fn('any', ([value]) =>
      quietly(
        () => toYaml(value),
        () => '',
      ),
    ),
    fromYaml: fn('string', ([text]) =>
      quietly(
        () => readYamlMap(text as string),
        (Error) => ({ Error }),
      ),
    ),
    fromYamlArray: fn('string', ([text]) =>
      quietly(
        () => list(readYaml(text as string), 'error unmarshaling JSON: while decoding JSON: '),
        (message) => [message],
      ),
    ),
    toJson: fn('any', ([value]) =>
      quietly(
        () => toJson(value),
        () => '',
      ),
    ),
    fromJson: fn('string', ([text]) =>
      quietly(
        () => jsonMap(text as string),
        (Error) => ({ Error }),
      ),
    ),
    fromJsonArray: fn('string', ([text]) =>
      quietly(
        () => list(parseGoJson(text as string)),
        (message) => [message],
      ),
    ),
    toToml: fn('any', ([value]) => toToml(value, ports.helm)),
  }
  if (ports.helm === 4) {
    for (const name of ['semver', 'semverCompare']) {
      const declared = functions[name]
      if (declared !== undefined) functions[name] = inSmallLetters(declared)
    }
    functions['mustToYaml'] = fn('any', ([value]) => toYaml(value))
    functions['toYamlPretty'] = fn('any', ([value]) =>
      quietly(
        () => toYaml(value, 'pretty'),
        () => '',
      ),
    )
    functions['mustToJson'] = fn('any', ([value]) => toJson(value))
    functions['fromToml'] = fn('string', ([text]) =>
      quietly(
        () => readToml(text as string),
        (Error) => ({ Error }),
      ),
    )
  }
  if (ports.hostByName === undefined) functions['getHostByName'] = fn('string', () => '')
  const hasFunction = (name: string): boolean => Object.hasOwn(functions, name)

  function tpl(text: string, data: GoValue, context: CallContext): string {
    // A text without actions is itself.
    if (!text.includes('{{')) return text.replaceAll('<no value>', '')
    let parsed = parsedTexts.get(`${ports.helm}\0${text}`)
    if (parsed === undefined) {
      try {
        parsed = parseTemplate('gotpl', text, { hasFunction, goVersion: goVersionOf(ports.helm) })
      } catch (error) {
        throw new FunctionError(`cannot parse template ${JSON.stringify(text)}: ${error instanceof Error ? error.message : ''}`, { cause: error })
      }
      if (parsedTexts.size >= maxCachedTemplates) parsedTexts.clear()
      parsedTexts.set(`${ports.helm}\0${text}`, parsed)
    }
    const overlay = new TemplateSet(context.templates instanceof TemplateSet ? context.templates : undefined)
    overlay.add(parsed)
    if (overlay.lookup('gotpl') === undefined) return ''
    try {
      return context.execute('gotpl', data, overlay).replaceAll('<no value>', '')
    } catch (error) {
      throw new FunctionError(`error during tpl function execution for ${JSON.stringify(text)}: ${error instanceof Error ? error.message : ''}`, {
        cause: error,
      })
    }
  }
  return functions
}
