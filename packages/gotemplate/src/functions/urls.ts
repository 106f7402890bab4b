// URLs as Go's `net/url` takes them apart and puts them together. Follows go `net/url/url.go`.
import { bytesOf, textOf } from '../bytes.ts'
import { FunctionError } from '../errors.ts'
import { fn } from '../functions.ts'
import type { FunctionMap } from '../functions.ts'
import { quoted } from '../quote.ts'
import { isMap, kindName } from '../values.ts'
import type { GoValue } from '../values.ts'

type Part = 'host' | 'zone' | 'path' | 'user' | 'fragment'

interface Url {
  scheme: string
  host: string
  path: string
  query: string
  opaque: string
  fragment: string
  /** As it is written, with what has to be escaped escaped. */
  userinfo: string
}

class UrlError extends Error {}

/** Signs beside letters, digits and `-_.~` that stand for themselves. */
const plainSigns: Readonly<Record<Part, string>> = {
  host: '!$&\'()*+,;=:[]<>"',
  zone: '!$&\'()*+,;=:[]<>"',
  path: '$&+,/:;=@',
  user: '$&+,;=',
  fragment: '$&+,/:;=?@!()*',
}

const isPlain = (byte: number, part: Part): boolean => {
  const character = String.fromCharCode(byte)
  return /[A-Za-z0-9\-_.~]/.test(character) || plainSigns[part].includes(character)
}

function escaped(text: string, part: Part): string {
  let result = ''
  for (const byte of bytesOf(text)) result += isPlain(byte, part) ? String.fromCharCode(byte) : `%${byte.toString(16).toUpperCase().padStart(2, '0')}`
  return result
}

function unescaped(text: string, part: Part): string {
  const raw = bytesOf(text)
  const bytes: number[] = []
  for (let index = 0; index < raw.length; index++) {
    const byte = raw[index] ?? 0
    if (byte !== 0x25) {
      if ((part === 'host' || part === 'zone') && byte < 0x80 && !isPlain(byte, part))
        throw new UrlError(`invalid character ${quoted(String.fromCharCode(byte))} in host name`)
      bytes.push(byte)
      continue
    }
    const sequence = textOf(raw.slice(index, index + 3))
    const value = /^%[0-9a-fA-F]{2}$/.test(sequence) ? Number.parseInt(sequence.slice(1), 16) : undefined
    // In a host only bytes outside ASCII may be escaped, in a zone only what may stand there anyway.
    const isRefused =
      value === undefined || (sequence !== '%25' && ((part === 'host' && value < 0x80) || (part === 'zone' && value !== 0x20 && !isPlain(value, 'host'))))
    if (isRefused) throw new UrlError(`invalid URL escape ${quoted(sequence)}`)
    bytes.push(value)
    index += 2
  }
  return textOf(Uint8Array.from(bytes))
}

const isPort = (text: string): boolean => /^(?::[0-9]*)?$/.test(text)

function hostOf(text: string): string {
  const end = text.startsWith('[') ? text.lastIndexOf(']') : -1
  if (text.startsWith('[') && end < 0) throw new UrlError("missing ']' in host")
  const colon = text.lastIndexOf(':')
  const port = text.startsWith('[') ? text.slice(end + 1) : colon < 0 ? '' : text.slice(colon)
  if (!isPort(port)) throw new UrlError(`invalid port ${quoted(port)} after host`)
  const zone = end < 0 ? -1 : text.slice(0, end).indexOf('%25')
  if (zone < 0) return unescaped(text, 'host')
  return unescaped(text.slice(0, zone), 'host') + unescaped(text.slice(zone, end), 'zone') + unescaped(text.slice(end), 'host')
}

function userinfoOf(text: string): string {
  if (!/^[A-Za-z0-9\-._:~!$&'()*+,;=%@]*$/.test(text)) throw new UrlError('net/url: invalid userinfo')
  const colon = text.indexOf(':')
  const again = (part: string): string => escaped(unescaped(part, 'user'), 'user')
  return colon < 0 ? again(text) : `${again(text.slice(0, colon))}:${again(text.slice(colon + 1))}`
}

function schemeOf(text: string): string {
  const name = /^[A-Za-z][A-Za-z0-9+.-]*(?=:)/.exec(text)?.[0] ?? ''
  if (name === '' && text.startsWith(':')) throw new UrlError('missing protocol scheme')
  return name
}

function withoutFragment(text: string): Url {
  const url: Url = { scheme: '', host: '', path: '', query: '', opaque: '', fragment: '', userinfo: '' }
  // oxlint-disable-next-line no-control-regex -- control characters are what it looks for
  if (/[\x00-\x1f\x7f]/.test(text)) throw new UrlError('net/url: invalid control character in URL')
  if (text === '*') return { ...url, path: '*' }
  const scheme = schemeOf(text)
  let rest = scheme === '' ? text : text.slice(scheme.length + 1)
  url.scheme = scheme.toLowerCase()
  const question = rest.indexOf('?')
  if (question >= 0) {
    url.query = rest.slice(question + 1)
    rest = rest.slice(0, question)
  }
  if (!rest.startsWith('/')) {
    if (url.scheme !== '') return { ...url, opaque: rest }
    if ((rest.split('/', 1)[0] ?? '').includes(':')) throw new UrlError('first path segment in URL cannot contain colon')
  }
  if (rest.startsWith('//') && (url.scheme !== '' || !rest.startsWith('///'))) {
    const slash = rest.indexOf('/', 2)
    const authority = slash < 0 ? rest.slice(2) : rest.slice(2, slash)
    rest = slash < 0 ? '' : rest.slice(slash)
    const at = authority.lastIndexOf('@')
    url.host = hostOf(authority.slice(at + 1))
    if (at >= 0) url.userinfo = userinfoOf(authority.slice(0, at))
  }
  url.path = unescaped(rest, 'path')
  return url
}

function parsed(text: string): Url {
  const hash = text.indexOf('#')
  const before = hash < 0 ? text : text.slice(0, hash)
  let shown = before
  try {
    const url = withoutFragment(before)
    shown = text
    return hash < 0 ? url : { ...url, fragment: unescaped(text.slice(hash + 1), 'fragment') }
  } catch (error) {
    if (error instanceof UrlError) throw new FunctionError(`parse ${quoted(shown)}: ${error.message}`)
    throw error
  }
}

function parsedFor(what: string, text: string): Url {
  try {
    return parsed(text)
  } catch (error) {
    if (error instanceof FunctionError) throw new FunctionError(`unable to parse ${what}: ${error.message}`, { cause: error })
    throw error
  }
}

function hostnameOf(host: string): string {
  const colon = host.lastIndexOf(':')
  const name = colon >= 0 && isPort(host.slice(colon)) ? host.slice(0, colon) : host
  return name.startsWith('[') && name.endsWith(']') ? name.slice(1, -1) : name
}

function joined(dict: GoValue): string {
  const part = (key: string): string => {
    const value = isMap(dict) && Object.hasOwn(dict, key) ? dict[key] : ''
    if (value === undefined || value === null) throw new FunctionError('runtime error: invalid memory address or nil pointer dereference')
    if (typeof value !== 'string') throw new FunctionError(`unable to parse ${key} key, must be of type string, but ${kindName(value)} found`)
    return value
  }
  const url: Url = {
    scheme: part('scheme'),
    host: part('host'),
    path: part('path'),
    query: part('query'),
    opaque: part('opaque'),
    fragment: part('fragment'),
    userinfo: '',
  }
  const userinfo = part('userinfo')
  const user = userinfo === '' ? undefined : parsedFor('userinfo in dict', `proto://${userinfo}@host`).userinfo
  let text = url.scheme === '' ? '' : `${url.scheme}:`
  if (url.opaque !== '') text += url.opaque
  else {
    if ((url.scheme !== '' || url.host !== '' || user !== undefined) && (url.host !== '' || url.path !== '' || user !== undefined)) text += '//'
    if (user !== undefined) text += `${user}@`
    text += escaped(url.host, 'host')
    const path = url.path === '*' ? '*' : escaped(url.path, 'path')
    if (path !== '' && !path.startsWith('/') && url.host !== '') text += '/'
    // A colon in the first segment would make it look like a scheme.
    if (text === '' && (path.split('/', 1)[0] ?? '').includes(':')) text += './'
    text += path
  }
  if (url.query !== '') text += `?${url.query}`
  return url.fragment === '' ? text : `${text}#${escaped(url.fragment, 'fragment')}`
}

export const urlFunctions: FunctionMap = {
  urlParse: fn('string', ([text]) => {
    const url = parsedFor('url', text as string)
    return { ...url, hostname: hostnameOf(url.host) }
  }),
  urlJoin: fn('map', ([dict]) => joined(dict)),
}
