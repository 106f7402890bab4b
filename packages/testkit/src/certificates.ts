// A certificate authority for one cluster, and a server certificate by it. `selfsigned` is loaded only where a cluster speaks HTTPS.

/** PEM texts. */
export interface Certificates {
  readonly ca: string
  readonly cert: string
  readonly key: string
}

const daysValid = 365
const dayMs = 86_400_000

/** Make an authority and a certificate for a host on the loopback. The authority's key is thrown away. */
export async function createCertificates(host: string, now: number): Promise<Certificates> {
  const { generate } = await import('selfsigned')
  const shared = {
    keyType: 'ec',
    curve: 'P-256',
    algorithm: 'sha256',
    notBeforeDate: new Date(now - dayMs),
    notAfterDate: new Date(now + daysValid * dayMs),
  } as const
  const authority = await generate([{ name: 'commonName', value: 'plumbline-cluster-ca' }], {
    ...shared,
    extensions: [
      { name: 'basicConstraints', cA: true, critical: true },
      { name: 'keyUsage', keyCertSign: true, cRLSign: true, critical: true },
    ],
  })
  const isAddress = /^[\d.]+$|:/.test(host)
  const server = await generate([{ name: 'commonName', value: 'kube-apiserver' }], {
    ...shared,
    ca: { key: authority.private, cert: authority.cert },
    extensions: [
      { name: 'basicConstraints', cA: false },
      { name: 'keyUsage', digitalSignature: true, keyEncipherment: true, critical: true },
      { name: 'extKeyUsage', serverAuth: true },
      {
        name: 'subjectAltName',
        altNames: [
          { type: 2, value: 'localhost' },
          { type: 2, value: 'kubernetes.default.svc' },
          { type: 7, ip: '127.0.0.1' },
          ...(isAddress ? (host === '127.0.0.1' ? [] : [{ type: 7 as const, ip: host }]) : [{ type: 2 as const, value: host }]),
        ],
      },
    ],
  })
  return { ca: authority.cert, cert: server.cert, key: server.private }
}
