// One layer: its resources, generators, components and transformers, in that order. Follows kustomize v5.7 `api/internal/target/kusttarget.go`.
import { parseYamlDocuments, YamlError } from '@plumbline/yaml'
import { builtInGenerators } from './builtin-generators.ts'
import type { ChartInflater } from './builtin-generators.ts'
import { builtInTransformers } from './builtin-transformers.ts'
import type { Transformation } from './builtin-transformers.ts'
import { transformerSteps } from './transformer-steps.ts'
import { configurationOfCrds } from './crd-configuration.ts'
import { defaultConfiguration } from './configuration/defaults.ts'
import { emptyConfiguration, mergeConfigurations, parseConfiguration } from './configuration/transformer-configuration.ts'
import type { TransformerConfiguration } from './configuration/transformer-configuration.ts'
import { KustomizeError, messageOf, within } from './errors.ts'
import { loadKustomization } from './kustomization.ts'
import type { Kustomization } from './kustomization.ts'
import type { Loader } from './loader.ts'
import { placeFrom } from './origin.ts'
import type { LayerPlace, Origin } from './origin.ts'
import { knownObjects } from './known-files.ts'
import { decoded, objectsOf, readResources } from './read-resources.ts'
import { checkDistinct, createResourceMap } from './resource-map.ts'
import type { ResourceMap } from './resource-map.ts'
import { currentIdOf, resourceOf, textOf } from './resource.ts'
import type { JsonMap, Resource } from './resource.ts'
import { useSchema } from './openapi.ts'
import type { SchemaState } from './openapi.ts'
import { conform } from './shape.ts'
import { pluginShapes } from './shapes.ts'
import { joinVariables, mergeVariables, parseVariable } from './variables.ts'
import type { Variable } from './variables.ts'

/** What a layer hands up. */
export interface Accumulated {
  map: ResourceMap
  configuration: TransformerConfiguration
  variables: readonly Variable[]
}

/** What is the same for all layers of a build. */
export interface BuildContext {
  readonly limits: { readonly maxResources: number; readonly maxKustomizations: number }
  /** Types for merging; a custom schema that a layer names counts from there on, as in Kustomize. */
  readonly schemas: SchemaState
  readonly keepsOrigins: boolean
  readonly count: { kustomizations: number }
  readonly inflate?: ChartInflater
  readonly signal?: AbortSignal
}

interface Layer extends BuildContext {
  readonly kustomization: Kustomization
  readonly loader: Loader
  /** For origins. */
  readonly place: LayerPlace
}

/** Build a layer on its own. @throws {KustomizeError} */
export function accumulate(kustomization: Kustomization, loader: Loader, context: BuildContext, place: LayerPlace): Promise<Accumulated> {
  return accumulateInto(emptyLayer(), { ...context, kustomization, loader, place })
}

function emptyLayer(): Accumulated {
  return { map: createResourceMap(), configuration: emptyConfiguration, variables: [] }
}

/** The tables are never changed, so one copy serves all. */
const defaults = mergeConfigurations(emptyConfiguration, mergeConfigurations(emptyConfiguration, defaultConfiguration()))

async function accumulateInto(start: Accumulated, layer: Layer): Promise<Accumulated> {
  const { kustomization } = layer
  layer.signal?.throwIfAborted()
  if (++layer.count.kustomizations > layer.limits.maxKustomizations)
    throw new KustomizeError(`more than ${layer.limits.maxKustomizations} kustomizations in one build`, 'KUSTOMIZE_LIMIT')
  const found = start
  await step('accumulating resources', () => addResources(found, kustomization.resources, layer))
  found.configuration = join(found.configuration, await ownConfiguration(layer))
  for (const path of kustomization.crds) found.configuration = mergeConfigurations(found.configuration, configurationOfCrds(await documentAt(path, layer)))
  await runGenerators(found, layer)
  let current = found
  for (const path of kustomization.components) current = await step('accumulating components', () => addComponent(current, path, layer))
  await runTransformers(current, layer)
  await runValidators(current, layer)
  current.variables = mergeVariables(current.variables, kustomization.vars.map(parseVariable), current.map)
  if (current.map.list.length > layer.limits.maxResources)
    throw new KustomizeError(`more than ${layer.limits.maxResources} resources in one build`, 'KUSTOMIZE_LIMIT')
  return current
}

function join(first: TransformerConfiguration, second: TransformerConfiguration): TransformerConfiguration {
  return first === emptyConfiguration && second === defaults ? defaults : mergeConfigurations(first, second)
}

async function ownConfiguration(layer: Layer): Promise<TransformerConfiguration> {
  const { configurations } = layer.kustomization
  if (configurations.length === 0) return defaults
  let own = emptyConfiguration
  for (const path of configurations) own = mergeConfigurations(own, parseConfiguration(await documentAt(path, layer), path))
  return mergeConfigurations(defaults, own)
}

async function step<T>(name: string, run: () => Promise<T>): Promise<T> {
  try {
    return await run()
  } catch (error) {
    throw error instanceof KustomizeError ? within(name, error) : error
  }
}

async function documentAt(path: string, { loader }: Layer): Promise<unknown> {
  try {
    return parseYamlDocuments(await loader.readText(path))[0]?.value ?? null
  } catch (error) {
    if (!(error instanceof YamlError)) throw error
    throw new KustomizeError(`${path}: yaml: line ${error.line}: ${error.message}`, 'KUSTOMIZE_INVALID', error)
  }
}

async function addResources(into: Accumulated, paths: readonly string[], layer: Layer): Promise<void> {
  for (const path of paths) {
    const asFile = await attempt(() => readFile(path, layer))
    const error = asFile.resources === undefined ? within(`accumulating resources from '${path}'`, asFile.error) : append(into, asFile.resources, path)
    if (error === undefined) continue
    if (error.code === 'KUSTOMIZE_FETCH') throw error
    const folder = await attemptFolder(path, layer)
    if (folder.loader === undefined) {
      // What is no YAML at all is a file; of everything else Kustomize tells why it is no folder either.
      if (isTold(error)) throw error
      throw new KustomizeError(`accumulation err='${error.message}': ${messageOf(folder.error)}`, error.code, error)
    }
    const { loader } = folder
    await step(`accumulation err='${error.message}'`, () => addFolder(into, path, loader, layer))
  }
}

function isTold({ message, code }: KustomizeError): boolean {
  return message.includes(': MalformedYAMLError') || code === 'KUSTOMIZE_LIMIT'
}

function append(into: Accumulated, resources: readonly Resource[], path: string): KustomizeError | undefined {
  try {
    for (const resource of resources) into.map.append(resource)
    return undefined
  } catch (error) {
    return within(`merging resources from '${path}'`, error)
  }
}

async function attempt(read: () => Promise<Resource[]>): Promise<{ readonly resources?: readonly Resource[]; readonly error?: unknown }> {
  try {
    return { resources: await read() }
  } catch (error) {
    if (!(error instanceof KustomizeError)) throw error
    return { error }
  }
}

async function attemptFolder(path: string, { loader }: Layer): Promise<{ readonly loader?: Loader; readonly error?: unknown }> {
  try {
    return { loader: await loader.enter(path) }
  } catch (error) {
    if (!(error instanceof KustomizeError)) throw error
    return { error }
  }
}

async function readFile(path: string, layer: Layer): Promise<Resource[]> {
  const file = await layer.loader.open(path)
  const objects = await knownObjects(file.id, async () => {
    const content = await file.read()
    return { objects: objectsOf(decoded(content), path), size: content.byteLength }
  })
  const resources = objects.map(resourceOf)
  if (layer.keepsOrigins) for (const resource of resources) resource.origin = placeFrom(layer.place, path)
  return resources
}

async function load(path: string, loader: Loader, isComponent: boolean): Promise<Kustomization> {
  const kustomization = await step(`couldn't make target for path '${loader.shownRoot}'`, () => loadKustomization(loader))
  if (isComponent && kustomization.kind !== 'Component')
    throw new KustomizeError(`expected kind 'Component' for path '${loader.shownRoot}' but got '${kustomization.kind}'`)
  if (!isComponent && kustomization.kind === 'Component') throw new KustomizeError(`expected kind != 'Component' for path '${loader.shownRoot}' (${path})`)
  return kustomization
}

function inner(layer: Layer, kustomization: Kustomization, loader: Loader, path: string): Layer {
  return { ...layer, kustomization, loader, place: placeFrom(layer.place, path) }
}

async function addFolder(into: Accumulated, path: string, loader: Loader, layer: Layer): Promise<void> {
  const kustomization = await load(path, loader, false)
  await useSchema(kustomization, loader, layer.schemas)
  const found = await step(`recursed accumulation of path '${loader.shownRoot}'`, () => accumulateInto(emptyLayer(), inner(layer, kustomization, loader, path)))
  await step(`recursed merging from path '${loader.shownRoot}'`, async () => {
    for (const resource of found.map.list) into.map.append(resource)
    into.configuration = into.configuration === emptyConfiguration ? found.configuration : mergeConfigurations(into.configuration, found.configuration)
    into.variables = joinVariables(into.variables, found.variables)
  })
}

/** A component works on what its parent has. */
async function addComponent(into: Accumulated, path: string, layer: Layer): Promise<Accumulated> {
  const loader = await quoting('loader.New', () => layer.loader.enter(path))
  return quoting('accumulateDirectory:', async () => {
    const kustomization = await load(path, loader, true)
    await useSchema(kustomization, loader, layer.schemas)
    const found = await step(`recursed accumulation of path '${loader.shownRoot}'`, () => accumulateInto(into, inner(layer, kustomization, loader, path)))
    await step(`recursed merging from path '${loader.shownRoot}'`, async () => checkDistinct(found.map))
    return found
  })
}

/** Kustomize quotes what goes wrong in a component. */
async function quoting<T>(name: string, run: () => Promise<T>): Promise<T> {
  try {
    return await run()
  } catch (error) {
    throw error instanceof KustomizeError ? new KustomizeError(`${name} ${JSON.stringify(error.message)}`, error.code, error) : error
  }
}

/** Origin of what a field of the kustomization itself makes or changes. */
function fieldOrigin({ kustomization, place }: Layer, kind: string): Origin {
  const { path, ...repository } = placeFrom(place, kustomization.fileName)
  return { ...repository, configuredIn: path, configuredBy: { apiVersion: 'builtin', kind } }
}

async function runGenerators(into: Accumulated, layer: Layer): Promise<void> {
  const { kustomization, loader } = layer
  const { generatorOptions, helmGlobals } = kustomization
  const entries: (readonly [string, JsonMap])[] = [
    ...kustomization.configMapGenerator.map((config) => ['ConfigMapGenerator', { ...config, generatorOptions }] as const),
    ...kustomization.secretGenerator.map((config) => ['SecretGenerator', { ...config, generatorOptions }] as const),
    ...kustomization.helmCharts.map((config) => ['HelmChartInflationGenerator', { ...helmGlobals, ...config }] as const),
  ]
  for (const [kind, config] of entries) {
    await generate(into, kind, config, fieldOrigin(layer, kind), layer)
  }
  for (const plugin of await pluginsOf(kustomization.generators, layer)) {
    const kind = textOf(plugin.object['kind'])
    if (builtInGenerators[kind] === undefined) throw unknownPlugin(plugin)
    await generate(into, kind, configOf(plugin), pluginOrigin(plugin), { ...layer, loader })
  }
}

async function generate(into: Accumulated, kind: string, config: JsonMap, origin: Origin, layer: Layer): Promise<void> {
  const factory = builtInGenerators[kind]
  if (factory === undefined) throw new KustomizeError(`there is no generator ${kind}`)
  const { loader, inflate, keepsOrigins } = layer
  const resources = await factory(config, { loader, ...(inflate === undefined ? {} : { inflate }) })
  for (const resource of resources) {
    if (keepsOrigins) resource.origin = origin
    await step(`merging from generator ${kind}`, async () => into.map.absorb(resource))
  }
}

/** Plugins in files, folders or in the list itself. */
async function pluginsOf(entries: readonly string[], layer: Layer): Promise<readonly Resource[]> {
  const found = emptyLayer()
  const paths: string[] = []
  for (const entry of entries) {
    const inline = /\n|^\s*\{/.test(entry) ? await attempt(async () => readResources(entry, 'inline plugin')) : {}
    if (inline.resources === undefined) paths.push(entry)
    else
      for (const resource of inline.resources) {
        if (layer.keepsOrigins) resource.origin = placeFrom(layer.place, layer.kustomization.fileName)
        found.map.append(resource)
      }
  }
  await addResources(found, paths, layer)
  return found.map.list
}

function unknownPlugin(plugin: Resource): KustomizeError {
  const { group, version, kind, name } = currentIdOf(plugin)
  if (plugin.object['apiVersion'] === 'builtin') return new KustomizeError(`unable to load builtin ${kind}.builtin.[noGrp]`)
  return new KustomizeError(
    `external plugins disabled; unable to load external plugin '${kind}' (${group}/${version} ${name}): only built-in ones run`,
    'KUSTOMIZE_UNSUPPORTED',
  )
}

function configOf({ object }: Resource): JsonMap {
  const kind = textOf(object['kind'])
  return conform(object, pluginShapes[kind] ?? 'any', { structure: kind, isStrict: false, convertsScalars: true }) as JsonMap
}

function pluginOrigin(plugin: Resource): Origin {
  const { name, namespace, kind } = currentIdOf(plugin)
  const { path, repo, ref } = plugin.origin ?? {}
  return {
    ...(repo === undefined ? {} : { repo }),
    ...(ref === undefined ? {} : { ref }),
    ...(path === undefined ? {} : { configuredIn: path }),
    configuredBy: { apiVersion: textOf(plugin.object['apiVersion']), kind, ...(name === '' ? {} : { name }), ...(namespace === '' ? {} : { namespace }) },
  }
}

async function runTransformers(into: Accumulated, layer: Layer): Promise<void> {
  const { kustomization, loader, schemas } = layer
  const plugins = await pluginsOf(kustomization.transformers, layer)
  for (const { kind, config } of transformerSteps(kustomization, into.configuration)) {
    const factory = builtInTransformers[kind]
    if (factory === undefined) throw new KustomizeError(`there is no transformer ${kind}`)
    const transformation = await factory(config, { loader, schemas: schemas.current })
    run(into.map, transformation, fieldOrigin(layer, kind), layer)
  }
  for (const plugin of plugins) run(into.map, await transformationOf(plugin, layer), pluginOrigin(plugin), layer)
}

async function transformationOf(plugin: Resource, { loader, schemas }: Layer): Promise<Transformation> {
  const factory = builtInTransformers[textOf(plugin.object['kind'])]
  if (factory === undefined || plugin.object['apiVersion'] !== 'builtin') throw unknownPlugin(plugin)
  return factory(configOf(plugin), { loader, schemas: schemas.current })
}

function run(map: ResourceMap, transformation: Transformation, origin: Origin, { keepsOrigins }: Layer): void {
  transformation(map)
  if (!keepsOrigins) return
  for (const resource of map.list) {
    if (resource.origin === undefined) resource.origin = origin
    else resource.transformations = [...resource.transformations, origin]
  }
}

/** Validators are transformers that must leave everything as it is. */
async function runValidators(into: Accumulated, layer: Layer): Promise<void> {
  for (const plugin of await pluginsOf(layer.kustomization.validators, layer)) {
    const transformation = await transformationOf(plugin, layer)
    const before = JSON.stringify(into.map.list.map(({ object }) => object))
    transformation(into.map)
    if (JSON.stringify(into.map.list.map(({ object }) => object)) !== before) throw new KustomizeError("validator shouldn't modify the resource map")
  }
}
