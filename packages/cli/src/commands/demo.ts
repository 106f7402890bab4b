// `plumbline demo`: the main job on the embedded cluster, for people to watch.
import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { ConfigError } from '@plumbline/core'
import type { Logger } from '@plumbline/core'
import { parseOptions, untilSignal } from '../command.ts'
import type { Command } from '../command.ts'
import { bootstrap, healLiveEdit, pruneRule, reportBrokenManifest, updateConfiguration } from '../demo/acts.ts'
import { createSetting } from '../demo/setting.ts'
import { createStage } from '../demo/stage.ts'
import { rendererOptions, renderersOf, rendererUsage } from '../renderers.ts'

/** Where the reference setup is in a checkout. */
const setupFolder = fileURLToPath(new URL('../../../../examples/full-setup', import.meta.url))

export const demoCommand: Command = {
  usage: `usage: plumbline demo [--keep] [--setup DIR]

Starts an embedded cluster and a Git server, applies an app of apps, pushes to it with real git, and shows what becomes of each push.

  --keep        leave everything running afterwards and print how to look at it; Ctrl-C ends it
  --setup DIR   folder with root-app.yaml and gitops/ (default: examples/full-setup of the checkout)
  --verbose     print what the controller logs, too
${rendererUsage}`,
  async run(args) {
    const { values } = parseOptions(args, { keep: { type: 'boolean' }, setup: { type: 'string' }, verbose: { type: 'boolean' }, ...rendererOptions })
    const folder = typeof values['setup'] === 'string' ? values['setup'] : setupFolder
    if (!existsSync(join(folder, 'root-app.yaml')))
      throw new ConfigError('CONFIG_INVALID', `there is no root-app.yaml in ${folder}; run the demo from a checkout, or name a folder with --setup DIR`)
    const startedAt = performance.now()
    const stage = createStage(process.stdout, startedAt)
    const logger: Logger = {
      log(level, message) {
        if (values['verbose'] === true || level === 'error') stage.tell(`[${level}] ${message}`)
      },
    }
    stage.act('Start a Kubernetes API server, a Git server and the controller, all in this process')
    const setting = await createSetting(folder, logger, await renderersOf(values))
    try {
      stage.prove(`Kubernetes API at ${setting.cluster.url}`)
      stage.prove(`Git at ${setting.repoUrl}, ${Object.keys(setting.files).length - 1} files pushed with git`)
      stage.prove(`controller ready; push webhooks, signed, at ${setting.controller.webhook.url}`)
      for (const act of [bootstrap, updateConfiguration, healLiveEdit, pruneRule, reportBrokenManifest]) await act(setting, stage)
      stage.act(`Done in ${((performance.now() - startedAt) / 1000).toFixed(1)} s`)
      if (values['keep'] === true) {
        stage.quote(
          [
            'Everything is left running. Look around with:',
            `  export KUBECONFIG=${setting.kubeconfigFile}`,
            '  kubectl get applications -n argocd -o wide',
            `  git clone ${setting.repoUrl}`,
            'Ctrl-C ends it.',
          ].join('\n'),
        )
        await untilSignal()
      }
    } finally {
      await setting.close()
    }
    return 0
  },
}
