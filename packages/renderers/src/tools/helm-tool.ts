// The renderer of charts that runs a real Helm of one version. Follows argo-cd `reposerver/repository/repository.go` (helmTemplate).
import { join } from 'node:path'
import type { Renderer, RenderRequest, SourceTree } from '@plumbline/core'
import { buildEnvironmentOf, substitute } from '../helm/build-environment.ts'
import type { BuildEnvironment } from '../helm/build-environment.ts'
import { parseHelmSettings } from '../helm/helm-settings.ts'
import type { HelmSettings } from '../helm/helm-settings.ts'
import { helm } from '../helm/helm.ts'
import { findValueFiles } from '../helm/value-files.ts'
import { helmCommandOf, inlineValuesOf, parameterValuesOf } from './helm-arguments.ts'
import type { HelmFiles } from './helm-arguments.ts'
import { manifestsOfTemplates } from './read-output.ts'
import { runProgram } from './run-program.ts'
import { explained, redactor } from './shown-text.ts'
import { checkedTool, environmentOf, isSelected } from './tool-options.ts'
import type { ToolOptions } from './tool-options.ts'
import { createVersionCheck } from './tool-version.ts'
import { withWorkDirectory } from './work-directory.ts'
import type { WorkDirectory } from './work-directory.ts'

/** Options of the renderer. */
export type HelmToolOptions = ToolOptions

/**
 * Create the renderer. It takes what {@link helm} takes, so it stands before it, and leaves to it what `select` leaves out.
 *
 * ```ts
 * renderers: [helmTool({ version: '3.12.3', path: '/opt/helm/3.12.3/helm' }), helm(), kustomize(), directory()]
 * ```
 *
 * Every field of `spec.source.helm` is passed as Argo CD passes it; `version` is not looked at. Dependencies that are missing from `charts/` are not
 * fetched. `render` throws `RENDER_FAILED` for a program of another version, and with what it said when it fails; `RENDER_LIMIT` at a limit.
 * @throws {ConfigError} for a path that is not absolute, or a version that is not exact
 */
export function helmTool(options: HelmToolOptions): Renderer {
  const tool = checkedTool('helmTool', options)
  const checkVersion = createVersionCheck(tool, {
    name: 'helm',
    args: ['version', '--template', '{{.Version}}'],
    read: (answer) => /^v?(\d+\.\d+\.\d+\S*)/.exec(answer.trim())?.[1],
  })
  const inProcess = helm()
  return {
    sourceType: 'Helm',
    matches: async (request) => isSelected(request, tool.select) && (await inProcess.matches(request)),
    async render(request) {
      const settings = parseHelmSettings(request.source.helm)
      const environment = buildEnvironmentOf(request)
      const output = await withWorkDirectory('helm', tool.limits, async (directory) => {
        await checkVersion(directory, request.signal)
        const chart = join('source', request.path)
        await directory.writeTree({ ...request, folder: request.path, into: chart })
        const { args, shown } = helmCommandOf(request, settings, environment, await writeFiles(request, settings, environment, directory))
        const redact = redactor(directory.path, parameterValuesOf(settings, environment))
        return explained('failed to execute helm template command: failed running helm: ', () =>
          runProgram({
            path: tool.path,
            args,
            cwd: join(directory.path, chart),
            environment: environmentOf(directory.path, tool),
            limits: tool.limits,
            shown: redact(shown),
            redact,
            ...(request.signal === undefined ? {} : { signal: request.signal }),
          }),
        )
      })
      return {
        manifests: manifestsOfTemplates(output, request.path),
        diagnostics: [],
        renderedBy: { name: 'helm', version: tool.version, kind: 'tool' },
      }
    },
  }
}

/** Files that the Application names, at their places in their trees. Helm itself complains about those that are missing. */
async function writeFiles(request: RenderRequest, settings: HelmSettings, environment: BuildEnvironment, directory: WorkDirectory): Promise<HelmFiles> {
  const write = async (entry: string, ignoreMissing: boolean): Promise<readonly string[]> => {
    const name = entry.startsWith('$') ? entry : substitute(entry, environment)
    const found = await findValueFiles(request, name)
    const { tree, folder, path } = placeOf(request, name)
    const places: string[] = []
    for (const file of found ?? []) {
      // The bytes of the file: the text has lost its byte order mark.
      await directory.write(join(folder, file.path), (await tree.read(file.path)) ?? file.text)
      places.push(join(directory.path, folder, file.path))
    }
    return found === undefined && !ignoreMissing ? [join(directory.path, folder, path)] : places
  }
  const values: string[] = []
  for (const entry of settings.valueFiles) values.push(...(await write(entry, settings.ignoreMissingValueFiles)))
  const parameters: string[] = []
  for (const { path } of settings.fileParameters) parameters.push((await write(path, false))[0] ?? '')
  const text = inlineValuesOf(settings)
  if (text !== undefined) await directory.write('values.yaml', text)
  return { values, parameters, inline: text === undefined ? undefined : join(directory.path, 'values.yaml') }
}

/** The tree of a file that is known to be in one, where that is on disk, and the path as it was given. */
function placeOf({ tree, path, references }: RenderRequest, entry: string): { readonly tree: SourceTree; readonly folder: string; readonly path: string } {
  if (!entry.startsWith('$')) return { tree, folder: 'source', path: entry.startsWith('/') ? entry : join(path, entry) }
  const [name = '', ...rest] = entry.slice(1).split('/')
  const index = [...(references?.keys() ?? [])].indexOf(name)
  return {
    tree: references?.get(name) ?? tree,
    folder: join('references', `${index}-${name.replaceAll(/[^\w.-]/g, '_')}`),
    path: rest.join('/'),
  }
}
