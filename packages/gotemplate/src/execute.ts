// Runs parsed templates. Rules and messages follow Go's `text/template` (exec.go).
import { isAssignable, reflectedText, templateText } from './assignable.ts'
import { FunctionError, TemplateError } from './errors.ts'
import { printedText } from './format.ts'
import { typeTexts } from './functions.ts'
import type { CallContext, FunctionMap, ParameterType, TemplateFunction, TemplateNames } from './functions.ts'
import type { Budget, TemplateLimits } from './limits.ts'
import { lineAndColumn, nodeText } from './nodes.ts'
import type { CommandNode, Node, Operand, PipeNode, Place, RangeNode, TemplateNode } from './nodes.ts'
import { GoInt, goInt } from './numbers.ts'
import type { Definition } from './parser.ts'
import { quoted } from './quote.ts'
import { holdsInterfaces, HostObject, isMap, isNil, isTrue, sortedKeys, typeName, methodOf } from './values.ts'
import type { GoValue } from './values.ts'

/** What one execution works with. */
export interface Execution {
  readonly set: TemplateNames
  readonly functions: FunctionMap
  readonly missingKey: 'default' | 'zero' | 'error'
  readonly limits: TemplateLimits
  readonly budget: Budget
  /** Whether ranges over integers are known, as they are from Go 1.24 on. */
  readonly rangeOverInt: boolean
}

/** Leaves a range. */
class Leave {
  readonly kind: 'break' | 'continue'
  constructor(kind: 'break' | 'continue') {
    this.kind = kind
  }
}
const leaves = { break: new Leave('break'), continue: new Leave('continue') }

interface Variable {
  readonly name: string
  value: GoValue
  /** Whether the value came out of a list or map, where Go knows it as an interface. */
  isElement: boolean
}

const absent = Symbol('no final argument')

/** Run a template. @throws {TemplateError} */
export function execute(definition: Definition, data: GoValue, execution: Execution): string {
  return new Runner(definition, execution, data).run(data)
}

class Runner implements CallContext {
  private readonly definition: Definition
  private readonly execution: Execution
  private readonly variables: Variable[]
  private output = ''
  private place: Place
  private text: Operand | CommandNode | undefined
  /** Whether the value of the dot came out of a list or map, where Go knows it as an interface. */
  private isDotElement = false
  /** The same of the value of the chain that was evaluated last. */
  private isMember = false

  constructor(definition: Definition, execution: Execution, data: GoValue) {
    this.definition = definition
    this.execution = execution
    this.variables = [{ name: '$', value: data, isElement: false }]
    this.place = { source: definition.source, position: 0 }
  }

  run(data: GoValue): string {
    const { budget, limits } = this.execution
    budget.depth++
    if (budget.depth > limits.depth) this.limit(`templates are nested more than ${limits.depth} deep`)
    try {
      this.walkList(data, this.definition.nodes)
    } finally {
      budget.depth--
    }
    return this.output
  }

  /** Run another template of the set, or of one laid over it, within the same limits. */
  execute(name: string, data: GoValue, set: TemplateNames = this.execution.set): string {
    const definition = set.lookup(name)
    if (definition === undefined) throw new FunctionError(`template: no template ${quoted(name)} associated with template "gotpl"`)
    return execute(definition, data, set === this.execution.set ? this.execution : { ...this.execution, set })
  }

  get templates(): TemplateNames {
    return this.execution.set
  }

  spend(steps: number): void {
    const { budget, limits } = this.execution
    budget.steps += steps
    if (budget.steps > limits.steps) this.limit(`more than ${limits.steps} steps`)
  }

  private write(text: string): void {
    const { budget, limits } = this.execution
    budget.output += text.length
    if (budget.output > limits.output) this.limit(`more than ${limits.output} characters of output`)
    this.output += text
  }

  private limit(what: string, cause?: RangeError): never {
    const { line } = lineAndColumn(this.place)
    throw new TemplateError('TEMPLATE_LIMIT', `template: ${this.place.source.name}:${line}: ${what}`, this.place.source.name, line, { cause })
  }

  private at(node: Operand | CommandNode): void {
    this.place = node.place
    this.text = node
  }

  private fail(message: string, cause?: unknown): never {
    const { line, column } = lineAndColumn(this.place)
    const { name } = this.place.source
    const where = this.text === undefined ? '' : ` at <${nodeText(this.text)}>`
    throw new TemplateError(
      'TEMPLATE_EXECUTE',
      `template: ${name}:${line}:${column}: executing ${quoted(this.definition.name)}${where}: ${message}`,
      name,
      line,
      cause === undefined ? undefined : { cause },
    )
  }

  private walkList(dot: GoValue, nodes: readonly Node[]): Leave | undefined {
    for (const node of nodes) {
      const leave = this.walk(dot, node)
      if (leave !== undefined) return leave
    }
    return undefined
  }

  private walk(dot: GoValue, node: Node): Leave | undefined {
    this.spend(1)
    switch (node.kind) {
      case 'text':
        this.write(node.text)
        return undefined
      case 'action': {
        const value = this.pipeline(dot, node.pipe)
        if (node.pipe.variables.length === 0) {
          if (typeof value === 'function') this.fail(`can't print ${nodeText(node.pipe)} of type ${typeName(value)}`)
          this.write(typeof value === 'string' ? value : printedText(value))
        }
        return undefined
      }
      case 'if':
      case 'with': {
        const mark = this.variables.length
        const value = this.pipeline(dot, node.pipe)
        const isElement = this.isDotElement
        let leave: Leave | undefined
        if (isTrue(value)) {
          if (node.kind === 'with') this.isDotElement = false
          leave = this.walkList(node.kind === 'with' ? value : dot, node.list)
        } else if (node.otherwise !== undefined) leave = this.walkList(dot, node.otherwise)
        this.isDotElement = isElement
        this.variables.length = mark
        return leave
      }
      case 'range':
        return this.range(dot, node)
      case 'template':
        this.template(dot, node)
        return undefined
      case 'break':
      case 'continue':
        return leaves[node.kind]
    }
  }

  private range(dot: GoValue, node: RangeNode): Leave | undefined {
    const mark = this.variables.length
    const isElement = this.isDotElement
    const raw = this.pipeline(dot, node.pipe)
    const value = raw instanceof HostObject ? raw.plain() : raw
    const scope = this.variables.length
    const areInterfaces = holdsInterfaces(value)
    const once = (key: GoValue, item: GoValue): boolean => {
      this.spend(1)
      const { variables, isAssignment } = node.pipe
      if (variables.length > 0) {
        const [first, second] = variables.length === 1 ? [undefined, variables[0]] : variables
        if (isAssignment) {
          if (first !== undefined) this.setVariable(first, key)
          if (second !== undefined) this.setVariable(second, item, areInterfaces)
        } else {
          // The pipeline has declared them; they take a new value each time.
          if (second !== undefined) this.setTop(1, item, areInterfaces)
          if (first !== undefined) this.setTop(2, key)
        }
      }
      this.isDotElement = areInterfaces
      const leave = this.walkList(item, node.list)
      this.variables.length = scope
      return leave?.kind === 'break'
    }
    let isEmpty = true
    if (Array.isArray(value)) {
      for (let index = 0; index < value.length; index++) {
        isEmpty = false
        if (once(goInt(index), value[index])) break
      }
    } else if (isMap(value)) {
      for (const key of sortedKeys(value)) {
        isEmpty = false
        if (once(key, value[key])) break
      }
    } else if (value instanceof GoInt && this.execution.rangeOverInt) {
      if (node.pipe.variables.length > 1) this.fail(`can't use ${String(value.value)} to iterate over more than one variable`)
      for (let index = 0n; index < value.value; index++) {
        isEmpty = false
        if (once(undefined, goInt(index, value.kind))) break
      }
    } else if (value !== undefined && value !== null) {
      this.isDotElement = isElement
      this.fail(`range can't iterate over ${printedText(value)}`)
    }
    this.isDotElement = isElement
    let leave: Leave | undefined
    if (isEmpty && node.otherwise !== undefined) leave = this.walkList(dot, node.otherwise)
    this.variables.length = mark
    return leave
  }

  private template(dot: GoValue, node: TemplateNode): void {
    this.place = node.place
    this.text = { kind: 'string', place: node.place, quoted: templateText(node), value: '' }
    const definition = this.execution.set.lookup(node.name)
    if (definition === undefined) this.fail(`template ${quoted(node.name)} not defined`)
    const data = node.pipe === undefined ? undefined : this.pipeline(dot, node.pipe)
    this.output += new Runner(definition, this.execution, data).run(data)
  }

  private setVariable(name: string, value: GoValue, isElement = false): void {
    for (let index = this.variables.length - 1; index >= 0; index--) {
      const variable = this.variables[index]
      if (variable?.name !== name) continue
      variable.value = value
      variable.isElement = isElement
      return
    }
    this.fail(`undefined variable: ${name}`)
  }

  private setTop(fromEnd: number, value: GoValue, isElement = false): void {
    const variable = this.variables[this.variables.length - fromEnd]
    if (variable === undefined) return
    variable.value = value
    variable.isElement = isElement
  }

  private variable(name: string): Variable {
    for (let index = this.variables.length - 1; index >= 0; index--) {
      const variable = this.variables[index]
      if (variable?.name === name) return variable
    }
    return this.fail(`undefined variable: ${name}`)
  }

  private pipeline(dot: GoValue, pipe: PipeNode): GoValue {
    this.place = pipe.place
    this.text = pipe
    let value: GoValue = absent
    for (const command of pipe.commands) value = this.command(dot, command, value)
    const result = value === absent ? undefined : value
    for (const name of pipe.variables) {
      if (pipe.isAssignment) this.setVariable(name, result)
      else this.variables.push({ name, value: result, isElement: false })
    }
    return result
  }

  private command(dot: GoValue, command: CommandNode, final: GoValue): GoValue {
    this.spend(1)
    const [first] = command.operands
    if (first === undefined) return this.fail('empty command')
    const args = command.operands
    switch (first.kind) {
      case 'field':
        this.at(first)
        return this.fieldChain(dot, dot, this.isDotElement, first, first.path, args, final)
      case 'chain':
        return this.chain(dot, first, args, final)
      case 'function':
        return this.callFunction(dot, first, command, args, final)
      case 'pipe':
        this.refuseArguments(first, args, final)
        return this.pipeline(dot, first)
      case 'variable': {
        this.at(first)
        const { value, isElement } = this.variable(first.name)
        if (first.path.length === 0) {
          this.refuseArguments(first, args, final)
          return value
        }
        return this.fieldChain(dot, value, isElement, first, first.path, args, final)
      }
      default:
    }
    this.at(first)
    this.refuseArguments(first, args, final)
    switch (first.kind) {
      case 'bool':
        return first.value
      case 'dot':
        return dot
      case 'nil':
        return this.fail('nil is not a command')
      case 'number':
        return this.constant(first)
      case 'string':
        return first.value
    }
  }

  private refuseArguments(first: Operand, args: readonly Operand[], final: GoValue): void {
    if (args.length > 1 || final !== absent) {
      this.at(first)
      this.fail(`can't give argument to non-function ${nodeText(first)}`)
    }
  }

  private constant(node: Extract<Operand, { kind: 'number' }>): GoValue {
    const { integer, float, isInteger } = node.value
    this.at(node)
    if (isInteger && integer === undefined) return this.fail(`${node.text} overflows int`)
    if (isInteger && integer !== undefined) return goInt(integer)
    return float
  }

  private chain(dot: GoValue, node: Extract<Operand, { kind: 'chain' }>, args: readonly Operand[], final: GoValue): GoValue {
    this.at(node)
    if (node.operand.kind === 'nil') return this.fail(`indirection through explicit nil in ${nodeText(node)}`)
    const receiver = this.operand(dot, node.operand, 'any')
    return this.fieldChain(dot, receiver, false, node, node.path, args, final)
  }

  private fieldChain(
    dot: GoValue,
    receiver: GoValue,
    isElement: boolean,
    node: Operand,
    path: readonly string[],
    args: readonly Operand[],
    final: GoValue,
  ): GoValue {
    let value = receiver
    let isMember = isElement
    const last = path.length - 1
    for (let index = 0; index <= last; index++) {
      const holder = value
      const name = path[index] ?? ''
      value = index < last ? this.field(dot, holder, isMember, node, name, [], absent) : this.field(dot, holder, isMember, node, name, args.slice(1), final)
      // Of what is there, and has members of its own, nobody asks.
      isMember = isMap(value) || holdsInterfaces(holder)
    }
    this.isMember = isMember
    return value
  }

  private field(dot: GoValue, receiver: GoValue, isElement: boolean, node: Operand, name: string, args: readonly Operand[], final: GoValue): GoValue {
    if (receiver === undefined || receiver === null) {
      if (isElement) return this.fail(`nil pointer evaluating interface {}.${name}`)
      if (this.execution.missingKey === 'error') return this.fail(`nil data; no entry for key ${quoted(name)}`)
      return undefined
    }
    const hasArguments = args.length > 0 || final !== absent
    if (typeof receiver === 'object') {
      const method = receiver instanceof HostObject ? receiver.method(name) : isMap(receiver) ? methodOf(receiver, name) : undefined
      if (method !== undefined) {
        const given = args.length + (final === absent ? 0 : 1)
        if (given < method.min || given > method.max) return this.fail(`wrong number of args for ${name}: want ${method.min} got ${given}`)
        const values = args.map((operand, index) => this.operand(dot, operand, method.parameters?.[index] ?? 'any'))
        if (final !== absent) values.push(this.checked(final, method.parameters?.[values.length] ?? 'any'))
        return this.guarded(name, node, () => method.call(values))
      }
      const field = receiver instanceof HostObject ? receiver.field(name) : undefined
      if (field !== undefined) {
        if (hasArguments) return this.fail(`${name} has arguments but cannot be invoked as function`)
        return field.value
      }
    }
    const map = receiver instanceof HostObject ? (receiver.kindName === 'map' ? receiver.plain() : undefined) : receiver
    if (isMap(map)) {
      if (hasArguments) return this.fail(`${name} is not a method but has arguments`)
      if (Object.hasOwn(map, name)) return map[name]
      if (this.execution.missingKey === 'error') return this.fail(`map has no entry for key ${quoted(name)}`)
      return receiver instanceof HostObject ? receiver.missing() : undefined
    }
    return this.fail(`can't evaluate field ${name} in type ${isElement ? 'interface {}' : typeName(receiver)}`)
  }

  private callFunction(
    dot: GoValue,
    node: Extract<Operand, { kind: 'function' }>,
    command: CommandNode | Operand,
    args: readonly Operand[],
    final: GoValue,
  ): GoValue {
    this.at(node)
    const { name } = node
    if (name === 'and' || name === 'or') return this.shortCircuit(dot, name, args, final)
    const { functions } = this.execution
    const declared: TemplateFunction | undefined = Object.hasOwn(functions, name) ? functions[name] : undefined
    if (declared === undefined) return this.fail(`${quoted(name)} is not a defined function`)
    const given = args.length - 1 + (final === absent ? 0 : 1)
    const fixed = declared.parameters.length
    if (declared.variadic === undefined ? given !== fixed : given < fixed)
      return this.fail(`wrong number of args for ${name}: want ${declared.variadic === undefined ? '' : 'at least '}${fixed} got ${given}`)
    const values: GoValue[] = []
    for (let index = 1; index < args.length; index++) {
      const operand = args[index]
      if (operand !== undefined) values.push(this.operand(dot, operand, declared.parameters[index - 1] ?? declared.variadic ?? 'any'))
    }
    if (final !== absent) values.push(this.checked(final, declared.parameters[values.length] ?? declared.variadic ?? 'any'))
    if (declared.takesText === true) values.unshift(args.length > 1 ? nodeText(args[1] ?? node) : reflectedText(final))
    return this.guarded(name, command, () => declared.call(values, this))
  }

  /** What functions throw becomes a failure at the place of the call. */
  private guarded(name: string, node: CommandNode | Operand, call: () => GoValue): GoValue {
    try {
      return call()
    } catch (error) {
      if (error instanceof TemplateError && error.code === 'TEMPLATE_LIMIT') throw error
      this.at(node)
      if (error instanceof RangeError && error.message.includes('call stack')) return this.limit('templates are nested too deeply', error)
      return this.fail(`error calling ${name}: ${error instanceof Error ? error.message : String(error)}`, error)
    }
  }

  private shortCircuit(dot: GoValue, name: 'and' | 'or', args: readonly Operand[], final: GoValue): GoValue {
    const given = args.length - 1 + (final === absent ? 0 : 1)
    if (given < 1) return this.fail(`wrong number of args for ${name}: want at least 1 got 0`)
    let value: GoValue
    for (let index = 1; index < args.length; index++) {
      const operand = args[index]
      if (operand === undefined) continue
      value = this.operand(dot, operand, 'any')
      if (isTrue(value) === (name === 'or')) return value
    }
    return final === absent ? value : final
  }

  /** The value of an argument, as a parameter of its type takes it. */
  private operand(dot: GoValue, node: Operand, type: ParameterType): GoValue {
    this.at(node)
    switch (node.kind) {
      case 'dot':
        return this.isDotElement ? this.checkedElement(dot, type) : this.checked(dot, type)
      case 'nil':
        if (type === 'any' || type === 'value' || type === 'map' || type === 'list' || type === '[]string') return undefined
        return this.fail(`cannot assign nil to ${typeTexts[type]}`)
      case 'field':
        return this.checkedMember(this.fieldChain(dot, dot, this.isDotElement, node, node.path, [node], absent), type)
      case 'variable': {
        const { value, isElement } = this.variable(node.name)
        if (node.path.length > 0) return this.checkedMember(this.fieldChain(dot, value, isElement, node, node.path, [node], absent), type)
        return isElement ? this.checkedElement(value, type) : this.checked(value, type)
      }
      case 'pipe': {
        // What fails from here on is told with the place that was evaluated last, as in Go.
        return this.checked(this.pipeline(dot, node), type)
      }
      case 'function': {
        const value = this.callFunction(dot, node, node, [node], absent)
        return this.checked(value, type)
      }
      case 'chain':
        return this.checkedMember(this.chain(dot, node, [node], absent), type)
      default:
    }
    return this.constantOf(node, type)
  }

  private constantOf(node: Extract<Operand, { kind: 'bool' | 'number' | 'string' }>, type: ParameterType): GoValue {
    switch (type) {
      case 'any':
      case 'value':
        return node.kind === 'number' ? this.constant(node) : node.value
      case 'string':
        return node.kind === 'string' ? node.value : this.fail(`expected string; found ${nodeText(node)}`)
      case 'bool':
        return node.kind === 'bool' ? node.value : this.fail(`expected bool; found ${nodeText(node)}`)
      case 'int':
      case 'int64':
        return node.kind === 'number' && node.value.integer !== undefined
          ? goInt(node.value.integer, type)
          : this.fail(`expected integer; found ${nodeText(node)}`)
      case 'uint32':
        return node.kind === 'number' && node.value.integer !== undefined && node.value.integer >= 0n
          ? new GoInt(BigInt.asUintN(32, node.value.integer), type)
          : this.fail(`expected unsigned integer; found ${nodeText(node)}`)
      case 'float64':
        return node.kind === 'number' && node.value.float !== undefined ? node.value.float : this.fail(`expected float; found ${nodeText(node)}`)
      default:
        return this.fail(`can't handle ${nodeText(node)} for arg of type ${typeTexts[type]}`)
    }
  }

  private checkedMember(value: GoValue, type: ParameterType): GoValue {
    return this.isMember ? this.checkedElement(value, type) : this.checked(value, type)
  }

  /** As `checked`; a member that is nil still has the type of members. */
  private checkedElement(value: GoValue, type: ParameterType): GoValue {
    if (isNil(value) && type === 'value') return null
    if (isNil(value) && type !== 'any') return this.fail(`wrong type for value; expected ${typeTexts[type]}; got interface {}`)
    return this.checked(value, type)
  }

  /** The value, when it can be assigned to a parameter of the type. */
  private checked(value: GoValue, type: ParameterType): GoValue {
    if (type === 'any') return value
    if (type === 'value') return value ?? undefined
    if (value === undefined || value === null) {
      if (type === 'map' || type === 'list' || type === '[]string') return undefined
      return this.fail(`invalid value; expected ${typeTexts[type]}`)
    }
    if (isAssignable(value, type)) return value
    return this.fail(`wrong type for value; expected ${typeTexts[type]}; got ${typeName(value)}`)
  }
}
