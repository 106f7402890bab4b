// `plumbline cluster`: the embedded API server as a program of its own.
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { startCluster } from '@plumbline/testkit'
import { ConfigError } from '@plumbline/core'
import { parseOptions, portOf, untilSignal } from '../command.ts'
import type { Command } from '../command.ts'

const maxNodes = 1000

function nodesOf(value: unknown): number {
  const count = value === undefined ? 1 : Number(value)
  if (!Number.isInteger(count) || count < 0 || count > maxNodes)
    throw new ConfigError('CONFIG_INVALID', `--nodes is a number between 0 and ${maxNodes}, not ${String(value)}`)
  return count
}

export const clusterCommand: Command = {
  usage: `usage: plumbline cluster [options]

Starts an embedded Kubernetes API server and prints one JSON line when it is ready:
  { "url", "kubeconfig", "token", "ca", "dir", "version" }
It runs until it is stopped (Ctrl-C).

  --port N           port to listen on (default: a free one)
  --dir DIR          where the kubeconfig is written (default: a temporary folder)
  --tls              speak HTTPS, with an authority made for this cluster
  --nodes N          nodes that pods can run on (default: 1)
  --storage-class N  a default StorageClass of that name, whose claims are bound at once
  --no-controllers   a bare API server on which nothing happens by itself
`,
  async run(args) {
    const { values } = parseOptions(args, {
      port: { type: 'string' },
      dir: { type: 'string' },
      'no-controllers': { type: 'boolean' },
      tls: { type: 'boolean' },
      'storage-class': { type: 'string' },
      nodes: { type: 'string' },
    })
    const port = portOf(values['port'], 'port')
    const given = typeof values['dir'] === 'string' ? values['dir'] : undefined
    const dir = given ?? (await mkdtemp(join(tmpdir(), 'plumbline-cluster-')))
    const cluster = await startCluster({
      dir,
      controllers: values['no-controllers'] !== true,
      tls: values['tls'] === true,
      nodes: nodesOf(values['nodes']),
      ...(typeof values['storage-class'] === 'string' ? { storageClass: values['storage-class'] } : {}),
      ...(port === undefined ? {} : { port }),
    })
    process.stdout.write(
      `${JSON.stringify({ url: cluster.url, kubeconfig: cluster.kubeconfigFile, token: cluster.token, ca: cluster.ca ?? null, dir, version: 'v1.34.4' })}\n`,
    )
    await untilSignal()
    await cluster.close()
    if (given === undefined) await rm(dir, { recursive: true, force: true })
    return 0
  },
}
