// Types of the built-in kinds, out of the compact tables, each built when it is first asked for.
import { kindTable, nameTable, typeTable } from './types.data.ts'
import type { ObjectSchema, PatchMarks, ScalarType, TypeSchema } from '../type-schema.ts'

/** Group, version and kind; the core group is empty. */
export interface GroupVersionKind {
  readonly group: string
  readonly version: string
  readonly kind: string
}

type TypeRow = readonly [
  Readonly<Record<string, string>>,
  {
    readonly a?: 1
    readonly r?: readonly string[]
    readonly d?: Readonly<Record<string, unknown>>
    readonly z?: readonly string[]
    readonly n?: readonly string[]
    readonly o?: readonly string[]
    readonly g?: Readonly<Record<string, string>>
  }?,
]

const scalars: Readonly<Record<string, ScalarType>> = {
  s: 'string',
  i: 'int32',
  l: 'int64',
  n: 'number',
  b: 'boolean',
  x: 'int-or-string',
  q: 'quantity',
  B: 'byte',
  d: 'date-time',
  m: 'micro-time',
}

/** Parses the tables once, at the first question. */
function createTypes(): { schemaAt(index: number): ObjectSchema; indexOf(kind: string): number | undefined; indexNamed(name: string): number } {
  const rows = JSON.parse(typeTable) as readonly TypeRow[]
  const kinds = JSON.parse(kindTable) as Readonly<Record<string, number>>
  const names = JSON.parse(nameTable) as readonly string[]
  const built = new Map<number, ObjectSchema>()

  function schemaAt(index: number): ObjectSchema {
    const known = built.get(index)
    if (known !== undefined) return known
    const [members, facts] = rows[index] ?? [{}]
    let fields: ReadonlyMap<string, TypeSchema> | undefined
    const schema: ObjectSchema = {
      kind: 'object',
      get fields() {
        fields ??= new Map(Object.entries(members).map(([name, expression]) => [name, named(parse(expression), facts?.g?.[name])]))
        return fields
      },
      isAtomic: facts?.a === 1,
      isOpen: false,
      required: facts?.r ?? [],
      defaults: facts?.d ?? {},
      zero: {
        structures: facts?.z ?? [],
        nulls: facts?.n ?? [],
        omitted: facts?.o ?? [],
        scalars: Object.fromEntries(
          Object.entries(facts?.d ?? {}).filter(
            // What the document calls a default may be what Go leaves out.
            ([field, value]) => (value === '' || value === 0 || value === false) && facts?.o?.includes(field) !== true,
          ),
        ),
      },
      ...goNameOf(names[index] ?? ''),
    }
    built.set(index, schema)
    return schema
  }

  /** Notation: a letter for a scalar, `*` anything, `@n` another type, `{x}` a map, `[x]` a list; marks follow after semicolons. */
  function parse(expression: string): TypeSchema {
    const end =
      expression.startsWith('[') || expression.startsWith('{')
        ? expression.lastIndexOf(expression.startsWith('[') ? ']' : '}') + 1
        : (expression.indexOf(';') + 1 || expression.length + 1) - 1
    const [core, marks] = [expression.slice(0, end), expression.slice(end + 1).split(';')]
    const mark = (letter: string): string | undefined => marks.find((entry) => entry.startsWith(letter))?.slice(1)
    const [strategy, mergeKey] = [mark('p'), mark('k')]
    const patch: PatchMarks = {
      ...(strategy === undefined ? {} : { patchStrategy: strategy.split(',') }),
      ...(mergeKey === undefined ? {} : { patchMergeKey: mergeKey }),
    }
    if (core.startsWith('[')) {
      const keys = mark('m')?.split(',') ?? []
      return { kind: 'list', items: parse(core.slice(1, -1)), listType: keys.length > 0 ? 'map' : marks.includes('s') ? 'set' : 'atomic', keys, ...patch }
    }
    if (core.startsWith('{')) return { kind: 'map', values: parse(core.slice(1, -1)), isAtomic: marks.includes('a'), ...patch }
    if (core.startsWith('@')) {
      const target = schemaAt(Number(core.slice(1)))
      if (marks.length === 1 && marks[0] === '') return target
      // A field may say more than its type: getters must not be spread, or every type would be built at once.
      return {
        kind: 'object',
        get fields() {
          return target.fields
        },
        isAtomic: target.isAtomic || marks.includes('a'),
        isOpen: false,
        required: target.required,
        defaults: target.defaults,
        zero: target.zero,
        ...(target.typeName === undefined ? {} : { typeName: target.typeName }),
        ...(target.packageName === undefined ? {} : { packageName: target.packageName }),
        ...patch,
      }
    }
    const scalar = scalars[core]
    return scalar === undefined ? { kind: 'any', isAtomic: true, ...patch } : { kind: 'scalar', type: scalar, ...patch }
  }

  return { schemaAt, indexOf: (kind) => kinds[kind], indexNamed: (name) => names.indexOf(name) }
}

/** A type whose values have a name in Go, or a list of such. */
function named(schema: TypeSchema, goType: string | undefined): TypeSchema {
  if (goType === undefined) return schema
  if (schema.kind === 'list') return { ...schema, items: named(schema.items, goType) }
  return schema.kind === 'scalar' || schema.kind === 'map' ? { ...schema, goType } : schema
}

/** `core.v1.PodSpec` is Go's `v1.PodSpec`. */
function goNameOf(name: string): { readonly typeName: string; readonly packageName: string } {
  const parts = name.split('.')
  return { typeName: parts.at(-1) ?? '', packageName: parts.at(-2) ?? '' }
}

let types: ReturnType<typeof createTypes> | undefined

/** Type of a built-in kind of Kubernetes 1.34, or undefined. */
export function typeSchemaOf({ group, version, kind }: GroupVersionKind): ObjectSchema | undefined {
  types ??= createTypes()
  const index = types.indexOf(`${group}/${version}/${kind}`)
  return index === undefined ? undefined : types.schemaAt(index)
}

let namedTexts: ReadonlySet<string> | undefined

/** Whether a Go type such as `v1.RestartPolicy` is a text with a name of its own. */
export function isNamedText(goName: string): boolean {
  namedTexts ??= new Set(
    (JSON.parse(typeTable) as readonly TypeRow[]).flatMap(([members, facts]) =>
      Object.entries(facts?.g ?? {})
        .filter(([member]) => /^\[?s/.test(members[member] ?? ''))
        .map(([, name]) => name),
    ),
  )
  return namedTexts.has(goName)
}

/** Type by its name in Kubernetes' OpenAPI documents, such as `io.k8s.api.core.v1.PodTemplateSpec`, or undefined. */
export function typeSchemaNamed(name: string): ObjectSchema | undefined {
  types ??= createTypes()
  const index = name.startsWith('io.k8s.') ? types.indexNamed(name.split('.').slice(-3).join('.')) : -1
  return index < 0 ? undefined : types.schemaAt(index)
}
