// What functions take from outside: chance, time, and keys.

/** Certificates and keys as PEM. */
export interface CertificatePort {
  /** A private key: `rsa` (4096 bits), `ecdsa` (P-256), `ed25519`, or RSA of another size. */
  privateKey(kind: 'rsa' | 'ecdsa' | 'ed25519' | 'dsa', bits?: number): string
  /** A certificate for a key, signed by an authority or by itself. */
  certificate(request: CertificateRequest): string
}

export interface CertificateRequest {
  readonly commonName: string
  readonly ips: readonly string[]
  readonly dnsNames: readonly string[]
  readonly days: number
  readonly isAuthority: boolean
  readonly key: string
  readonly serial: Uint8Array
  /** Milliseconds since the epoch. */
  readonly now: number
  readonly signer?: { readonly certificate: string; readonly key: string }
}

export interface SprigPorts {
  /** Random bytes. */
  random(count: number): Uint8Array
  /** Milliseconds since the epoch. */
  now(): number
  /** IANA name of the local time zone. Default: UTC. */
  readonly timeZone?: string
  /** Without it, functions that make certificates fail. */
  readonly certificates?: CertificatePort
  /** Answers `getHostByName`. Default: the empty text. */
  hostByName?(name: string): string
}
