// Whether two addresses mean the same repository. Follows argo-cd `util/webhook/webhook.go` (getURLRegex): protocol, user, `ssh.` in front,
// port, `.git` and letter case do not count; the path does.

interface Address {
  readonly host: string
  readonly path: string
}

/** Host and path of an address, or undefined for what is none. `git://` never matches a webhook. */
function addressOf(url: string): Address | undefined {
  const scp = /^(?:[^@/:]+@)?([^/:@]+):(?!\/\/)([^\\]+)$/.exec(url)
  const full = /^(https?|ssh):\/\/(?:[^@/]*@)?([^/:@]+)(?::\d+)?(?:\/(.*))?$/i.exec(url)
  const [host, path] = full === null ? (scp === null ? [] : [scp[1], scp[2]?.replace(/^\d+\//, '')]) : [full[2], full[3] ?? '']
  if (host === undefined || path === undefined) return undefined
  return {
    host: host.toLowerCase().replace(/^(?:alt)?ssh\./, ''),
    path: decoded(path)
      .toLowerCase()
      .replace(/^\//, '')
      .replace(/\.git$/, ''),
  }
}

function decoded(path: string): string {
  try {
    return decodeURIComponent(path)
  } catch {
    return path
  }
}

/** Whether a repository URL of an application is the repository that a webhook speaks of. */
export function isSameRepository(webhookUrl: string, repositoryUrl: string): boolean {
  const [a, b] = [addressOf(webhookUrl), addressOf(repositoryUrl)]
  return a !== undefined && b !== undefined && a.host === b.host && a.path === b.path
}
