// `spec.source.helm` of an Application: every field, checked once.
import { isRecord, RenderError } from '@plumbline/core'

/** One of `parameters`. */
export interface HelmParameter {
  readonly name: string
  readonly value: string
  readonly forceString: boolean
}

/** One of `fileParameters`. */
export interface HelmFileParameter {
  readonly name: string
  readonly path: string
}

/** What an Application says about Helm. */
export interface HelmSettings {
  readonly releaseName: string
  readonly namespace: string
  readonly version: string
  readonly kubeVersion: string
  readonly apiVersions: readonly string[]
  readonly valueFiles: readonly string[]
  readonly values: string
  readonly valuesObject: Readonly<Record<string, unknown>> | undefined
  readonly parameters: readonly HelmParameter[]
  readonly fileParameters: readonly HelmFileParameter[]
  readonly ignoreMissingValueFiles: boolean
  readonly skipCrds: boolean
  readonly skipTests: boolean
  readonly skipSchemaValidation: boolean
  readonly passCredentials: boolean
}

/** @throws {RenderError} for a field of the wrong kind */
export function parseHelmSettings(helm: Readonly<Record<string, unknown>> = {}): HelmSettings {
  return {
    releaseName: textOf(helm, 'releaseName'),
    namespace: textOf(helm, 'namespace'),
    version: textOf(helm, 'version'),
    kubeVersion: textOf(helm, 'kubeVersion'),
    apiVersions: textsOf(helm, 'apiVersions'),
    valueFiles: textsOf(helm, 'valueFiles'),
    values: textOf(helm, 'values'),
    valuesObject: objectOf(helm, 'valuesObject'),
    parameters: recordsOf(helm, 'parameters').map((entry) => ({
      name: textOf(entry, 'name'),
      value: textOf(entry, 'value'),
      forceString: flagOf(entry, 'forceString'),
    })),
    fileParameters: recordsOf(helm, 'fileParameters').map((entry) => ({ name: textOf(entry, 'name'), path: textOf(entry, 'path') })),
    ignoreMissingValueFiles: flagOf(helm, 'ignoreMissingValueFiles'),
    skipCrds: flagOf(helm, 'skipCrds'),
    skipTests: flagOf(helm, 'skipTests'),
    skipSchemaValidation: flagOf(helm, 'skipSchemaValidation'),
    passCredentials: flagOf(helm, 'passCredentials'),
  }
}

function invalid(name: string, wanted: string, found: unknown): RenderError {
  return new RenderError('RENDER_FAILED', `spec.source.helm.${name}: expected ${wanted}, found ${JSON.stringify(found)}`)
}

function textOf(record: Readonly<Record<string, unknown>>, name: string): string {
  const value = record[name] ?? ''
  if (typeof value !== 'string') throw invalid(name, 'a text', value)
  return value
}

function flagOf(record: Readonly<Record<string, unknown>>, name: string): boolean {
  const value = record[name] ?? false
  if (typeof value !== 'boolean') throw invalid(name, 'true or false', value)
  return value
}

function listOf(record: Readonly<Record<string, unknown>>, name: string): readonly unknown[] {
  const value = record[name] ?? []
  if (!Array.isArray(value)) throw invalid(name, 'a list', value)
  return value as readonly unknown[]
}

function textsOf(record: Readonly<Record<string, unknown>>, name: string): readonly string[] {
  return listOf(record, name).map((item) => {
    if (typeof item !== 'string') throw invalid(name, 'a list of texts', item)
    return item
  })
}

function recordsOf(record: Readonly<Record<string, unknown>>, name: string): readonly Readonly<Record<string, unknown>>[] {
  return listOf(record, name).map((item) => {
    if (!isRecord(item)) throw invalid(name, 'a list of objects', item)
    return item
  })
}

function objectOf(record: Readonly<Record<string, unknown>>, name: string): Readonly<Record<string, unknown>> | undefined {
  const value = record[name] ?? undefined
  if (value === undefined) return undefined
  if (!isRecord(value)) throw invalid(name, 'an object', value)
  return value
}
