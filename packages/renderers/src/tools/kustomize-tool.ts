// The renderer of kustomizations that runs a real Kustomize, or a kubectl that holds one. Follows argo-cd `util/kustomize/kustomize.go`.
import { join } from 'node:path'
import { RenderError } from '@plumbline/core'
import type { Renderer, RenderRequest } from '@plumbline/core'
import { parseApplicationSettings } from '../kustomize/application-settings.ts'
import { KustomizeError } from '../kustomize/errors.ts'
import { fileNames } from '../kustomize/kustomization.ts'
import { kustomize } from '../kustomize/kustomize.ts'
import { editedKustomization } from './edited-kustomization.ts'
import { manifestsOfBuild } from './read-output.ts'
import { runProgram } from './run-program.ts'
import { redactor } from './shown-text.ts'
import { checkedTool, environmentOf, isSelected } from './tool-options.ts'
import type { Tool, ToolOptions } from './tool-options.ts'
import { createVersionCheck } from './tool-version.ts'
import type { VersionQuestion } from './tool-version.ts'
import { withWorkDirectory } from './work-directory.ts'

/** Options of the renderer. */
export interface KustomizeToolOptions extends ToolOptions {
  /** What the program at `path` is. With `kubectl`, `version` is that of the Kustomize inside it. Default: kustomize. */
  readonly command?: 'kustomize' | 'kubectl'
  /** Options of `kustomize build`, one argument each, such as `--enable-helm`: what `kustomize.buildOptions` is for Argo CD. Default: none. */
  readonly buildOptions?: readonly string[]
}

type Command = NonNullable<KustomizeToolOptions['command']>

const questions: Readonly<Record<Command, VersionQuestion>> = {
  kustomize: {
    name: 'kustomize',
    args: ['version'],
    // Before 5.0: `{Version:kustomize/v4.5.7 GitCommit:… …}`.
    read: (answer) => /\bv(\d+\.\d+\.\d+[\w.+-]*)/.exec(answer)?.[1],
  },
  kubectl: { name: 'kustomize', args: ['version', '--client', '--output', 'json'], read: versionInKubectl },
}

/**
 * Create the renderer. It takes what {@link kustomize} takes, so it stands before it, and leaves to it what `select` leaves out.
 *
 * ```ts
 * renderers: [kustomizeTool({ version: '5.7.1', path: '/opt/kustomize/5.7.1/kustomize' }), helm(), kustomize(), directory()]
 * ```
 *
 * The program gets the whole tree, since kustomizations reach for what is beside them: a change anywhere in the repository renders anew. Every field of
 * `spec.source.kustomize` is written into the kustomization; `version` is not looked at. `render` throws `RENDER_FAILED` for a program of another
 * version, and with what it said when it fails; `RENDER_LIMIT` at a limit.
 * @throws {ConfigError} for a path that is not absolute, or a version that is not exact
 */
export function kustomizeTool(options: KustomizeToolOptions): Renderer {
  const tool = checkedTool('kustomizeTool', options)
  const { command = 'kustomize' } = options
  const checkVersion = createVersionCheck(tool, questions[command])
  const inProcess = kustomize()
  return {
    sourceType: 'Kustomize',
    matches: async (request) => isSelected(request, tool.select) && (await inProcess.matches(request)),
    async render(request) {
      const { path, signal } = request
      const buildOptions = [...(options.buildOptions ?? []), ...(request.kustomizeBuildOptions ?? [])]
      const output = await withWorkDirectory('kustomize', tool.limits, async (directory) => {
        await checkVersion(directory, signal)
        const place = join('source', path)
        const file = await settled(request, () => editedKustomization(request))
        await directory.writeTree({ ...request, folder: '', into: 'source' })
        if (file !== undefined) await directory.write(join(place, file.name), file.text)
        const folder = join(directory.path, place)
        const rest = [...buildOptions, ...clusterFactsOf(request, tool, buildOptions)]
        const redact = redactor(directory.path)
        return runProgram({
          path: tool.path,
          args: [command === 'kubectl' ? 'kustomize' : 'build', folder, ...rest],
          cwd: join(directory.path, 'source'),
          environment: environmentOf(directory.path, tool),
          limits: tool.limits,
          shown: redact(['kustomize build', folder, ...buildOptions].join(' ')),
          redact,
          ...(signal === undefined ? {} : { signal }),
        })
      })
      return {
        manifests: manifestsOfBuild(output, path === '' ? fileNames[0] : `${path}/${fileNames[0]}`),
        diagnostics: [],
        renderedBy: { name: 'kustomize', version: tool.version, kind: 'tool' },
      }
    },
  }
}

/** What charts in a kustomization may know of the cluster: options of Kustomize since 5.3. */
function clusterFactsOf({ source, cluster }: RenderRequest, { version }: Tool, buildOptions: readonly string[]): string[] {
  const [major = 0, minor = 0] = version.split('.').map(Number)
  if (!buildOptions.some((option) => option.startsWith('--enable-helm')) || major < 5 || (major === 5 && minor < 3)) return []
  const settings = parseApplicationSettings(source.kustomize)
  const kubeVersion = settings.kubeVersion === '' ? (cluster?.kubeVersion ?? '') : settings.kubeVersion
  const apiVersions = settings.apiVersions.length > 0 ? settings.apiVersions : (cluster?.apiVersions ?? [])
  return [
    ...(kubeVersion === '' ? [] : ['--helm-kube-version', kubeVersion.replace(/^v/, '')]),
    ...apiVersions.flatMap((apiVersion) => ['--helm-api-versions', apiVersion]),
  ]
}

/** Mistakes in the settings read as they do in process. */
async function settled<T>({ path }: RenderRequest, edit: () => Promise<T>): Promise<T> {
  try {
    return await edit()
  } catch (error) {
    if (!(error instanceof KustomizeError)) throw error
    throw new RenderError('RENDER_FAILED', `spec.source.kustomize cannot be applied to ${path === '' ? 'the kustomization' : path}: ${error.message}`, {
      subject: path,
      cause: error,
    })
  }
}

function versionInKubectl(answer: string): string | undefined {
  return /"kustomizeVersion":\s*"v([^"]+)"/.exec(answer)?.[1]
}
