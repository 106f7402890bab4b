// Where files come from.
export { gitSource } from './git/git-source.ts'
export type { GitSource, GitSourceOptions } from './git/git-source.ts'
export type { CredentialsOf, GitCredentials } from './git/credentials.ts'
export { resolveRevision } from './git/resolve-revision.ts'
export type { RemoteRef, RemoteRefs } from './git/resolve-revision.ts'
export { memorySource } from './memory/memory-source.ts'
export type { MemorySource } from './memory/memory-source.ts'
