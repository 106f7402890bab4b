// How hooks are read, the order of a sync, and what whole syncs do call by call, against Argo CD.
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { isDeepStrictEqual } from 'node:util'
import {
  compare,
  createHealthRegistry,
  defaultTracking,
  deletePoliciesOf,
  desiredStateOf,
  hookPhasesOf,
  hookTypesOf,
  isHook,
  annotationOf,
  planSync,
  waveOf,
  withTracking,
} from '@plumbline/core'
import { simulate } from '../adapters/sync.mjs'

const clusterScoped = new Set([
  'Namespace',
  'ClusterRole',
  'ClusterRoleBinding',
  'CustomResourceDefinition',
  'PersistentVolume',
  'StorageClass',
  'APIService',
  'IngressClass',
  'PriorityClass',
  'ValidatingWebhookConfiguration',
  'ClusterIssuer',
])
const application = 'app'

export async function run({ folder, only }) {
  const { cases } = JSON.parse(readFileSync(join(folder, 'cases.json'), 'utf8'))
  const results = []
  for (const testCase of cases.filter(({ id }) => only === undefined || only.test(id))) results.push(await resultOf(testCase))
  return results
}

async function resultOf(testCase) {
  const { id, set } = testCase
  try {
    const expected = set === 'simulate' ? { steps: testCase.expected.steps.map(({ message: _message, ...binding }) => binding) } : testCase.expected
    const found = await answerOf(testCase)
    const isPassed = isDeepStrictEqual(found, expected)
    return { id, isPassed, ...(isPassed ? {} : { reason: `expected ${JSON.stringify(expected)}, got ${JSON.stringify(found)}` }) }
  } catch (error) {
    return { id, isPassed: false, reason: String(error) }
  }
}

async function answerOf(testCase) {
  if (testCase.set === 'order') return { groups: orderOf(testCase) }
  if (testCase.set !== 'simulate') return hookInfoOf(testCase.object)
  const { plan, live } = planOf(testCase)
  return { steps: await simulate(plan, live, testCase) }
}

function hookInfoOf(object) {
  // Hooks of a deletion are no business of a sync.
  const types = hookTypesOf(object).filter((type) => type !== 'PreDelete' && type !== 'PostDelete')
  return {
    deletePolicies: [...deletePoliciesOf(object)],
    hookTypes: [...types],
    ignored: isHook(object) && types.length === 0,
    isHook: isHook(object),
    phases: isHook(object) ? [...hookPhasesOf(object)].sort() : ['Sync'],
    skip: annotationOf(object, 'argocd.argoproj.io/hook') === 'Skip',
    wave: waveOf(object),
  }
}

function planOf({ targets, live = [], options = {} }) {
  const namespace = options.namespace ?? 'app-ns'
  const { objects } = desiredStateOf(
    targets.map((object) => ({ object })),
    {
      trackingName: application,
      destinationNamespace: namespace,
      tracking: defaultTracking,
      exclusions: [],
      isNamespaced: ({ kind }) => !clusterScoped.has(kind),
    },
  )
  // The destination's own namespace is no object of the application unless it is in git.
  const isTracked = ({ kind, metadata }) =>
    kind !== 'Namespace' || metadata.name !== namespace || targets.some((target) => target.kind === kind && target.metadata.name === metadata.name)
  const owned = live
    .filter(isTracked)
    .map((object, index) =>
      withTracking({ ...object, metadata: { uid: `u${index}`, resourceVersion: '1', ...object.metadata } }, application, namespace, defaultTracking),
    )
  const comparison = compare({
    desired: objects,
    live: owned,
    diff: { prediction: { mode: 'three-way', fieldManager: 'argocd-controller' } },
    health: createHealthRegistry([]),
    tracking: defaultTracking,
  })
  const plan = planSync({
    application,
    destinationNamespace: namespace,
    revisions: [options.revision ?? '0123456789abcdef'],
    resources: comparison.resources,
    desired: objects,
    liveHook: ({ kind, name }) => live.find((object) => !isTracked(object) && object.kind === kind && object.metadata.name === name),
    tracking: defaultTracking,
    policy: {
      prune: options.prune ?? true,
      dryRun: options.dryRun ?? false,
      options: [...(options.pruneLast ? ['PruneLast=true'] : []), ...(options.createNamespace ? ['CreateNamespace=true'] : [])],
      ...(options.skipHooks ? { skipHooks: true } : {}),
      ...(options.selected === undefined ? {} : { resources: options.selected.map((text) => ({ kind: text.split('/')[0], name: text.split('/')[1] })) }),
    },
    startedAt: 1_700_000_000_000,
  })
  return { plan, live: owned }
}

/** Steps of a plan in groups of one phase and wave. */
function orderOf(testCase) {
  const { steps } = planOf(testCase).plan
  const groups = []
  for (const { action, phase, wave, id, hookType } of steps) {
    const last = groups.at(-1)
    const group = last?.phase === phase && last.wave === wave ? last : { phase, wave, tasks: [] }
    if (group !== last) groups.push(group)
    group.tasks.push({
      ...(id.group === '' ? {} : { group: id.group }),
      kind: id.kind,
      ...(id.namespace === '' ? {} : { namespace: id.namespace }),
      name: id.name,
      ...(action === 'prune' ? { prune: true } : {}),
      ...(hookType === undefined ? {} : { hook: true }),
    })
  }
  return groups
}
