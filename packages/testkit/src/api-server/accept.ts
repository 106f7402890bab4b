// Content negotiation: JSON, YAML, tables and metadata alone.
import { notAcceptable, notTransformable } from './status-errors.ts'

/** The form of an answer. */
export interface AnswerForm {
  readonly media: 'application/json' | 'application/yaml'
  readonly as: 'object' | 'Table' | 'PartialObjectMetadata' | 'PartialObjectMetadataList'
  readonly tableVersion: string
}

export const served: readonly string[] = ['application/json', 'application/yaml', 'application/vnd.kubernetes.protobuf']
const servedWatch: readonly string[] = [...served, 'application/json;stream=watch', 'application/vnd.kubernetes.protobuf;stream=watch']

/** Errors come in the first plain form that is accepted. */
export function mediaForErrors(header: string | undefined): AnswerForm['media'] {
  try {
    return negotiate(header, false).media
  } catch {
    return 'application/json'
  }
}

/** The first form that is asked for and served. @throws {StatusError} 406 */
export function negotiate(header: string | undefined, isCollection: boolean, isCustom = false): AnswerForm {
  const asked = (header ?? '')
    .split(',')
    .map((part) => part.trim())
    .filter((part) => part !== '')
  const plain: AnswerForm = { media: 'application/json', as: 'object', tableVersion: 'v1' }
  if (asked.length === 0) return plain
  let isTransformUnknown = false
  for (const entry of asked) {
    const [media = '', ...parameters] = entry.split(';').map((part) => part.trim())
    const value = (name: string): string | undefined => parameters.find((parameter) => parameter.startsWith(`${name}=`))?.slice(name.length + 1)
    const isYaml = media === 'application/yaml' || media === 'text/yaml'
    if (!isYaml && media !== 'application/json' && media !== '*/*') continue
    const kind = value('as')
    if (kind === undefined) return { ...plain, media: isYaml ? 'application/yaml' : 'application/json' }
    const [group, version] = [value('g'), value('v')]
    if (group !== 'meta.k8s.io' || (version !== 'v1' && version !== 'v1beta1')) {
      isTransformUnknown = true
      continue
    }
    if (kind === 'Table' || kind === 'PartialObjectMetadata' || kind === 'PartialObjectMetadataList')
      return { media: isYaml ? 'application/yaml' : 'application/json', as: kind, tableVersion: version }
    isTransformUnknown = true
  }
  if (isTransformUnknown || isCustom) throw notTransformable(served)
  throw notAcceptable(isCollection ? servedWatch : served)
}
