// One build in a process of its own: node build-once.mjs FOLDER PATH
import { buildKustomization, formatBuild } from '@plumbline/renderers/kustomize'
import { localTree } from '@plumbline/sources/local'

const [folder = '', path = ''] = process.argv.slice(2)
process.stdout.write(formatBuild(await buildKustomization(localTree(folder), path)))
