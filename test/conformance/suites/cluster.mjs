// Transcripts of a real kube-apiserver, replayed against the embedded one: bare, with controllers, and with Argo CD's definitions.
import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { parseAllDocuments } from 'yaml'
import { startCluster } from '@plumbline/testkit'

const skip = JSON.parse(readFileSync(new URL('../skip.json', import.meta.url), 'utf8')).cluster ?? {}

export async function run({ folder, tools, only }) {
  const { runCases } = await import(join(tools, 'cluster-conformance.mjs'))
  const definitions = join(tools, '../kube/argo-cd-crds')
  const results = []
  for (const has of [[], ['controllers'], ['argo-cd-crds']]) {
    if (has.includes('argo-cd-crds') && !existsSync(definitions)) continue
    const cluster = await startCluster({ controllers: has.includes('controllers'), authorization: 'rbac' })
    if (has.includes('argo-cd-crds')) await install(cluster, definitions)
    const found = await runCases({
      dirs: [folder],
      url: cluster.url,
      token: cluster.token,
      has,
      jobs: 8,
      timeoutMs: 15_000,
      ...(only === undefined ? {} : { only }),
    })
    results.push(...found.filter((result) => !result.skipped && skip[result.id] === undefined))
    await cluster.close()
  }
  return results.map(({ id, ok, failures }) => ({
    id,
    isPassed: ok,
    reason: failures[0] === undefined ? undefined : `${failures[0].what}: ${failures[0].diffs[0]}`.slice(0, 200),
  }))
}

async function install({ url, token }, folder) {
  for (const file of readdirSync(folder).filter((name) => name.endsWith('.yaml'))) {
    for (const document of parseAllDocuments(readFileSync(join(folder, file), 'utf8'))) {
      const object = document.toJS()
      await fetch(`${url}/apis/apiextensions.k8s.io/v1/customresourcedefinitions/${object.metadata.name}?fieldManager=test`, {
        method: 'PATCH',
        headers: { 'content-type': 'application/apply-patch+yaml', authorization: `Bearer ${token}` },
        body: JSON.stringify(object),
      })
    }
  }
}
