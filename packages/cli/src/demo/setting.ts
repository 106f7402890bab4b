// Everything the demo needs, in this process: an embedded cluster, a Git server, a controller between them, and a developer's clone.
import { mkdtemp, readdir, readFile, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join, relative, sep } from 'node:path'
import { messageOf } from '@plumbline/core'
import type { Application, Logger, PushAnswer, Renderer } from '@plumbline/core'
import { loadKubeconfig } from '@plumbline/k8s'
import { startCluster, startGitServer } from '@plumbline/testkit'
import type { Cluster, GitServer } from '@plumbline/testkit'
import { startController } from '../create-controller.ts'
import type { Controller } from '../create-controller.ts'
import { standInForOperator } from './operator.ts'
import { cloneRepository } from './work-tree.ts'
import type { WorkTree } from './work-tree.ts'

/** The running setting. */
export interface Setting {
  readonly cluster: Cluster
  readonly git: GitServer
  readonly controller: Controller
  readonly work: WorkTree
  readonly repoUrl: string
  /** Files of the reference setup, with the address of the Git server filled in. */
  readonly files: Readonly<Record<string, string>>
  readonly kubeconfigFile: string
  /** What the webhook receiver found out about the last push. */
  lastPush(): PushAnswer | undefined
  /** An Application as the controller sees it. */
  application(name: string): Application | undefined
  /** Resolves when a condition holds. @throws when it does not within half a minute */
  until(what: string, isTrue: () => boolean): Promise<void>
  close(): Promise<void>
}

/** The manifests name this address; the demo puts its own Git server there. */
const placeholder = 'http://git.plumbline.test/gitops.git'
const repository = 'gitops'
const waitMs = 30_000
const pollMs = 5

/** Start everything; the repository is pushed, nothing is applied yet. */
export async function createSetting(setupFolder: string, logger: Logger, renderers?: readonly Renderer[]): Promise<Setting> {
  const dir = await mkdtemp(join(tmpdir(), 'plumbline-demo-'))
  const cluster = await startCluster({ dir, storageClass: 'standard' })
  cluster.setLogs(({ name, container }) => `${container} of pod ${name} is up; the embedded cluster runs no images\n`)
  const git = await startGitServer()
  const secret = crypto.randomUUID()
  let lastPush: PushAnswer | undefined
  const endOperator = standInForOperator(cluster)
  let controller: Controller | undefined
  const close = async (): Promise<void> => {
    endOperator()
    await controller?.close()
    await git.close()
    await cluster.close()
    await rm(dir, { recursive: true, force: true })
  }
  try {
    const repoUrl = await git.createRepository(repository)
    const files = await readFiles(setupFolder, (text) => text.replaceAll(placeholder, repoUrl))
    const work = await cloneRepository(repoUrl, join(dir, 'work'))
    await work.push('Set up the platform', Object.fromEntries(Object.entries(files).filter(([path]) => path.startsWith('gitops/'))))
    const kubeconfigFile = cluster.kubeconfigFile ?? join(dir, 'kubeconfig')
    const running = await startController({
      access: await loadKubeconfig(kubeconfigFile),
      installDefinitions: true,
      webhookSecret: secret,
      logger,
      ...(renderers === undefined ? {} : { renderers }),
      onPushHandled: (answer) => {
        lastPush = answer
      },
    })
    controller = running
    git.setWebhook({ url: running.webhook.url, secret })
    const application = (name: string): Application | undefined => running.store.list().find(({ metadata }) => metadata.name === name)
    return {
      cluster,
      git,
      controller: running,
      work,
      repoUrl,
      files,
      kubeconfigFile,
      lastPush: () => lastPush,
      application,
      async until(what, isTrue) {
        const deadline = performance.now() + waitMs
        while (!isTrue()) {
          if (performance.now() > deadline) throw new Error(`${what} did not happen within ${waitMs / 1000} s\n${statusLines(running.store.list())}`)
          await new Promise((resolve) => setTimeout(resolve, pollMs))
        }
      },
      close,
    }
  } catch (error) {
    await close().catch((closing: unknown) => logger.log('warning', `the demo could not be cleaned up: ${messageOf(closing)}`))
    throw error
  }
}

function statusLines(applications: readonly Application[]): string {
  return applications
    .map(({ metadata, status }) => {
      const conditions = (status?.conditions ?? []).map(({ type, message }) => `\n    ${type}: ${message}`).join('')
      return `  ${metadata.name ?? ''}: ${status?.sync?.status ?? 'no status'}, ${status?.health?.status ?? 'no health'}, ${status?.operationState?.message ?? ''}${conditions}`
    })
    .join('\n')
}

async function readFiles(folder: string, transform: (text: string) => string): Promise<Record<string, string>> {
  const entries = await readdir(folder, { recursive: true, withFileTypes: true })
  const paths = entries
    .filter((entry) => entry.isFile() && entry.name.endsWith('.yaml'))
    .map((entry) => join(entry.parentPath, entry.name))
    .sort()
  const texts = await Promise.all(paths.map(async (path) => [relative(folder, path).split(sep).join('/'), transform(await readFile(path, 'utf8'))] as const))
  return Object.fromEntries(texts)
}
