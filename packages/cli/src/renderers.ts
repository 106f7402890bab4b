// Which renderers the commands use: those of this process, behind programs that options name.
import { basename, resolve } from 'node:path'
import { ConfigError } from '@plumbline/core'
import type { Renderer } from '@plumbline/core'
import { directory, helm, kustomize } from '@plumbline/renderers'

/** Options that name programs. Commands that plan take the same ones as the controller: otherwise they would show what it does not do. */
export const rendererOptions = { 'helm-tool': { type: 'string' }, 'kustomize-tool': { type: 'string' } } as const

/** How the options are explained, in the usage of every command that renders. */
export const rendererUsage = `  --helm-tool VERSION=PATH       render charts with this program, which has to be Helm of exactly this version
  --kustomize-tool VERSION=PATH  build kustomizations with this program, or with the Kustomize inside this kubectl. The annotation
                                 plumbline.dev/renderer: in-process on an Application keeps it away from both
`

/** Renderers for options; `inProcess` are those of this process. @throws {ConfigError} */
export async function renderersOf(
  values: Readonly<Record<string, string | boolean | undefined>> = {},
  inProcess: readonly Renderer[] = [helm(), kustomize(), directory()],
): Promise<readonly Renderer[]> {
  const tools: Renderer[] = []
  const [chart, overlay] = [toolOf(values, 'helm-tool'), toolOf(values, 'kustomize-tool')]
  if (chart !== undefined || overlay !== undefined) {
    const { helmTool, kustomizeTool } = await import('@plumbline/renderers/tools')
    if (chart !== undefined) tools.push(helmTool(chart))
    if (overlay !== undefined) tools.push(kustomizeTool({ ...overlay, command: /^kubectl\b/.test(basename(overlay.path)) ? 'kubectl' : 'kustomize' }))
  }
  return [...tools, ...inProcess]
}

function toolOf(values: Readonly<Record<string, string | boolean | undefined>>, name: string): { version: string; path: string } | undefined {
  const value = values[name]
  if (typeof value !== 'string') return undefined
  const [version = '', path = ''] = value.split(/=(.*)/s)
  if (version === '' || path === '') throw new ConfigError('CONFIG_INVALID', `--${name} is VERSION=PATH, such as 3.12.3=/opt/helm/helm, not ${value}`)
  return { version, path: resolve(path) }
}
