// Hashes, passwords, ciphers and certificates.
import { bytesOf, joinBytes, textOf } from '../bytes.ts'
import { cbc } from '@noble/ciphers/aes.js'
import { hmac } from '@noble/hashes/hmac.js'
import { sha1 } from '@noble/hashes/legacy.js'
import { scrypt } from '@noble/hashes/scrypt.js'
import { sha256, sha512 } from '@noble/hashes/sha2.js'
import { encodeBase64, hashSync } from 'bcryptjs'
import { FunctionError } from '../errors.ts'
import { fn } from '../functions.ts'
import type { FunctionMap } from '../functions.ts'
import { HostObject, isList } from '../values.ts'
import type { GoValue } from '../values.ts'
import { numberOf, strval } from './conversions.ts'
import { base64, fromBase64 } from './base-encodings.ts'
import type { CertificatePort, SprigPorts } from './ports.ts'

const bcryptCost = 10

const hex = (bytes: Uint8Array): string => [...bytes].map((byte) => byte.toString(16).padStart(2, '0')).join('')

function adler32(bytes: Uint8Array): number {
  let [a, b] = [1, 0]
  for (const byte of bytes) {
    a = (a + byte) % 65_521
    b = (b + a) % 65_521
  }
  return b * 65_536 + a
}

/** Certificate and key, as `genCA` and its kin give them. */
export class CertificatePair extends HostObject {
  override readonly typeName = 'sprig.certificate'
  readonly certificate: string
  readonly key: string
  constructor(certificate: string, key: string) {
    super()
    this.certificate = certificate
    this.key = key
  }
  override field(name: string): { readonly value: GoValue } | undefined {
    return name === 'Cert' ? { value: this.certificate } : name === 'Key' ? { value: this.key } : undefined
  }
  override plain(): GoValue {
    return { Cert: this.certificate, Key: this.key }
  }
  override text(): string {
    return `{${this.certificate} ${this.key}}`
  }
}

// Master Password, version 3: templates of passwords, and the characters their letters stand for.
const passwordTemplates: Readonly<Record<string, readonly string[]>> = {
  maximum: ['anoxxxxxxxxxxxxxxxxx', 'axxxxxxxxxxxxxxxxxno'],
  long: [
    'CvcvnoCvcvCvcv',
    'CvcvCvcvnoCvcv',
    'CvcvCvcvCvcvno',
    'CvccnoCvcvCvcv',
    'CvccCvcvnoCvcv',
    'CvccCvcvCvcvno',
    'CvcvnoCvccCvcv',
    'CvcvCvccnoCvcv',
    'CvcvCvccCvcvno',
    'CvcvnoCvcvCvcc',
    'CvcvCvcvnoCvcc',
    'CvcvCvcvCvccno',
    'CvccnoCvccCvcv',
    'CvccCvccnoCvcv',
    'CvccCvccCvcvno',
    'CvcvnoCvccCvcc',
    'CvcvCvccnoCvcc',
    'CvcvCvccCvccno',
    'CvccnoCvcvCvcc',
    'CvccCvcvnoCvcc',
    'CvccCvcvCvccno',
  ],
  medium: ['CvcnoCvc', 'CvcCvcno'],
  short: ['Cvcn'],
  basic: ['aaanaaan', 'aannaaan', 'aaannaaa'],
  pin: ['nnnn'],
}
const vowels = 'aeiou'
const consonants = 'bcdfghjklmnpqrstvwxyz'
const upper = (text: string): string => text.toUpperCase()
const mixed = upper(vowels) + vowels + upper(consonants) + consonants
const passwordCharacters: Readonly<Record<string, string>> = {
  V: upper(vowels),
  C: upper(consonants),
  v: vowels,
  c: consonants,
  A: upper(vowels) + upper(consonants),
  a: mixed,
  n: '0123456789',
  o: "@&%?,=[]_:-+*$#!'^~;()/.",
  x: `${mixed}0123456789!@#$%^&*()`,
}

const uint32 = (value: number): Uint8Array => Uint8Array.of((value >>> 24) & 255, (value >>> 16) & 255, (value >>> 8) & 255, value & 255)

function derivePassword(counter: number, type: string, password: string, user: string, site: string): string {
  const templates = passwordTemplates[type]
  if (templates === undefined) return `cannot find password template ${type}`
  const seedText = bytesOf('com.lyndir.masterpassword')
  const [userBytes, siteBytes] = [bytesOf(user), bytesOf(site)]
  const key = scrypt(bytesOf(password), joinBytes([seedText, uint32(userBytes.length), userBytes]), { N: 32_768, r: 8, p: 2, dkLen: 64 })
  const seed = hmac(sha256, key, joinBytes([seedText, uint32(siteBytes.length), siteBytes, uint32(counter)]))
  const template = templates[(seed[0] ?? 0) % templates.length] ?? ''
  return Array.from(template)
    .map((letter, index) => {
      const characters = passwordCharacters[letter] ?? ''
      return characters.charAt((seed[index + 1] ?? 0) % characters.length)
    })
    .join('')
}

function aesKey(password: string): Uint8Array {
  const key = new Uint8Array(32)
  key.set(bytesOf(password).subarray(0, 32))
  return key
}

export function cryptoFunctions(ports: SprigPorts): FunctionMap {
  const bcrypt = (text: string): string => hashSync(text, `$2a$${bcryptCost}$${encodeBase64([...ports.random(16)], 16)}`)
  const certificates = (): CertificatePort => {
    if (ports.certificates === undefined) throw new FunctionError('certificates cannot be made here: no certificate port is given')
    return ports.certificates
  }
  const namesOf = (list: GoValue, what: string): readonly string[] => {
    if (list === undefined || list === null) return []
    if (!isList(list)) throw new FunctionError('wrong type for value; expected []interface {}')
    return list.map((item) => {
      if (typeof item !== 'string') throw new FunctionError(`error parsing ${what}: ${strval(item)} is not a string`)
      return item
    })
  }
  const issue = (
    [commonName, ips, dnsNames, days]: readonly [GoValue, GoValue, GoValue, GoValue],
    isAuthority: boolean,
    key: string,
    signer?: CertificatePair,
  ): CertificatePair => {
    const certificate = certificates().certificate({
      commonName: commonName as string,
      ips: namesOf(ips, 'ip'),
      dnsNames: namesOf(dnsNames, 'alternate dns name'),
      days: numberOf(days),
      isAuthority,
      key,
      serial: ports.random(16),
      now: ports.now(),
      ...(signer === undefined ? {} : { signer: { certificate: signer.certificate, key: signer.key } }),
    })
    return new CertificatePair(certificate, key)
  }
  const newKey = (): string => certificates().privateKey('rsa', 2048)
  const authority = (value: GoValue): CertificatePair => {
    if (value instanceof CertificatePair) return value
    throw new FunctionError('wrong type for value; expected sprig.certificate')
  }
  return {
    sha1sum: fn('string', ([text]) => hex(sha1(bytesOf(text as string)))),
    sha256sum: fn('string', ([text]) => hex(sha256(bytesOf(text as string)))),
    sha512sum: fn('string', ([text]) => hex(sha512(bytesOf(text as string)))),
    adler32sum: fn('string', ([text]) => String(adler32(bytesOf(text as string)))),
    bcrypt: fn('string', ([text]) => bcrypt(text as string)),
    htpasswd: fn('string string', ([user, password]) =>
      (user as string).includes(':') ? `invalid username: ${String(user)}` : `${String(user)}:${bcrypt(password as string)}`,
    ),
    derivePassword: fn('uint32 string string string string', ([counter, type, password, user, site]) =>
      derivePassword(numberOf(counter), type as string, password as string, user as string, site as string),
    ),
    encryptAES: fn('string string', ([password, text]) => {
      if (text === '') return ''
      const iv = ports.random(16)
      return base64(joinBytes([iv, cbc(aesKey(password as string), iv).encrypt(bytesOf(text as string))]))
    }),
    decryptAES: fn('string string', ([password, text]) => {
      if (text === '') return ''
      const bytes = fromBase64(text as string)
      if (bytes.length < 32) throw new FunctionError('crypto/cipher: input not full blocks')
      return textOf(cbc(aesKey(password as string), bytes.slice(0, 16)).decrypt(bytes.slice(16)))
    }),
    genPrivateKey: fn('string', ([type]) => {
      const kind = type === '' ? 'rsa' : (type as string)
      if (kind !== 'rsa' && kind !== 'ecdsa' && kind !== 'ed25519' && kind !== 'dsa') return `Unknown type ${kind}`
      return certificates().privateKey(kind)
    }),
    buildCustomCert: fn(
      'string string',
      ([certificate, key]) => new CertificatePair(textOf(fromBase64(certificate as string)), textOf(fromBase64(key as string))),
    ),
    genCA: fn('string int', ([name, days]) => issue([name, [], [], days], true, newKey())),
    genCAWithKey: fn('string int string', ([name, days, key]) => issue([name, [], [], days], true, key as string)),
    genSelfSignedCert: fn('string list list int', ([name, ips, dns, days]) => issue([name, ips, dns, days], false, newKey())),
    genSelfSignedCertWithKey: fn('string list list int string', ([name, ips, dns, days, key]) => issue([name, ips, dns, days], false, key as string)),
    genSignedCert: fn('string list list int sprig.certificate', ([name, ips, dns, days, signer]) =>
      issue([name, ips, dns, days], false, newKey(), authority(signer)),
    ),
    genSignedCertWithKey: fn('string list list int sprig.certificate string', ([name, ips, dns, days, signer, key]) =>
      issue([name, ips, dns, days], false, key as string, authority(signer)),
    ),
    getHostByName: fn('string', ([name]) => ports.hostByName?.(name as string) ?? ''),
  }
}
