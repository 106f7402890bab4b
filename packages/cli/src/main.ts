// The command line: picks a command and turns failures into one clear line and an exit status.
import { isPlumblineError, messageOf } from '@plumbline/core'
import type { Command } from './command.ts'

const commands: Readonly<Record<string, () => Promise<Command>>> = {
  cluster: async () => (await import('./commands/cluster.ts')).clusterCommand,
  run: async () => (await import('./commands/run.ts')).runCommand,
  apps: async () => (await import('./commands/apps.ts')).appsCommand,
  app: async () => (await import('./commands/app.ts')).appCommand,
  render: async () => (await import('./commands/render.ts')).renderCommand,
  diff: async () => (await import('./commands/diff.ts')).diffCommand,
  plan: async () => (await import('./commands/plan.ts')).planCommand,
  sync: async () => (await import('./commands/sync.ts')).syncCommand,
  explain: async () => (await import('./commands/explain.ts')).explainCommand,
  demo: async () => (await import('./commands/demo.ts')).demoCommand,
}

const usage = `usage: plumbline <command> [options]

  demo      run the main job on an embedded cluster: a push becomes cluster state
  cluster   start an embedded Kubernetes API server
  run       reconcile the Applications of a cluster
  apps      list Applications
  app NAME  show one Application

  render    what a folder comes to, as it lies on disk
  diff      an Application against the cluster, field by field
  plan      what a sync would do; or what one commit would change after another, without a cluster
  sync      carry out a plan, without a controller
  explain   why a resource is in sync or not

  plumbline <command> --help says more.
`

/** Run a command. @returns the exit status: 0 done, 1 failed, 2 wrong usage */
export async function main(args: readonly string[]): Promise<number> {
  const [name, ...rest] = args
  const load = name === undefined ? undefined : commands[name]
  if (load === undefined) {
    const isHelp = name === undefined || name === '--help' || name === '-h' || name === 'help'
    ;(isHelp ? process.stdout : process.stderr).write(isHelp ? usage : `plumbline: there is no command ${JSON.stringify(name)}\n\n${usage}`)
    return isHelp ? 0 : 2
  }
  try {
    const command = await load()
    if (rest.includes('--help') || rest.includes('-h')) {
      process.stdout.write(command.usage)
      return 0
    }
    return await command.run(rest)
  } catch (error) {
    process.stderr.write(`plumbline ${name ?? ''}: ${messageOf(error)}\n`)
    if (isPlumblineError(error) && error.code === 'CONFIG_INVALID') return 2
    return 1
  }
}
