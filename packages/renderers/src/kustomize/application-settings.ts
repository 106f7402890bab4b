// `spec.source.kustomize` of an Application: edits of the kustomization before it is built. Follows argo-cd `util/kustomize/kustomize.go`, which runs `kustomize edit`, and kustomize v5.7 `kustomize/commands/edit`.
import { KustomizeError } from './errors.ts'
import type { Kustomization } from './kustomization.ts'
import { isMap, textOf } from './resource.ts'
import type { JsonMap } from './resource.ts'
import { compareTexts } from './resource-id.ts'
import { conform } from './shape.ts'
import type { Shape } from './shape.ts'
import { kustomizationShape } from './shapes.ts'

/** What an Application says about Kustomize. */
export interface ApplicationSettings {
  readonly namePrefix: string
  readonly nameSuffix: string
  readonly namespace: string
  readonly images: readonly string[]
  readonly replicas: readonly JsonMap[]
  readonly commonLabels: Readonly<Record<string, string>>
  readonly commonAnnotations: Readonly<Record<string, string>>
  readonly forceCommonLabels: boolean
  readonly forceCommonAnnotations: boolean
  readonly commonAnnotationsEnvsubst: boolean
  readonly labelWithoutSelector: boolean
  readonly labelIncludeTemplates: boolean
  readonly patches: readonly JsonMap[]
  readonly components: readonly string[]
  readonly ignoreMissingComponents: boolean
  readonly version: string
  readonly kubeVersion: string
  readonly apiVersions: readonly string[]
}

const settingsShape: { readonly fields: Readonly<Record<string, Shape>> } = {
  fields: {
    namePrefix: 'text',
    nameSuffix: 'text',
    namespace: 'text',
    images: 'texts',
    replicas: { list: { fields: { name: 'text', count: 'any' } } },
    commonLabels: 'textMap',
    commonAnnotations: 'textMap',
    forceCommonLabels: 'flag',
    forceCommonAnnotations: 'flag',
    commonAnnotationsEnvsubst: 'flag',
    labelWithoutSelector: 'flag',
    labelIncludeTemplates: 'flag',
    patches: kustomizationShape.fields['patches'] ?? 'any',
    components: 'texts',
    ignoreMissingComponents: 'flag',
    version: 'text',
    kubeVersion: 'text',
    apiVersions: 'texts',
  },
}

const empty: ApplicationSettings = {
  namePrefix: '',
  nameSuffix: '',
  namespace: '',
  images: [],
  replicas: [],
  commonLabels: {},
  commonAnnotations: {},
  forceCommonLabels: false,
  forceCommonAnnotations: false,
  commonAnnotationsEnvsubst: false,
  labelWithoutSelector: false,
  labelIncludeTemplates: false,
  patches: [],
  components: [],
  ignoreMissingComponents: false,
  version: '',
  kubeVersion: '',
  apiVersions: [],
}

/** @throws {KustomizeError} for a field of the wrong kind */
export function parseApplicationSettings(value: Readonly<Record<string, unknown>> = {}): ApplicationSettings {
  return { ...empty, ...(conform(value, settingsShape, { structure: 'spec.source.kustomize', isStrict: false }) as Partial<ApplicationSettings>) }
}

/**
 * The kustomization with the edits.
 * @param substitute puts values for the variables of the build environment
 * @param components those of the settings that are there
 * @throws {KustomizeError} where `kustomize edit` refuses
 */
export function edited(
  kustomization: Kustomization,
  settings: ApplicationSettings,
  substitute: (text: string) => string,
  components: readonly string[],
): Kustomization {
  return {
    ...kustomization,
    ...(settings.namePrefix === '' ? {} : { namePrefix: settings.namePrefix }),
    ...(settings.nameSuffix === '' ? {} : { nameSuffix: settings.nameSuffix }),
    ...(settings.namespace === '' ? {} : { namespace: settings.namespace }),
    ...(settings.images.length === 0 ? {} : { images: imagesWith(kustomization.images, settings.images.map(substitute)) }),
    ...(settings.replicas.length === 0 ? {} : { replicas: byName([...kustomization.replicas, ...settings.replicas.map(replicaOf)]) }),
    ...labelsWith(kustomization, settings, substitute),
    ...annotationsWith(kustomization, settings, substitute),
    patches: [...kustomization.patches, ...settings.patches],
    components: [...kustomization.components, ...components.filter((path) => !kustomization.components.includes(path))],
  }
}

/** The last of each name, in order of names: as `kustomize edit set` writes them. */
function byName(entries: readonly JsonMap[]): readonly JsonMap[] {
  const known = new Map(entries.map((entry) => [textOf(entry['name']), entry]))
  return [...known.values()].sort((a, b) => compareTexts(textOf(a['name']), textOf(b['name'])))
}

function replicaOf(entry: JsonMap): JsonMap {
  const { name, count } = entry
  const value = typeof count === 'string' && /^[+-]?\d+$/.test(count) ? Number(count) : count
  if (typeof value !== 'bigint' && !Number.isInteger(value))
    throw new KustomizeError(`spec.source.kustomize.replicas: ${textOf(name)}: expected a whole number, found ${JSON.stringify(count ?? null)}`)
  return { name, count: value }
}

const keep = '*'

function imagesWith(known: readonly JsonMap[], added: readonly string[]): readonly JsonMap[] {
  const images = new Map(added.map((text) => parseImage(text)).map((image) => [textOf(image['name']), image]))
  for (const old of known) {
    const name = textOf(old['name'])
    const image = images.get(name)
    images.set(
      name,
      image === undefined ? old : Object.fromEntries(Object.entries(image).map(([field, value]) => [field, value === keep ? old[field] : value])),
    )
  }
  return byName([...images.values()].map((image) => Object.fromEntries(Object.entries(image).filter(([, value]) => value !== keep && value !== undefined))))
}

/** `name=newName:tag`, `name:tag`, `name@digest`; a part `*` stays what it is. */
function parseImage(text: string): JsonMap {
  const parts = text.split('=')
  const [name = '', target = ''] = parts
  const image = parts.length === 2 ? { name, ...nameAndVersion(target, 'newName') } : nameAndVersion(text, 'name')
  if (parts.length !== 2 && image['newTag'] === undefined && image['digest'] === undefined)
    throw new KustomizeError(
      `spec.source.kustomize.images: ${text}: invalid format of image, use one of the following options:\n- <image>=<newimage>:<newtag>\n- <image>=<newimage>@<digest>\n- <image>=<newimage>\n- <image>:<newtag>\n- <image>@<digest>`,
    )
  return image
}

function nameAndVersion(text: string, field: 'name' | 'newName'): JsonMap {
  const at = text.indexOf('@')
  const head = at < 0 ? text : text.slice(0, at)
  const tagged = /^(.*):([a-zA-Z0-9._-]*|\*)$/.exec(head)
  return {
    [field]: tagged?.[1] ?? head,
    ...(tagged === null ? {} : { newTag: tagged[2] }),
    ...(at < 0 ? {} : { digest: text.slice(at + 1) }),
  }
}

function labelsWith(kustomization: Kustomization, settings: ApplicationSettings, substitute: (text: string) => string): Partial<Kustomization> {
  const added = mapValues(settings.commonLabels, substitute)
  if (Object.keys(added).length === 0) return {}
  const isForced = settings.forceCommonLabels
  if (!settings.labelWithoutSelector) return { commonLabels: joined(kustomization.commonLabels, added, isForced, 'label') }
  const labels = [...kustomization.labels]
  const at = labels.findIndex((entry) => entry['includeSelectors'] !== true && (entry['includeTemplates'] === true) === settings.labelIncludeTemplates)
  const entry = labels[at]
  if (entry === undefined) return { labels: [...labels, { pairs: added, includeTemplates: settings.labelIncludeTemplates }] }
  labels[at] = { ...entry, pairs: joined(isMap(entry['pairs']) ? (entry['pairs'] as Record<string, string>) : {}, added, isForced, 'label') }
  return { labels }
}

function annotationsWith(kustomization: Kustomization, settings: ApplicationSettings, substitute: (text: string) => string): Partial<Kustomization> {
  const added = settings.commonAnnotationsEnvsubst ? mapValues(settings.commonAnnotations, substitute) : settings.commonAnnotations
  if (Object.keys(added).length === 0) return {}
  return { commonAnnotations: joined(kustomization.commonAnnotations, added, settings.forceCommonAnnotations, 'annotation') }
}

function mapValues(map: Readonly<Record<string, string>>, change: (text: string) => string): Record<string, string> {
  return Object.fromEntries(Object.entries(map).map(([name, value]) => [name, change(value)]))
}

function joined(
  known: Readonly<Record<string, string>>,
  added: Readonly<Record<string, string>>,
  isForced: boolean,
  what: 'label' | 'annotation',
): Record<string, string> {
  const twice = Object.keys(added).find((name) => Object.hasOwn(known, name))
  if (twice !== undefined && !isForced)
    throw new KustomizeError(
      `${what} ${twice} already in kustomization file. Use --force to override. (spec.source.kustomize.${what === 'label' ? 'forceCommonLabels' : 'forceCommonAnnotations'})`,
    )
  return { ...known, ...added }
}
