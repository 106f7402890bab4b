// `.Chart`: the description of a chart under Go's names for its members. Follows helm `pkg/chart`.
import { HostObject, isMap, isTrue, nilMap, structMembers, typed, valueText } from '@plumbline/gotemplate'
import type { GoMap, GoValue } from '@plumbline/gotemplate'
import type { HelmVersion } from './helm-version.ts'
import type { ChartInstance } from './instances.ts'

/** One field of a Go struct: its name in templates, in YAML, and its value when nothing is set. */
interface Field {
  readonly go: string
  readonly yaml: string
  readonly zero: '' | false | null
  readonly isList: boolean
}

const text = (go: string, yaml = go.charAt(0).toLowerCase() + go.slice(1)): Field => ({ go, yaml, zero: '', isList: false })
const flag = (go: string, yaml: string): Field => ({ go, yaml, zero: false, isList: false })
const list = (go: string, yaml: string): Field => ({ go, yaml, zero: null, isList: true })

const metadataFields: readonly Field[] = [
  text('Name'),
  text('Home'),
  list('Sources', 'sources'),
  text('Version'),
  text('Description'),
  list('Keywords', 'keywords'),
  list('Maintainers', 'maintainers'),
  text('Icon'),
  text('APIVersion', 'apiVersion'),
  text('Condition'),
  text('Tags'),
  text('AppVersion'),
  flag('Deprecated', 'deprecated'),
  { go: 'Annotations', yaml: 'annotations', zero: null, isList: false },
  text('KubeVersion'),
  list('Dependencies', 'dependencies'),
  text('Type'),
]
const maintainerFields: readonly Field[] = [text('Name'), text('Email'), text('URL', 'url')]
const dependencyFields: readonly Field[] = [
  text('Name'),
  text('Version'),
  text('Repository'),
  text('Condition'),
  list('Tags', 'tags'),
  flag('Enabled', 'enabled'),
  list('ImportValues', 'import-values'),
  text('Alias'),
]

/** A struct: templates see its fields, JSON and YAML those that are set. */
class Struct extends HostObject {
  override readonly typeName: string
  private readonly fields: readonly Field[]
  private readonly values: GoMap
  private readonly always: GoMap
  constructor(typeName: string, fields: readonly Field[], values: GoMap, always: GoMap = {}) {
    super()
    this.typeName = typeName
    this.fields = fields
    this.values = values
    this.always = always
  }
  private of({ yaml, zero }: Field): GoValue {
    return this.values[yaml] ?? zero
  }
  override field(name: string): { readonly value: GoValue } | undefined {
    if (Object.hasOwn(this.always, name)) return { value: this.always[name] }
    const field = this.fields.find(({ go }) => go === name)
    return field === undefined ? undefined : { value: this.of(field) }
  }
  override plain(): GoValue {
    const set = this.fields.filter((field) => isTrue(this.of(field)))
    return structMembers({ ...Object.fromEntries(set.map((field) => [field.yaml, this.of(field)])), ...this.always })
  }
  /** As `%v` prints it; what a pointer inside points to is not shown. */
  override text(): string {
    const shown = (field: Field): string => {
      const value = this.of(field)
      if (value === null) return field.isList ? '[]' : 'map[]'
      return Array.isArray(value)
        ? `[${value.map((item: GoValue) => (item instanceof Struct ? '0xc000000000' : valueText(item))).join(' ')}]`
        : valueText(value)
    }
    const own = `{${this.fields.map(shown).join(' ')}}`
    const more = Object.values(this.always)
    if (more.length > 0) return `{${own} ${more.map((value) => valueText(value)).join(' ')}}`
    return this.typeName.startsWith('*') ? `&${own}` : own
  }
  /** The fields by their Go names, as Helm 4 gives them. */
  asMap(): GoMap {
    const inner = (value: GoValue): GoValue => (Array.isArray(value) ? value.map((item: GoValue) => (item instanceof Struct ? item.asMap() : item)) : value)
    const valueOf = (field: Field): GoValue => this.of(field) ?? (field.zero === null && !field.isList ? nilMap() : null)
    const own = this.fields.map((field) => [field.go, field.isList ? (inner(this.of(field)) ?? []) : valueOf(field)] as const)
    return { ...Object.fromEntries(own), ...this.always }
  }
}

function structs(items: unknown, type: string, fields: readonly Field[]): GoValue {
  if (!Array.isArray(items) || items.length === 0) return null
  return typed(
    items.filter(isMap).map((item) => new Struct(type, fields, item)),
    `[]${type}`,
  )
}

/** What `.Chart` is for an instance, which under an alias has that name: a struct for Helm 3, a map for Helm 4. */
export function chartFacts(instance: ChartInstance, helm: HelmVersion): GoValue {
  const { raw } = instance.chart.metadata
  const values: GoMap = {
    ...raw,
    name: instance.name,
    maintainers: structs(raw['maintainers'], '*chart.Maintainer', maintainerFields),
    dependencies: structs(raw['dependencies'], '*chart.Dependency', dependencyFields),
  }
  const facts = new Struct('struct { chart.Metadata; IsRoot bool }', metadataFields, values, { IsRoot: instance.parent === undefined })
  return helm === 3 ? facts : facts.asMap()
}
