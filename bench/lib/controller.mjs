// The controller as a process of its own, so that its time and memory are its own: `fork` this file, wait for `ready`, ask with messages.
import { loadKubeconfig } from '@plumbline/k8s'
import { startController } from '@plumbline/cli'

const [kubeconfig, webhookSecret] = process.argv.slice(2)
const controller = await startController({
  access: await loadKubeconfig(kubeconfig),
  installDefinitions: true,
  webhookSecret,
  logger: { log: (level, message) => (level === 'error' || level === 'warning') && process.send?.({ error: message }) },
})
let refreshed = 0
controller.engine.subscribe((event) => {
  if (event.type === 'application.refreshed') refreshed++
})

function report() {
  const { user, system } = process.cpuUsage()
  return {
    renders: controller.engine.counters.renders,
    git: { ...controller.git.requests },
    refreshed,
    cpuSeconds: (user + system) / 1e6,
    peakMiB: process.resourceUsage().maxRSS / 1024,
    heapMiB: process.memoryUsage().heapUsed / 2 ** 20,
  }
}

async function answer({ id, ask }) {
  if (ask === 'refresh-all') for (const { metadata } of controller.store.list()) controller.engine.refresh(`${metadata.namespace}/${metadata.name}`, 'latest')
  if (ask === 'idle' || ask === 'refresh-all') await controller.engine.idle()
  if (ask === 'collect') globalThis.gc?.()
  if (ask === 'close') await controller.close()
  process.send?.({ id, ...report() })
  if (ask === 'close') process.disconnect()
}

process.on('message', (message) => void answer(message))
process.send?.({ ready: controller.webhook.url })
