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
    const parsed = /^v?([0-9]+)(?:\.([0-9]+))?(?:\.([0-9]+))?([-+].*)?$/.exec(version.trim())
    if (parsed === null) throw new ChartError('CHART_VALUES', `invalid kube version '${version}': Invalid Semantic Version`)
    const [, major = '0', minor = '0', patch = '0', rest = ''] = parsed
    this.typeName = helm === 3 ? 'chartutil.KubeVersion' : 'common.KubeVersion'
    this.isNew = helm === 4
    this.major = major
    this.minor = minor
    this.version = helm === 3 || parsed[3] !== undefined ? `v${major}.${minor}.${patch}${rest}` : `v${version.trim().replace(/^v/, '')}`
    // Newer Helm prints the version without what vendors append to it.
    this.shown = helm === 3 ? this.version : `v${major}.${minor}.${patch}`.slice(0, parsed[3] === undefined ? `v${major}.${minor}`.length : undefined)
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
    return { min: 1, max: 1, call: ([version]) => this.known.has(version as string) }
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
  override readonly typeName = '*chartutil.Capabilities'
  override readonly kindName = 'ptr'
  readonly kubeVersion: KubeVersion
  readonly apiVersions: ApiVersions
  private readonly helm: HelmBuild
  constructor(kubeVersion: string, apiVersions: readonly string[], helm: HelmVersion) {
    super()
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
  override plain(): GoValue {
    return structMembers({ KubeVersion: this.kubeVersion, APIVersions: this.apiVersions, HelmVersion: this.helm })
  }
}

/** @param apiVersions beyond those that are built in */
export function capabilitiesOf(kubeVersion: string | undefined, apiVersions: readonly string[], helm: HelmVersion): Capabilities {
  return new Capabilities(kubeVersion ?? helmVersions[helm].kubernetes, [...knownApiVersions[helm], ...apiVersions], helm)
}
