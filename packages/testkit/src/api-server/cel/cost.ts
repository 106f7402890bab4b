// What a rule may cost at most, told from its text and its schema alone. Follows cel-go `checker/cost.go` and apiserver `pkg/cel/library/cost.go`,
// as far as orders of magnitude go: sizes that nothing bounds count as what a request may carry.
import { isObject, objectOf } from '../types.ts'
import type { JsonObject } from '../types.ts'

/** A node of an expression, as the library has it. */
export interface CelNode {
  readonly op: string
  readonly args: unknown
}

/** Bounds of one expression and of all in one schema. */
export const expressionLimit = 10_000_000
export const schemaLimit = 100_000_000

const maxRequestBytes = 3 * 1024 * 1024
const traversal = 0.1

/** What is known of a value: its schema, or at least how many elements or characters it has at most. */
interface Shape {
  readonly schema?: JsonObject | undefined
  readonly size: number
}

interface Estimate {
  readonly cost: number
  readonly shape: Shape
}

const scalar: Shape = { size: 1 }
const unknownSize: Shape = { size: Number.POSITIVE_INFINITY }

/** How many elements or characters a value of a schema has at most. */
export function maxSizeOf(schema: JsonObject): number {
  const bound = (name: string): number | undefined => (typeof schema[name] === 'number' ? schema[name] : undefined)
  switch (schema['type']) {
    case 'string': {
      const values = schema['enum']
      if (Array.isArray(values)) return Math.max(0, ...values.map((value) => String(value).length))
      return bound('maxLength') ?? maxRequestBytes - 2
    }
    case 'array':
      return bound('maxItems') ?? (maxRequestBytes - 2) / (minBytesOf(objectOf(schema['items'])) + 1)
    case 'object':
      if (isObject(schema['additionalProperties'])) return bound('maxProperties') ?? (maxRequestBytes - 2) / (minBytesOf(schema['additionalProperties']) + 5)
      return 1
    default:
      return schema['x-kubernetes-int-or-string'] === true ? maxRequestBytes - 2 : 1
  }
}

/** The fewest bytes in which a value can be written. */
function minBytesOf(schema: JsonObject): number {
  switch (schema['type']) {
    case 'boolean':
      return 4
    case 'string':
    case 'array':
      return 2
    case 'object': {
      const required = Array.isArray(schema['required']) ? schema['required'].map(String) : []
      return required.reduce((sum, name) => sum + name.length + 4 + minBytesOf(objectOf(objectOf(schema['properties'])[name])), 2)
    }
    default:
      return 1
  }
}

/** The most that an expression about a value of a schema can cost. */
export function costOf(root: CelNode, schema: JsonObject): number {
  const self = shapeOf(schema)
  return estimate(
    root,
    new Map([
      ['self', self],
      ['oldSelf', self],
    ]),
  ).cost
}

function shapeOf(schema: unknown): Shape {
  return isObject(schema) ? { schema, size: maxSizeOf(schema) } : unknownSize
}

const comprehensions = new Set(['all', 'exists', 'exists_one', 'map', 'filter'])
const sameSize = new Set(['lowerAscii', 'upperAscii', 'trim', 'substring', 'charAt', 'reverse', 'sort', 'distinct', 'slice', 'find'])

function estimate(node: CelNode, scope: ReadonlyMap<string, Shape>): Estimate {
  const of = (inner: unknown): Estimate => estimate(inner as CelNode, scope)
  const args = node.args as unknown[]
  switch (node.op) {
    case 'value':
      return { cost: 0, shape: { size: typeof node.args === 'string' ? node.args.length : 1 } }
    case 'id':
      return { cost: 1, shape: scope.get(String(node.args)) ?? scalar }
    case '.':
    case '.?': {
      const target = of(args[0])
      const properties = objectOf(target.shape.schema?.['properties'])
      const inner = properties[String(args[1])] ?? target.shape.schema?.['additionalProperties']
      return { cost: target.cost + 1, shape: shapeOf(inner) }
    }
    case '[]':
    case '[?]': {
      const [target, index] = [of(args[0]), of(args[1])]
      return { cost: target.cost + index.cost + 1, shape: shapeOf(target.shape.schema?.['items'] ?? target.shape.schema?.['additionalProperties']) }
    }
    case 'list': {
      const items = args.map(of)
      return { cost: 10 + items.reduce((sum, { cost }) => sum + cost, 0), shape: { size: items.length } }
    }
    case 'map':
      return { cost: 30 + (args as [unknown, unknown][]).reduce((sum, [key, value]) => sum + of(key).cost + of(value).cost, 0), shape: { size: args.length } }
    case '?:': {
      const [condition, yes, no] = args.map(of) as [Estimate, Estimate, Estimate]
      return { cost: condition.cost + Math.max(yes.cost, no.cost), shape: yes.shape.size >= no.shape.size ? yes.shape : no.shape }
    }
    case '&&':
    case '||': {
      const [left, right] = args.map(of) as [Estimate, Estimate]
      return { cost: left.cost + right.cost, shape: scalar }
    }
    case '!_':
    case '-_':
      return { cost: of(node.args).cost + 1, shape: scalar }
    case 'call':
      return callCost(String(args[0]), undefined, args[1] as CelNode[], scope)
    case 'rcall':
      return callCost(String(args[0]), args[1] as CelNode, args[2] as CelNode[], scope)
    default: {
      const [left, right] = args.map(of) as [Estimate, Estimate]
      const sizes = [left.shape.size, right.shape.size] as const
      const work = node.op === '+' ? sizes[0] + sizes[1] : node.op === 'in' ? sizes[1] : Math.min(...sizes)
      const isText = sizes.some((size) => size > 1)
      return {
        cost: left.cost + right.cost + (isText ? Math.ceil(work * (node.op === 'in' ? 1 : traversal)) : 1),
        shape: node.op === '+' && isText ? { size: sizes[0] + sizes[1] } : scalar,
      }
    }
  }
}

function callCost(name: string, receiver: CelNode | undefined, args: readonly CelNode[], scope: ReadonlyMap<string, Shape>): Estimate {
  const target = receiver === undefined ? undefined : estimate(receiver, scope)
  const [variable] = args
  if (target !== undefined && comprehensions.has(name) && variable?.op === 'id') {
    const { schema } = target.shape
    const element = isObject(schema?.['items']) ? shapeOf(schema['items']) : isObject(schema?.['additionalProperties']) ? unknownSize : scalar
    const inner = new Map([...scope, [String(variable.args), element]])
    const body = args.slice(1).reduce((sum, arg) => sum + estimate(arg, inner).cost, 0)
    return { cost: target.cost + target.shape.size * (body + 3) + 2, shape: name === 'map' || name === 'filter' ? { size: target.shape.size } : scalar }
  }
  const given = args.map((arg) => estimate(arg, scope))
  const base = (target?.cost ?? 0) + given.reduce((sum, { cost }) => sum + cost, 0)
  const subject = target ?? given[0]
  const size = subject?.shape.size ?? 1
  const argument = (target === undefined ? given[1] : given[0])?.shape.size ?? 1
  switch (name) {
    case 'matches':
    case 'matchez':
      return { cost: base + Math.ceil(size * traversal) * Math.max(1, Math.ceil(argument * 0.25)), shape: scalar }
    case 'contains':
      return { cost: base + Math.ceil(size * traversal) * Math.max(1, Math.ceil(argument * traversal)), shape: scalar }
    case 'startsWith':
    case 'endsWith':
      return { cost: base + Math.ceil(argument * traversal), shape: scalar }
    case 'size':
    case 'has':
    case 'int':
    case 'double':
    case 'bool':
    case 'type':
      return { cost: base + 1, shape: scalar }
    case 'string':
      // Nobody knows how long the text of a value gets.
      return { cost: base + 1, shape: (subject?.shape.size ?? 1) > 1 ? { size } : unknownSize }
    case 'isSorted':
    case 'sum':
    case 'min':
    case 'max':
    case 'indexOf':
    case 'lastIndexOf':
      return { cost: base + Math.ceil(size * (subject?.shape.schema?.['type'] === 'string' ? traversal : 1)), shape: scalar }
    default:
      if (sameSize.has(name) || name === 'split' || name === 'replace' || name === 'join' || name === 'findAll')
        return { cost: base + Math.ceil(size * traversal), shape: { size: name === 'replace' ? size * Math.max(1, given.at(-1)?.shape.size ?? 1) : size } }
      return { cost: base + Math.max(1, Math.ceil((size > 1 ? size : 0) * traversal)), shape: scalar }
  }
}
