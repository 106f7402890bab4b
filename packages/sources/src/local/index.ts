// Folders of this machine alone: nothing of Git is loaded.
export { localTree } from './local-tree.ts'
export type { LocalTreeOptions } from './local-tree.ts'
