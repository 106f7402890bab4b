// Versions and their ranges alone, as Masterminds' semver reads them: for Git tags as much as for templates.
export { parseConstraints, satisfies, Version } from './functions/semver.ts'
