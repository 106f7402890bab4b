// URLs as Go's `net/url` takes them apart.
import { FunctionError } from '../errors.ts'
import { fn } from '../functions.ts'
import type { FunctionMap } from '../functions.ts'
import { isMap, kindName } from '../values.ts'
import type { GoValue } from '../values.ts'

function unescaped(text: string): string {
  try {
    return decodeURIComponent(text)
  } catch {
    throw new FunctionError(`unable to parse url: parse ${JSON.stringify(text)}: invalid URL escape`)
  }
}

function parsed(text: string): GoValue {
  // oxlint-disable-next-line no-control-regex -- control characters are what it looks for
  if (/[\x00-\x1f\x7f]/.test(text)) throw new FunctionError(`unable to parse url: parse ${JSON.stringify(text)}: net/url: invalid control character in URL`)
  const hash = text.indexOf('#')
  const fragment = hash < 0 ? '' : unescaped(text.slice(hash + 1))
  let rest = hash < 0 ? text : text.slice(0, hash)
  const schemeMatch = /^([a-zA-Z][a-zA-Z0-9+.-]*):/.exec(rest)
  if (schemeMatch === null && rest.startsWith(':')) throw new FunctionError(`unable to parse url: parse ${JSON.stringify(text)}: missing protocol scheme`)
  const scheme = (schemeMatch?.[1] ?? '').toLowerCase()
  if (schemeMatch !== null) rest = rest.slice(schemeMatch[0].length)
  const question = rest.indexOf('?')
  const query = question < 0 ? '' : rest.slice(question + 1)
  if (question >= 0) rest = rest.slice(0, question)
  let [opaque, host, userinfo] = ['', '', '']
  if (scheme !== '' && !rest.startsWith('/')) {
    opaque = rest
    rest = ''
  } else if (rest.startsWith('//')) {
    const slash = rest.indexOf('/', 2)
    let authority = slash < 0 ? rest.slice(2) : rest.slice(2, slash)
    rest = slash < 0 ? '' : rest.slice(slash)
    const at = authority.lastIndexOf('@')
    if (at >= 0) {
      userinfo = authority.slice(0, at)
      authority = authority.slice(at + 1)
    }
    host = authority
  }
  const hostname = host.startsWith('[') ? host.slice(1, host.indexOf(']')) : host.replace(/:\d*$/, '')
  return { scheme, host, hostname, path: unescaped(rest), query, opaque, fragment, userinfo }
}

function joined(dict: GoValue): string {
  const part = (key: string): string => {
    const value = isMap(dict) && Object.hasOwn(dict, key) ? dict[key] : ''
    if (typeof value !== 'string') throw new FunctionError(`unable to parse ${key} key, must be of type string, but ${kindName(value)} found`)
    return value
  }
  const [scheme, host, path, query, opaque, fragment, userinfo] = ['scheme', 'host', 'path', 'query', 'opaque', 'fragment', 'userinfo'].map(part) as [
    string,
    string,
    string,
    string,
    string,
    string,
    string,
  ]
  let url = scheme === '' ? '' : `${scheme}:`
  if (opaque !== '') url += opaque
  else {
    if (scheme !== '' || host !== '' || userinfo !== '') {
      if (host !== '' || path !== '' || userinfo !== '') url += '//'
      if (userinfo !== '') url += `${userinfo}@`
      url += host
    }
    const escaped = path
      .split('/')
      .map(encodeURIComponent)
      .join('/')
      .replace(/%(?:3A|40|26|3D|2B|24|2C|3B)/g, decodeURIComponent)
    url += escaped !== '' && !escaped.startsWith('/') && host !== '' ? `/${escaped}` : escaped
  }
  if (query !== '') url += `?${query}`
  return fragment === '' ? url : `${url}#${encodeURIComponent(fragment).replace(/%(?:2F|3F|3A|40|21|24|26|28|29|2A|2B|2C|3B|3D)/g, decodeURIComponent)}`
}

export const urlFunctions: FunctionMap = {
  urlParse: fn('string', ([text]) => parsed(text as string)),
  urlJoin: fn('map', ([dict]) => joined(dict)),
}
