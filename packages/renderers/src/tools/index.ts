// Renderers that run real programs of one version. They need a host with processes and files; the main entry does not.
export { helmTool } from './helm-tool.ts'
export type { HelmToolOptions } from './helm-tool.ts'
export { kustomizeTool } from './kustomize-tool.ts'
export type { KustomizeToolOptions } from './kustomize-tool.ts'
export type { ToolOptions } from './tool-options.ts'
export type { ProgramLimits } from './run-program.ts'
export type { DirectoryLimits } from './work-directory.ts'
