// The command line of one rendering. Follows argo-cd `util/helm/cmd.go` (template) and `reposerver/repository/repository.go` (helmTemplate).
import type { RenderRequest } from '@plumbline/core'
import { formatJson } from '@plumbline/yaml'
import { substitute } from '../helm/build-environment.ts'
import type { BuildEnvironment } from '../helm/build-environment.ts'
import { escapeCommas } from '../helm/command-text.ts'
import type { HelmSettings } from '../helm/helm-settings.ts'

/** Where the files that an Application names are on disk. */
export interface HelmFiles {
  /** Absolute paths of `valueFiles`, in order; globs are several. */
  readonly values: readonly string[]
  /** Absolute path of the file with `values` or `valuesObject`. */
  readonly inline: string | undefined
  /** Absolute paths of `fileParameters`, in order. */
  readonly parameters: readonly string[]
}

/** A command line, and what people may see of it. */
export interface HelmCommand {
  readonly args: readonly string[]
  /** Values of parameters are stars: they may be secrets. */
  readonly shown: string
}

/** The text of `values` or `valuesObject`; undefined when neither is set. JSON is YAML in which nothing can be misread. */
export function inlineValuesOf({ values, valuesObject }: HelmSettings): string | undefined {
  if (valuesObject !== undefined) return formatJson(valuesObject)
  return values === '' ? undefined : values
}

/** Values of parameters as they are passed, for taking them out of messages. */
export function parameterValuesOf({ parameters }: HelmSettings, environment: BuildEnvironment): readonly string[] {
  return parameters.map(({ value }) => substitute(value, environment))
}

/** `helm template . --name-template NAME …`, run in the folder of the chart. */
export function helmCommandOf({ application, cluster }: RenderRequest, settings: HelmSettings, environment: BuildEnvironment, files: HelmFiles): HelmCommand {
  const args = ['template', '.']
  const shown = ['helm', ...args]
  const add = (words: readonly string[], visible: readonly string[] = words): void => {
    args.push(...words)
    shown.push(...visible)
  }
  const namespace = settings.namespace === '' ? application.destinationNamespace : settings.namespace
  const kubeVersion = (settings.kubeVersion === '' ? (cluster?.kubeVersion ?? '') : settings.kubeVersion).replace(/^v/, '')
  const apiVersions = settings.apiVersions.length > 0 ? settings.apiVersions : (cluster?.apiVersions ?? [])
  add(['--name-template', settings.releaseName === '' ? application.name : settings.releaseName])
  if (namespace !== '') add(['--namespace', namespace])
  if (kubeVersion !== '') add(['--kube-version', kubeVersion])
  for (const [option, isForced] of [
    ['--set', false],
    ['--set-string', true],
  ] as const)
    for (const { name, value, forceString } of settings.parameters)
      if (forceString === isForced) add([option, `${name}=${escapeCommas(substitute(value, environment))}`], [option, `${name}=******`])
  for (const [index, { name }] of settings.fileParameters.entries()) add(['--set-file', `${name}=${escapeCommas(files.parameters[index] ?? '')}`])
  for (const path of files.values) add(['--values', asField(path)], ['--values', path])
  if (files.inline !== undefined) add(['--values', asField(files.inline)], ['--values', '<values>'])
  add(
    apiVersions.flatMap((version) => ['--api-versions', version]),
    apiVersions.length === 0 ? [] : ['<api versions removed>'],
  )
  if (!settings.skipCrds) add(['--include-crds'])
  if (settings.skipSchemaValidation) add(['--skip-schema-validation'])
  if (settings.skipTests) add(['--skip-tests'])
  return { args, shown: shown.join(' ') }
}

/** Helm reads the option as a line of comma-separated values. */
function asField(path: string): string {
  return /[",\n]/.test(path) ? `"${path.replaceAll('"', '""')}"` : path
}
