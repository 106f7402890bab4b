// Values of Secrets in a form that may be shown: whoever looks can tell equal values from different ones, and nothing else.
// Follows argo-cd `gitops-engine/pkg/diff/diff.go` (HideSecretData).
import { formatJson, parseJson } from '@plumbline/yaml'
import { withStringDataEncoded } from './normalize.ts'
import { lastAppliedAnnotation } from './predict.ts'
import { isKubernetesObject, isRecord } from '../model/kubernetes-object.ts'
import type { KubernetesObject } from '../model/kubernetes-object.ts'

/** A Secret as git has it and as it lives; either may be absent. */
export interface SecretPair {
  readonly target?: KubernetesObject
  readonly live?: KubernetesObject
}

const shortest = 8
const step = 4

/** Texts for the values of one key: the same for equal values, a longer one for each further value. The length says nothing of the value's. */
function createMask(): (value: unknown) => string {
  const known = new Map<string, string>()
  return (value) => {
    const text = typeof value === 'string' ? value : JSON.stringify(value ?? '')
    const mask = known.get(text) ?? '+'.repeat(shortest + step * known.size)
    known.set(text, mask)
    return mask
  }
}

/**
 * Mask every value of `data`, and those of the configuration that client-side apply has written down. Neither Secret is changed.
 * @param annotations further annotations whose values are secrets
 */
export function maskSecrets({ target, live }: SecretPair, annotations: readonly string[] = []): SecretPair {
  const masks = new Map<string, (value: unknown) => string>()
  const maskOf = (place: string, value: unknown): string => {
    const mask = masks.get(place) ?? createMask()
    masks.set(place, mask)
    return mask(value)
  }
  const masked = (secret: KubernetesObject): KubernetesObject => {
    const folded = secret['stringData'] === undefined ? secret : withStringDataEncoded(secret)
    const data = folded['data']
    const hidden = isRecord(data)
      ? { ...folded, data: Object.fromEntries(Object.entries(data).map(([key, value]) => [key, maskOf(`data/${key}`, value)])) }
      : folded
    const own = hidden.metadata?.annotations
    if (own === undefined || !annotations.some((name) => Object.hasOwn(own, name))) return hidden
    const texts = Object.fromEntries(
      Object.entries(own).map(([name, value]) => [name, annotations.includes(name) ? maskOf(`annotations/${name}`, value) : value]),
    )
    return { ...hidden, metadata: { ...hidden.metadata, annotations: texts } }
  }
  // Masks are given in this order: what both sides say first, then what was written down of them.
  const [hiddenTarget, hiddenLive] = [target === undefined ? undefined : masked(target), live === undefined ? undefined : masked(live)]
  const withLastApplied = (secret: KubernetesObject): KubernetesObject => {
    const text = secret.metadata?.annotations?.[lastAppliedAnnotation]
    if (text === undefined) return secret
    return { ...secret, metadata: { ...secret.metadata, annotations: { ...secret.metadata.annotations, [lastAppliedAnnotation]: maskedText(text, masked) } } }
  }
  return {
    ...(hiddenTarget === undefined ? {} : { target: withLastApplied(hiddenTarget) }),
    ...(hiddenLive === undefined ? {} : { live: withLastApplied(hiddenLive) }),
  }
}

/** What cannot be read may hold a secret as well, so nothing of it is shown. */
function maskedText(text: string, masked: (secret: KubernetesObject) => KubernetesObject): string {
  try {
    const value = parseJson(text)
    if (isKubernetesObject(value)) return formatJson(sorted(masked(value)))
  } catch {
    // Said below.
  }
  return '+'.repeat(shortest)
}

function sorted(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(sorted)
  if (!isRecord(value)) return value
  return Object.fromEntries(
    Object.keys(value)
      .sort()
      .map((name) => [name, sorted(value[name])]),
  )
}
