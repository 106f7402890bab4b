// Which addresses are fetched from at all. A repository URL comes from a manifest, so it is hostile until it has passed here.
import { SourceError } from '@plumbline/core'

/** Kinds of addresses. `file` has to be allowed explicitly. */
export type Transport = 'http' | 'ssh' | 'file'

/**
 * The transport of an address.
 * @throws {SourceError} `SOURCE_NOT_FOUND` for anything but http, https, ssh and, where allowed, file
 */
export function transportOf(url: string, allowFiles: boolean): Transport {
  // A leading dash would be read as an option; `ext::` and other helpers run programs.
  if (!url.startsWith('-') && !/[\s\0]/.test(url)) {
    if (/^https?:\/\/[^/]+/i.test(url)) return 'http'
    if (/^ssh:\/\/[^/-]/i.test(url) || /^[\w.-]+@[\w.-]+:[^-]/.test(url)) return 'ssh'
    if (allowFiles && /^file:\/\/\//i.test(url)) return 'file'
  }
  throw new SourceError('SOURCE_NOT_FOUND', `repository address ${JSON.stringify(withoutPassword(url))} is not served: use https, http or ssh`, {
    subject: withoutPassword(url),
  })
}

/** The address as it may be shown. */
export function withoutPassword(url: string): string {
  return url.replace(/^([a-z+]+:\/\/[^/:@]*):[^/@]*@/i, '$1:***@')
}
