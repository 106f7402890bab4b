// Fails a build on what a plan would delete: npx tsx examples/policy-over-plans/main.ts APPLICATION_FILE CLONE BASE HEAD
import { previewCommits, readApplicationFile } from '@plumbline/cli'
import { deletesAtMost, keepsKinds, violations } from './policies.ts'

const [file = '', clone = '.', base = 'origin/main', head = 'HEAD'] = process.argv.slice(2)
const { plan } = await previewCommits(await readApplicationFile(file), clone, base, head)
const found = violations(plan, [keepsKinds('Namespace', 'PersistentVolumeClaim', 'CustomResourceDefinition'), deletesAtMost(0.3)])
for (const text of found) console.error(text)
process.exitCode = found.length === 0 ? 0 : 1
