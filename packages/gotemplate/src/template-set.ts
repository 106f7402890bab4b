// Templates that know each other by name.
import { TemplateError } from './errors.ts'
import { execute } from './execute.ts'
import type { FunctionMap } from './functions.ts'
import { defaultLimits } from './limits.ts'
import type { Budget, TemplateLimits } from './limits.ts'
import type { Definition, ParsedTemplate } from './parser.ts'
import type { GoValue } from './values.ts'

/** Options of an execution. */
export interface ExecuteOptions {
  readonly functions: FunctionMap
  /** What a missing key of a map is. Default: `zero`. */
  readonly missingKey?: 'default' | 'zero' | 'error'
  readonly limits?: Partial<TemplateLimits>
  /** What is left of the limits; given on to executions inside this one. Default: all of them. */
  readonly budget?: Budget
  /** Default: true. */
  readonly rangeOverInt?: boolean
}

export function newBudget(): Budget {
  return { steps: 0, output: 0, depth: 0 }
}

/** Templates by name. A later definition takes the place of an earlier one, unless it is empty. */
export class TemplateSet {
  private readonly definitions = new Map<string, Definition>()
  private readonly parent: TemplateSet | undefined

  constructor(parent?: TemplateSet) {
    this.parent = parent
  }

  add(template: ParsedTemplate): void {
    for (const definition of template.definitions) {
      if (definition.isEmpty && this.has(definition.name)) continue
      this.definitions.set(definition.name, definition)
    }
  }

  names(): string[] {
    return [...new Set([...(this.parent?.names() ?? []), ...this.definitions.keys()])]
  }

  has(name: string): boolean {
    return this.lookup(name) !== undefined
  }

  lookup(name: string): Definition | undefined {
    return this.definitions.get(name) ?? this.parent?.lookup(name)
  }

  /** A set with the same templates, to which more can be added: this one does not see them. */
  overlay(): TemplateSet {
    return new TemplateSet(this)
  }

  /** Run a template on data. @throws {TemplateError} */
  execute(name: string, data: GoValue, options: ExecuteOptions): string {
    const definition = this.lookup(name)
    if (definition === undefined) throw new TemplateError('TEMPLATE_EXECUTE', `template: no template "${name}" associated with template "gotpl"`, name, 1)
    const limits = { ...defaultLimits, ...options.limits }
    try {
      return execute(definition, data, {
        set: this,
        functions: options.functions,
        missingKey: options.missingKey ?? 'zero',
        limits,
        budget: options.budget ?? newBudget(),
        rangeOverInt: options.rangeOverInt ?? true,
      })
    } catch (error) {
      if (error instanceof RangeError && error.message.includes('call stack'))
        throw new TemplateError('TEMPLATE_LIMIT', `template: ${definition.source.name}:1: templates are nested too deeply`, definition.source.name, 1)
      throw error
    }
  }
}
