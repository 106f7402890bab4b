// From files to manifests.
export { directory } from './directory/directory.ts'
export type { DirectoryLimits, DirectoryOptions } from './directory/directory.ts'
export { parseManifests } from './directory/parse-manifests.ts'
export type { ParsedFile } from './directory/parse-manifests.ts'
