// What a chart may know of the cluster. Follows helm `pkg/chartutil/capabilities.go`.
import { HostObject, structMembers } from '@plumbline/gotemplate'
import type { GoMethod, GoValue } from '@plumbline/gotemplate'
import { ChartError } from './chart.ts'
import { helmVersions } from './helm-version.ts'
import type { HelmVersion } from './helm-version.ts'
import { knownApiVersions } from './known-api-versions.ts'

class KubeVersion extends HostObject {
  override readonly typeName: string
  readonly version: string
  readonly major: string
  readonly minor: string
  private readonly shown: string
  private readonly isNew: boolean
  constructor(version: string, helm: HelmVersion) {
    super()
    const pattern = helm === 3 ? /^v?([0-9]+)(?:\.([0-9]+))?(?:\.([0-9]+))?([-+].*)?$/ : /^v?([0-9]+)\.([0-9]+)(?:\.([0-9]+))?(.*)$/s
    const parsed = pattern.exec(version.trim())
    const problem = helm === 4 ? versionProblem(version) : parsed === null ? 'Invalid Semantic Version' : undefined
    if (problem !== undefined || parsed === null)
      throw new ChartError('CHART_VALUES', `invalid kube version '${version}': ${problem ?? 'Invalid Semantic Version'}`)
    const [, major = '0', minor = '0', patch = '0', rest = ''] = parsed
    this.typeName = helm === 3 ? 'chartutil.KubeVersion' : 'common.KubeVersion'
    this.isNew = helm === 4
    this.major = major
    this.minor = minor
    this.version = helm === 3 ? `v${major}.${minor}.${patch}${rest}` : version.startsWith('v') ? version : `v${version}`
    // Newer Helm prints the version without what vendors append to it.
    this.shown = helm === 3 ? this.version : `v${/^v?([0-9.]*[0-9])/.exec(version.trim())?.[1] ?? ''}`
  }
  override field(name: string): { readonly value: GoValue } | undefined {
    switch (name) {
      case 'Version':
        return { value: this.version }
      case 'Major':
        return { value: this.major }
      case 'Minor':
        return { value: this.minor }
      default:
        return undefined
    }
  }
  override method(name: string): GoMethod | undefined {
    if (name === 'GitVersion') return { min: 0, max: 0, call: () => this.version }
    return name === 'String' ? { min: 0, max: 0, call: () => this.shown } : undefined
  }
  override plain(): GoValue {
    return structMembers({ Version: this.version, Major: this.major, Minor: this.minor })
  }
  override printed(): string {
    return this.shown
  }
  override text(): string {
    return `{${[this.version, ...(this.isNew ? [this.shown] : []), this.major, this.minor].join(' ')}}`
  }
}

/** What Helm 4 has against a version: it reads them as Kubernetes does. */
function versionProblem(version: string): string | undefined {
  const numbers = /^\s*v?([0-9]+(?:\.[0-9]+)*)/.exec(version)?.[1]?.split('.')
  if (numbers === undefined) return `could not parse ${JSON.stringify(version)} as version`
  if (numbers.length < 2) return `illegal version string ${JSON.stringify(version)}`
  const [first = ''] = numbers
  return /^0./.test(first) ? `illegal zero-prefixed version component ${JSON.stringify(first)} in ${JSON.stringify(version)}` : undefined
}

class ApiVersions extends HostObject {
  override readonly typeName: string
  override readonly kindName = 'slice'
  private readonly versions: readonly string[]
  private readonly known: ReadonlySet<string>
  constructor(versions: readonly string[], helm: HelmVersion) {
    super()
    this.typeName = helm === 3 ? 'chartutil.VersionSet' : 'common.VersionSet'
    this.versions = versions
    this.known = new Set(versions)
  }
  override method(name: string): GoMethod | undefined {
    if (name !== 'Has') return undefined
    return { min: 1, max: 1, parameters: ['string'], call: ([version]) => this.known.has(version as string) }
  }
  override plain(): GoValue {
    return this.versions
  }
  override text(): string {
    return `[${this.versions.join(' ')}]`
  }
}

class HelmBuild extends HostObject {
  override readonly typeName = 'version.BuildInfo'
  private readonly facts: Readonly<Record<string, string>>
  constructor(helm: HelmVersion) {
    super()
    const { text, commit, go } = helmVersions[helm]
    this.facts = { Version: text, GitCommit: commit, GitTreeState: 'clean', GoVersion: go, ...(helm === 4 ? { KubeClientVersion: 'v1.35' } : {}) }
  }
  override field(name: string): { readonly value: GoValue } | undefined {
    return Object.hasOwn(this.facts, name) ? { value: this.facts[name] } : undefined
  }
  override plain(): GoValue {
    return structMembers({
      version: this.facts['Version'],
      git_commit: this.facts['GitCommit'],
      git_tree_state: 'clean',
      go_version: this.facts['GoVersion'],
      ...(this.facts['KubeClientVersion'] === undefined ? {} : { kube_client_version: this.facts['KubeClientVersion'] }),
    })
  }
  override text(): string {
    return `{${Object.values(this.facts).join(' ')}}`
  }
}

export class Capabilities extends HostObject {
  override readonly typeName: string
  override readonly kindName = 'ptr'
  readonly kubeVersion: KubeVersion
  readonly apiVersions: ApiVersions
  private readonly helm: HelmBuild
  constructor(kubeVersion: string, apiVersions: readonly string[], helm: HelmVersion) {
    super()
    this.typeName = helm === 3 ? '*chartutil.Capabilities' : '*common.Capabilities'
    this.kubeVersion = new KubeVersion(kubeVersion, helm)
    this.apiVersions = new ApiVersions(apiVersions, helm)
    this.helm = new HelmBuild(helm)
  }
  override field(name: string): { readonly value: GoValue } | undefined {
    switch (name) {
      case 'KubeVersion':
        return { value: this.kubeVersion }
      case 'APIVersions':
        return { value: this.apiVersions }
      case 'HelmVersion':
        return { value: this.helm }
      default:
        return undefined
    }
  }
  override text(): string {
    return `&{${this.kubeVersion.text()} ${this.apiVersions.text()} ${this.helm.text()}}`
  }
  override plain(): GoValue {
    return structMembers({ KubeVersion: this.kubeVersion, APIVersions: this.apiVersions, HelmVersion: this.helm })
  }
}

/** @param apiVersions beyond those that are built in */
export function capabilitiesOf(kubeVersion: string | undefined, apiVersions: readonly string[], helm: HelmVersion): Capabilities {
  return new Capabilities(kubeVersion ?? helmVersions[helm].kubernetes, [...knownApiVersions[helm], ...apiVersions], helm)
}
