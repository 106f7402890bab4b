// What the renderers that run programs have in common.
import { isAbsolute, join } from 'node:path'
import { ConfigError } from '@plumbline/core'
import type { RenderRequest } from '@plumbline/core'
import { defaultProgramLimits } from './run-program.ts'
import type { ProgramLimits } from './run-program.ts'
import { defaultDirectoryLimits } from './work-directory.ts'
import type { DirectoryLimits } from './work-directory.ts'

/** Options of a renderer that runs a program. */
export interface ToolOptions {
  /** The exact version that the program has to have, such as `3.12.3`. It is checked before use, and again when the file has changed. */
  readonly version: string
  /** Absolute path of the program. */
  readonly path: string
  /**
   * Which applications are taken: all but those whose annotation `plumbline.dev/renderer` says `in-process`, or only those where it says `tool`.
   * Default: all.
   */
  readonly select?: 'all' | 'annotated'
  readonly limits?: Partial<ProgramLimits & DirectoryLimits>
  /**
   * Variables that the program gets on top of its own. Default: none; then there is no `PATH`, and requests to other hosts go to a proxy that is
   * not there, so that a repository cannot make the program fetch anything. Set `PATH`, `HTTP_PROXY` and `HTTPS_PROXY` (empty for no proxy) to allow it.
   */
  readonly environment?: Readonly<Record<string, string>>
}

/** The same, checked, with every default filled in. */
export type Tool = Required<Omit<ToolOptions, 'limits'>> & { readonly limits: ProgramLimits & DirectoryLimits }

/** @throws {ConfigError} for a path that is not absolute, or a version that is not exact */
export function checkedTool(name: string, options: ToolOptions): Tool {
  const { path, select = 'all', limits, environment = {} } = options
  const version = options.version.replace(/^v/, '')
  if (!isAbsolute(path)) throw new ConfigError('CONFIG_INVALID', `${name}: path: expected the absolute path of the program, found ${JSON.stringify(path)}`)
  if (!/^\d+\.\d+\.\d+(?:[-+][\w.+-]+)?$/.test(version))
    throw new ConfigError('CONFIG_INVALID', `${name}: version: expected an exact version such as 3.12.3, found ${JSON.stringify(options.version)}`)
  return { version, path, select, environment, limits: { ...defaultProgramLimits, ...defaultDirectoryLimits, ...limits } }
}

/** Whether a renderer with this option takes the application. */
export function isSelected({ application }: RenderRequest, select: Tool['select']): boolean {
  return select === 'all' ? application.renderer !== 'in-process' : application.renderer === 'tool'
}

/** Folders that programs write to are inside the work directory; nothing comes from the environment of this process. */
export function environmentOf(directory: string, { environment }: Pick<Tool, 'environment'>): Record<string, string> {
  const [home, config, cache, data] = ['home', 'config', 'cache', 'data'].map((name) => join(directory, name)) as [string, string, string, string]
  const temporary = join(directory, 'temporary')
  const systemRoot = process.env['SystemRoot']
  return {
    // An empty PATH means the current folder to some programs, and that one belongs to the repository.
    PATH: join(directory, 'programs'),
    HOME: home,
    TMPDIR: temporary,
    TMP: temporary,
    TEMP: temporary,
    XDG_CONFIG_HOME: config,
    XDG_CACHE_HOME: cache,
    XDG_DATA_HOME: data,
    HELM_CONFIG_HOME: config,
    HELM_CACHE_HOME: cache,
    HELM_DATA_HOME: data,
    LC_ALL: 'C',
    TZ: 'UTC',
    HTTP_PROXY: nobody,
    HTTPS_PROXY: nobody,
    ...(systemRoot === undefined ? {} : { SystemRoot: systemRoot }),
    ...environment,
  }
}

/** The port `discard` of this machine: where something listens, it does not answer. */
const nobody = 'http://127.0.0.1:9'
