// Certificates and keys of Secrets for TLS that do not fit each other. Follows Go's `crypto/tls` `X509KeyPair`.
import { createPrivateKey, createPublicKey, X509Certificate } from 'node:crypto'
import { objectOf } from '../types.ts'
import type { KubeObject } from '../types.ts'

const pem = /-----BEGIN ([A-Z0-9 ]+)-----\r?\n[A-Za-z0-9+/=\r\n:, -]*?-----END \1-----/g

/** At most one warning. */
export function keyPairWarnings(secret: KubeObject): string[] {
  if (secret['type'] !== 'kubernetes.io/tls') return []
  const data = objectOf(secret['data'])
  const textAt = (name: string): string => Buffer.from(typeof data[name] === 'string' ? data[name] : '', 'base64').toString('latin1')
  const [certificate, key] = [textAt('tls.crt'), textAt('tls.key')]
  const certificates = blocksOf(certificate)
  const keys = blocksOf(key)
  const leaf = certificates.find(({ type }) => type === 'CERTIFICATE')
  const own = keys.find(({ type }) => type === 'PRIVATE KEY' || type.endsWith(' PRIVATE KEY'))
  if (leaf === undefined) return [missing('certificate', '"CERTIFICATE" PEM block in certificate input', certificates)]
  if (own === undefined) return [missing('key', 'PEM block with type ending in "PRIVATE KEY" in key input', keys)]
  try {
    const published = createPublicKey(createPrivateKey(own.text)).export({ type: 'spki', format: 'der' })
    if (!published.equals(new X509Certificate(leaf.text).publicKey.export({ type: 'spki', format: 'der' })))
      return ['tls: private key does not match public key']
  } catch {
    return isCertificate(leaf.text) ? ['tls: failed to parse private key'] : ['x509: malformed certificate']
  }
  return []
}

function isCertificate(text: string): boolean {
  try {
    return new X509Certificate(text).serialNumber !== ''
  } catch {
    return false
  }
}

function blocksOf(text: string): readonly { readonly type: string; readonly text: string }[] {
  return [...text.matchAll(pem)].map(([block, type = '']) => ({ type, text: block }))
}

function missing(name: string, wanted: string, blocks: readonly { readonly type: string }[]): string {
  if (blocks.length === 0) return `tls: failed to find any PEM data in ${name} input`
  const skipped = blocks.map(({ type }) => type).join(' ')
  return `tls: failed to find ${wanted} after skipping PEM blocks of the following types: [${skipped}]`
}
