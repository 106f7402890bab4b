// Which addresses are fetched from at all. A repository URL comes from a manifest, so it is hostile until it has passed here.
import { SourceError } from '@plumbline/core'

/** Kinds of addresses. `file` has to be allowed explicitly. */
export type Transport = 'http' | 'ssh' | 'file'

/**
 * The transport of an address.
 * @throws {SourceError} `SOURCE_NOT_FOUND` for anything but http, https, ssh and, where allowed, file, and for link-local addresses
 */
export function transportOf(url: string, allowFiles: boolean): Transport {
  // A leading dash would be read as an option; `ext::` and other helpers run programs.
  if (!url.startsWith('-') && !/[\s\0]/.test(url)) {
    if (/^https?:\/\/[^/]+/i.test(url) && !isLinkLocal(url)) return 'http'
    if (/^ssh:\/\/[^/-]/i.test(url) || /^[\w.-]+@[\w.-]+:[^-]/.test(url)) return 'ssh'
    if (allowFiles && /^file:\/\/\//i.test(url)) return 'file'
  }
  throw new SourceError('SOURCE_NOT_FOUND', `repository address ${JSON.stringify(withoutPassword(url))} is not served: use https, http or ssh`, {
    subject: withoutPassword(url),
  })
}

/** Whether an http or https address leads to where clouds serve the credentials of the machine. */
export function isLinkLocal(url: string): boolean {
  // A URL writes every IPv4 address with dots, however it was given.
  const host = URL.canParse(url) ? new URL(url).hostname : ''
  return /^169\.254\.|^\[fe[89ab][0-9a-f]:|^\[::ffff:a9fe:|^metadata\.google\.internal\.?$/i.test(host)
}

/** The address as it may be shown. */
export function withoutPassword(url: string): string {
  return url.replace(/^([a-z+]+:\/\/[^/:@]*):[^/@]*@/i, '$1:***@')
}
