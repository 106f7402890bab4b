// What the Kustomize corpus asks of a renderer: a folder in, the text of `kustomize build` out. Files are read from the folder `in` of the case down.
import { relative } from 'node:path'
import { buildKustomization, chartInflater, formatBuild } from '@plumbline/renderers'
import { localTree } from '@plumbline/sources'

export async function build(dir) {
  const root = rootOf(dir)
  return formatBuild(await buildKustomization(localTree(root), relative(root, dir)))
}

export async function buildHelm(dir) {
  const root = rootOf(dir)
  const tree = localTree(root)
  return formatBuild(await buildKustomization(tree, relative(root, dir), { inflate: chartInflater() }))
}

/** The boundary of a case is its folder `in`; the last one of the path, for cases may have one further down themselves. */
function rootOf(dir) {
  const match = /^(.*?\/cases\/[^/]+\/in|.*?\/kustomize-case-[^/]+\/in)(?:\/|$)/.exec(dir)
  return match?.[1] ?? dir
}
