// `plumbline run`: the controller.
import { ConfigError } from '@plumbline/core'
import type { Logger } from '@plumbline/core'
import { loadKubeconfig } from '@plumbline/k8s'
import type { RenderThreads } from '@plumbline/renderers/threads'
import { parseOptions, portOf, untilSignal } from '../command.ts'
import type { Command } from '../command.ts'
import { startController } from '../create-controller.ts'
import { guardOptions, guardsOf, guardUsage, validateUsage } from '../guards.ts'
import { rendererOptions, renderersOf, rendererUsage } from '../renderers.ts'

const closeTimeoutMs = 15_000

export const runCommand: Command = {
  usage: `usage: plumbline run --kubeconfig FILE [options]

Reconciles the Applications of a cluster until it is stopped. Prints one JSON line a message; the first line with "webhook" names the address
for push webhooks.

  --kubeconfig FILE       cluster to look after (default: $KUBECONFIG)
  --namespace NS          namespace of Applications (default: argocd)
  --install-crds          install the definitions of Application and AppProject where they are missing
  --webhook-port N        port of the webhook receiver (default: a free one)
  --compatibility MODE    argocd (default): takes over from Argo CD without a difference, client-side apply included;
                          plumbline: the rules that are better, server-side apply among them
  --git-cache DIR         keep fetched repositories here between runs
  --render-threads N      render in N threads, so that nothing waits for a large chart, and one that hangs or fills the memory is stopped
                          (default: in the main thread)
  --quiet                 warnings and errors only
${guardUsage}${validateUsage}${rendererUsage}
environment
  PLUMBLINE_WEBHOOK_SECRET   shared secret of push webhooks
`,
  async run(args) {
    const { values } = parseOptions(args, {
      kubeconfig: { type: 'string' },
      namespace: { type: 'string' },
      'install-crds': { type: 'boolean' },
      'webhook-port': { type: 'string' },
      compatibility: { type: 'string' },
      ...guardOptions,
      'git-cache': { type: 'string' },
      'render-threads': { type: 'string' },
      quiet: { type: 'boolean' },
      ...rendererOptions,
    })
    const text = (name: string): string | undefined => (typeof values[name] === 'string' ? values[name] : undefined)
    const kubeconfig = text('kubeconfig') ?? process.env['KUBECONFIG']
    if (kubeconfig === undefined || kubeconfig === '') throw new ConfigError('CONFIG_INVALID', 'name a cluster with --kubeconfig FILE or $KUBECONFIG')
    const compatibility = text('compatibility') ?? 'argocd'
    if (compatibility !== 'plumbline' && compatibility !== 'argocd')
      throw new ConfigError('CONFIG_INVALID', `--compatibility is plumbline or argocd, not ${compatibility}`)
    const guards = guardsOf(values)
    const logger = jsonLogger(values['quiet'] === true)
    const stopping = new AbortController()
    const stopped = untilSignal().then(() => stopping.abort(new Error('stopped by a signal')))
    const [namespace, gitCacheDir, webhookPort, webhookSecret] = [
      text('namespace'),
      text('git-cache'),
      portOf(values['webhook-port'], 'webhook-port'),
      process.env['PLUMBLINE_WEBHOOK_SECRET'],
    ]
    const threads = await threadsOf(text('render-threads'))
    const controller = await startController(
      {
        access: await loadKubeconfig(kubeconfig),
        compatibility,
        installDefinitions: values['install-crds'] === true,
        logger,
        followsSettings: true,
        renderers: await renderersOf(values, threads?.renderers),
        validatesPlans: values['validate'] === true,
        ...(guards === undefined ? {} : { guards }),
        ...(namespace === undefined ? {} : { namespace }),
        ...(gitCacheDir === undefined ? {} : { gitCacheDir }),
        ...(webhookPort === undefined ? {} : { webhookPort }),
        ...(webhookSecret === undefined || webhookSecret === '' ? {} : { webhookSecret }),
        onPushHandled: ({ affected, unaffected }) =>
          logger.log('info', `push: ${affected.length} affected, ${unaffected.length} not`, { affected, unaffected }),
      },
      stopping.signal,
    )
    process.stdout.write(`${JSON.stringify({ level: 'info', message: 'ready', webhook: controller.webhook.url })}\n`)
    await stopped
    // A cluster that no longer answers must not keep the program from ending: what it was doing is recorded, and goes on at the next start.
    const deadline = setTimeout(() => {
      process.stderr.write(`the cluster does not answer: ended after ${closeTimeoutMs / 1000} s without waiting further\n`)
      process.exit(1)
    }, closeTimeoutMs)
    await controller.close()
    await threads?.close()
    clearTimeout(deadline)
    // Whatever a library still holds open must not keep the program either.
    setTimeout(() => process.exit(0), closeTimeoutMs).unref()
    return 0
  },
}

async function threadsOf(count: string | undefined): Promise<RenderThreads | undefined> {
  if (count === undefined) return undefined
  if (!/^[1-9]\d{0,2}$/.test(count)) throw new ConfigError('CONFIG_INVALID', `--render-threads is a number from 1 to 999, not ${count}`)
  const { renderThreads } = await import('@plumbline/renderers/threads')
  return renderThreads({ threads: Number(count) })
}

/** One JSON line a message. */
export function jsonLogger(isQuiet: boolean): Logger {
  return {
    log(level, message, fields) {
      if (level === 'debug' || (isQuiet && level === 'info')) return
      process.stdout.write(`${JSON.stringify({ time: new Date().toISOString(), level, message, ...fields })}\n`)
    },
  }
}
