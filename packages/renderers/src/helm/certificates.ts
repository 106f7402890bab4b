// Keys and certificates, made with the cryptography of Node where there is one.
import type * as NodeCryptoModule from 'node:crypto'
import { joinBytes } from '@plumbline/gotemplate'
import type { CertificatePort, CertificateRequest } from '@plumbline/gotemplate'

type NodeCrypto = typeof NodeCryptoModule

/** The port on this host, or undefined where there is no Node. */
export function nodeCertificates(): CertificatePort | undefined {
  const host = globalThis as { process?: { getBuiltinModule?: (name: string) => unknown } }
  const crypto = host.process?.getBuiltinModule?.('node:crypto') as NodeCrypto | undefined
  if (crypto === undefined) return undefined
  return {
    privateKey(kind, bits = 4096) {
      switch (kind) {
        case 'rsa':
          return crypto.generateKeyPairSync('rsa', { modulusLength: bits }).privateKey.export({ type: 'pkcs1', format: 'pem' }).toString()
        case 'ecdsa':
          return crypto.generateKeyPairSync('ec', { namedCurve: 'P-256' }).privateKey.export({ type: 'sec1', format: 'pem' }).toString()
        case 'ed25519':
          return crypto.generateKeyPairSync('ed25519').privateKey.export({ type: 'pkcs8', format: 'pem' }).toString()
        case 'dsa':
          return crypto
            .generateKeyPairSync('dsa', { modulusLength: 2048, divisorLength: 256 })
            .privateKey.export({ type: 'pkcs8', format: 'pem' })
            .toString()
            .replaceAll('PRIVATE KEY', 'DSA PRIVATE KEY')
      }
    },
    certificate: (request) => certificate(request, crypto),
  }
}

/** One value of DER: tag, length, content. */
function der(tag: number, ...content: readonly Uint8Array[]): Uint8Array {
  const body = joinBytes(content)
  const size = body.length
  const length =
    size < 128 ? [size] : size < 256 ? [0x81, size] : size < 65_536 ? [0x82, size >> 8, size & 255] : [0x83, size >> 16, (size >> 8) & 255, size & 255]
  return joinBytes([Uint8Array.of(tag, ...length), body])
}

const sequence = (...items: readonly Uint8Array[]): Uint8Array => der(0x30, ...items)
const octets = (content: Uint8Array): Uint8Array => der(0x04, content)
const bits = (content: Uint8Array): Uint8Array => der(0x03, Uint8Array.of(0), content)
const encoder = new TextEncoder()

function integer(bytes: Uint8Array): Uint8Array {
  let start = 0
  while (start < bytes.length - 1 && bytes[start] === 0) start++
  const body = bytes.subarray(start)
  return der(0x02, (body[0] ?? 0) >= 128 ? joinBytes([Uint8Array.of(0), body]) : body)
}

function oid(text: string): Uint8Array {
  const [first = 0, second = 0, ...rest] = text.split('.').map(Number)
  const bytes = [first * 40 + second]
  for (const part of rest) {
    const groups = [part & 127]
    for (let left = part >> 7; left > 0; left >>= 7) groups.unshift((left & 127) | 128)
    bytes.push(...groups)
  }
  return der(0x06, Uint8Array.from(bytes))
}

function time(milliseconds: number): Uint8Array {
  const text = new Date(milliseconds).toISOString().replace(/[-:T]/g, '').slice(0, 14)
  return Number(text.slice(0, 4)) < 2050 ? der(0x17, encoder.encode(`${text.slice(2)}Z`)) : der(0x18, encoder.encode(`${text}Z`))
}

function name(commonName: string): Uint8Array {
  return sequence(der(0x31, sequence(oid('2.5.4.3'), der(0x0c, encoder.encode(commonName)))))
}

function address(text: string): Uint8Array {
  if (!text.includes(':')) return Uint8Array.from(text.split('.').map(Number))
  const [head = '', tail = ''] = text.split('::')
  const groups = (part: string): string[] => part.split(':').filter((group) => group !== '')
  const [left, right] = [groups(head), groups(tail)]
  const all = [...left, ...Array.from({ length: Math.max(0, 8 - left.length - right.length) }, () => '0'), ...right]
  return Uint8Array.from(all.flatMap((group) => [Number.parseInt(group, 16) >> 8, Number.parseInt(group, 16) & 255]))
}

function extension(id: string, isCritical: boolean, content: Uint8Array): Uint8Array {
  return sequence(oid(id), ...(isCritical ? [der(0x01, Uint8Array.of(255))] : []), octets(content))
}

const day = 86_400_000

function certificate(request: CertificateRequest, crypto: NodeCrypto): string {
  const key = crypto.createPrivateKey(request.key)
  const signer = request.signer
  const signerKey = signer === undefined ? key : crypto.createPrivateKey(signer.key)
  const issuer = signer === undefined ? name(request.commonName) : issuerName(signer.certificate, crypto)
  const publicKey = new Uint8Array(crypto.createPublicKey(key).export({ type: 'spki', format: 'der' }))
  const names = [...request.dnsNames.map((dns) => der(0x82, encoder.encode(dns))), ...request.ips.map((ip) => der(0x87, address(ip)))]
  const usage = request.isAuthority ? Uint8Array.of(2, 0xa4) : Uint8Array.of(5, 0xa0)
  const extensions = [
    extension('2.5.29.15', true, der(0x03, usage)),
    extension('2.5.29.37', false, sequence(oid('1.3.6.1.5.5.7.3.1'), oid('1.3.6.1.5.5.7.3.2'))),
    extension('2.5.29.19', true, request.isAuthority ? sequence(der(0x01, Uint8Array.of(255))) : sequence()),
    ...(names.length === 0 ? [] : [extension('2.5.29.17', false, sequence(...names))]),
  ]
  const { algorithm, hash } = signatureOf(signerKey.asymmetricKeyType)
  const serial = request.serial.slice()
  serial[0] = (serial[0] ?? 0) & 0x7f
  const body = sequence(
    der(0xa0, integer(Uint8Array.of(2))),
    integer(serial),
    algorithm,
    issuer,
    sequence(time(request.now), time(request.now + request.days * day)),
    name(request.commonName),
    publicKey,
    der(0xa3, sequence(...extensions)),
  )
  const signature = new Uint8Array(crypto.sign(hash, body, signerKey))
  const whole = sequence(body, algorithm, bits(signature))
  const lines =
    Buffer.from(whole)
      .toString('base64')
      .match(/.{1,64}/g) ?? []
  return `-----BEGIN CERTIFICATE-----\n${lines.join('\n')}\n-----END CERTIFICATE-----\n`
}

function signatureOf(type: string | undefined): { readonly algorithm: Uint8Array; readonly hash: string | null } {
  if (type === 'ec') return { algorithm: sequence(oid('1.2.840.10045.4.3.2')), hash: 'sha256' }
  if (type === 'ed25519') return { algorithm: sequence(oid('1.3.101.112')), hash: null }
  return { algorithm: sequence(oid('1.2.840.113549.1.1.11'), der(0x05)), hash: 'sha256' }
}

/** The subject of the authority, as it stands in its certificate. */
function issuerName(pem: string, crypto: NodeCrypto): Uint8Array {
  const subject = new crypto.X509Certificate(pem).subject
  return name(/(?:^|\n)CN=([^\n]*)/.exec(subject)?.[1] ?? '')
}
