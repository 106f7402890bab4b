// `plumbline render PATH`: what a folder comes to, as it lies on disk.
import { parseApplication } from '@plumbline/core'
import type { Application } from '@plumbline/core'
import { formatJson, formatYamlDocuments } from '@plumbline/yaml'
import { parseOptions } from '../command.ts'
import type { Command } from '../command.ts'
import { readApplicationFile, renderApplication } from '../inspect.ts'
import { localSource, repositoryOf } from '../local-source.ts'
import { rendererOptions, renderersOf, rendererUsage } from '../renderers.ts'

export const renderCommand: Command = {
  usage: `usage: plumbline render [PATH] [options]

Renders a folder (plain YAML, a Helm chart, a Kustomize overlay) as it lies on disk, without a cluster and without committing. Overlays may
reach for what is beside them in the same repository.

  --app FILE         take source settings from this Application; PATH is then the root of its repository (default: .)
  --name NAME        name of the release or application (default: the folder's name as release "preview")
  --namespace NS     namespace of the release
  --output FORMAT    yaml (default) or json: one object a line
${rendererUsage}`,
  async run(args) {
    const { values, positionals } = parseOptions(args, {
      app: { type: 'string' },
      name: { type: 'string', default: 'preview' },
      namespace: { type: 'string', default: 'default' },
      output: { type: 'string', default: 'yaml' },
      ...rendererOptions,
    })
    const folder = positionals[0] ?? '.'
    let application: Application
    let root = folder
    if (typeof values['app'] === 'string') application = await readApplicationFile(values['app'])
    else {
      const place = repositoryOf(folder)
      root = place.root
      application = parseApplication({
        apiVersion: 'argoproj.io/v1alpha1',
        kind: 'Application',
        metadata: { name: String(values['name']), namespace: 'argocd' },
        spec: { project: 'default', source: { repoURL: root, path: place.path }, destination: { namespace: String(values['namespace']) } },
      })
    }
    const rendered = await renderApplication(application, [localSource(root)], { renderers: await renderersOf(values) })
    const objects = rendered.flatMap(({ manifests }) => manifests.map(({ object }) => object))
    for (const { diagnostics } of rendered) for (const { message } of diagnostics) process.stderr.write(`plumbline render: ${message}\n`)
    process.stdout.write(values['output'] === 'json' ? objects.map((object) => `${formatJson(object)}\n`).join('') : formatYamlDocuments(objects))
    return 0
  },
}
