// The command that Argo CD would have run: its error messages begin with it, and people search for them.
import type { RenderRequest } from '@plumbline/core'
import { substitute } from './build-environment.ts'
import type { BuildEnvironment } from './build-environment.ts'
import type { HelmSettings } from './helm-settings.ts'

/** `` `helm template . --name-template NAME …` ``, as Argo CD shows it; inline values stand for themselves as `<values>`. */
export function commandOf({ application, cluster, path }: RenderRequest, settings: HelmSettings, environment: BuildEnvironment): string {
  const namespace = settings.namespace === '' ? application.destinationNamespace : settings.namespace
  const kubeVersion = (settings.kubeVersion === '' ? (cluster?.kubeVersion ?? '') : settings.kubeVersion).replace(/^v/, '')
  const shown = (name: string): string =>
    name.startsWith('$') ? name : `<path to cached source>/${path === '' ? '' : `${path}/`}${substitute(name, environment)}`
  const words = [
    'helm template .',
    `--name-template ${settings.releaseName === '' ? application.name : settings.releaseName}`,
    ...(namespace === '' ? [] : [`--namespace ${namespace}`]),
    ...(kubeVersion === '' ? [] : [`--kube-version ${kubeVersion}`]),
    ...settings.parameters.map(({ name, value, forceString }) => `${forceString ? '--set-string' : '--set'} ${name}=${value}`),
    ...settings.fileParameters.map(({ name, path: file }) => `--set-file ${name}=${shown(file)}`),
    ...settings.valueFiles.map((file) => `--values ${shown(file)}`),
    ...(settings.valuesObject !== undefined || settings.values !== '' ? ['--values <values>'] : []),
    '<api versions removed>',
    ...(settings.skipCrds ? [] : ['--include-crds']),
    ...(settings.skipSchemaValidation ? ['--skip-schema-validation'] : []),
    ...(settings.skipTests ? ['--skip-tests'] : []),
  ]
  return `\`${words.join(' ')}\``
}

/** A comma in a value is no separator, but in a list in braces it is. Follows argo-cd `util/helm/cmd.go` (cleanSetParameters). */
export function escapeCommas(value: string): string {
  return value.startsWith('{') && value.endsWith('}') ? value : value.replace(/(?<!\\),/g, '\\,')
}
