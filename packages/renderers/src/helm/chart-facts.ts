// `.Chart`: the description of a chart under Go's names for its members. Follows helm `pkg/chart`.
import { HostObject, isMap } from '@plumbline/gotemplate'
import type { GoMap, GoValue } from '@plumbline/gotemplate'
import type { ChartInstance } from './instances.ts'

/** One field of a Go struct: its name in templates, in YAML, and its value when nothing is set. */
interface Field {
  readonly go: string
  readonly yaml: string
  readonly zero: '' | false | null
}

const text = (go: string, yaml = go.charAt(0).toLowerCase() + go.slice(1)): Field => ({ go, yaml, zero: '' })
const flag = (go: string, yaml: string): Field => ({ go, yaml, zero: false })
const collection = (go: string, yaml: string): Field => ({ go, yaml, zero: null })

const metadataFields: readonly Field[] = [
  text('Name'),
  text('Home'),
  collection('Sources', 'sources'),
  text('Version'),
  text('Description'),
  collection('Keywords', 'keywords'),
  collection('Maintainers', 'maintainers'),
  text('Icon'),
  text('APIVersion', 'apiVersion'),
  text('Condition'),
  text('Tags'),
  text('AppVersion'),
  flag('Deprecated', 'deprecated'),
  collection('Annotations', 'annotations'),
  text('KubeVersion'),
  collection('Dependencies', 'dependencies'),
  text('Type'),
]
const maintainerFields: readonly Field[] = [text('Name'), text('Email'), text('URL', 'url')]
const dependencyFields: readonly Field[] = [
  text('Name'),
  text('Version'),
  text('Repository'),
  text('Condition'),
  collection('Tags', 'tags'),
  flag('Enabled', 'enabled'),
  collection('ImportValues', 'import-values'),
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
  override field(name: string): { readonly value: GoValue } | undefined {
    if (Object.hasOwn(this.always, name)) return { value: this.always[name] }
    const field = this.fields.find(({ go }) => go === name)
    return field === undefined ? undefined : { value: this.values[field.yaml] ?? field.zero }
  }
  override plain(): GoValue {
    const set = this.fields.filter(({ yaml, zero }) => this.values[yaml] !== undefined && this.values[yaml] !== zero)
    return { ...Object.fromEntries(set.map(({ yaml }) => [yaml, this.values[yaml]])), ...this.always }
  }
}

function structs(list: unknown, type: string, fields: readonly Field[]): GoValue {
  return Array.isArray(list) ? list.filter(isMap).map((item) => new Struct(type, fields, item)) : null
}

/** What `.Chart` is for an instance: under an alias it has that name. */
export function chartFacts(instance: ChartInstance): HostObject {
  const { raw } = instance.chart.metadata
  const values: GoMap = {
    ...raw,
    name: instance.name,
    maintainers: structs(raw['maintainers'], '*chart.Maintainer', maintainerFields),
    dependencies: structs(raw['dependencies'], '*chart.Dependency', dependencyFields),
  }
  return new Struct('struct { chart.Metadata; IsRoot bool }', metadataFields, values, { IsRoot: instance.parent === undefined })
}
