// Rendering in threads; Node only.
export { renderThreads } from './render-threads.ts'
export type { RenderThreads, RenderThreadsOptions } from './render-threads.ts'
