// Pods that have a node come to life: running, ready; pods of jobs end by themselves. Nothing is executed.
import { printed } from '@plumbline/schema'
import type { ClusterApi } from '../api-server/cluster-api.ts'
import { formatTime, objectOf, objectsOf, valueAt } from '../api-server/types.ts'
import type { Clock, JsonObject, KubeObject } from '../api-server/types.ts'
import { startControlLoop } from './control-loop.ts'
import { pods } from './objects.ts'

/** What becomes of a pod. `hang`: stays pending. `crash`: runs, is not ready and waits to be restarted. */
export type PodOutcome = 'ready' | 'hang' | 'fail' | 'crash' | 'complete'

/** Decides what becomes of a pod; undefined leaves it to others. */
export type PodScript = (pod: KubeObject) => PodOutcome | undefined

const outcomes: readonly string[] = ['ready', 'hang', 'fail', 'crash', 'complete']
/** Labels that say it in the manifest, for those who have no script at hand. */
const outcomeLabels = ['plumbline.dev/outcome', 'plumb.example.test/outcome']
const customStatus = 'kwok.x-k8s.io/status'
const runMs = 1000

export function startPods(api: ClusterApi, clock: Clock, scripts: readonly PodScript[]): () => void {
  let nextAddress = 2
  const addresses = new Map<string, string>()

  function addressOf({ metadata }: KubeObject): string {
    const uid = metadata.uid ?? ''
    const held = addresses.get(uid)
    if (held !== undefined) return held
    const address = `10.244.${Math.floor(nextAddress / 250) % 250}.${(nextAddress % 250) + 1}`
    nextAddress++
    addresses.set(uid, address)
    return address
  }

  function outcomeOf(pod: KubeObject): PodOutcome {
    for (const script of scripts) {
      const outcome = script(pod)
      if (outcome !== undefined) return outcome
    }
    const label = outcomeLabels.map((name) => pod.metadata.labels?.[name]).find((value) => value !== undefined)
    if (label !== undefined && outcomes.includes(label)) return label as PodOutcome
    const isJob = (pod.metadata.ownerReferences ?? []).some(({ kind, controller }) => kind === 'Job' && controller === true)
    return isJob ? 'complete' : 'ready'
  }

  return startControlLoop({
    api,
    clock,
    resource: pods,
    reconcile(pod) {
      const { name = '', namespace = '' } = pod.metadata
      if (pod.metadata.deletionTimestamp !== undefined) return terminate(api, pod, clock)
      const phase = valueAt(pod, 'status', 'phase')
      if (phase === 'Succeeded' || phase === 'Failed') return undefined
      // Until it has a node it is the scheduler's.
      if (typeof valueAt(pod, 'spec', 'nodeName') !== 'string') return undefined
      if (pod.metadata.annotations?.[customStatus] === 'custom') return undefined
      const outcome = outcomeOf(pod)
      if (outcome === 'hang') return undefined
      const isRunning = phase === 'Running'
      if (!isRunning) {
        const current = api.get(pods, namespace, name)
        if (current !== undefined) api.store({ ...current, status: runningStatus(current, addressOf(current), clock.now(), outcome === 'crash') })
        return outcome === 'fail' || outcome === 'complete' ? runMs : undefined
      }
      if (outcome !== 'fail' && outcome !== 'complete') return undefined
      const left = Date.parse(printed(valueAt(pod, 'status', 'startTime') ?? '')) + runMs - clock.now()
      if (left > 0) return left
      api.store({ ...pod, status: endedStatus(pod, clock.now(), outcome === 'fail') })
      return undefined
    },
    onGone: () => undefined,
  })
}

/** A deleted pod has nothing to stop, so it goes as soon as the kubelet would have seen it. */
function terminate(api: ClusterApi, pod: KubeObject, _clock: Clock): undefined {
  const { namespace = '', name = '', uid } = pod.metadata
  if ((pod.metadata.deletionGracePeriodSeconds ?? 0) > 0) api.store({ ...pod, metadata: { ...pod.metadata, deletionGracePeriodSeconds: 0 } })
  else if ((pod.metadata.finalizers ?? []).length === 0) api.delete(pods, namespace, name, { gracePeriodSeconds: 0, ...(uid === undefined ? {} : { uid }) })
  return undefined
}

function runningStatus(pod: KubeObject, address: string, now: number, isCrashing: boolean): JsonObject {
  const time = formatTime(now)
  const condition = (type: string, isTrue: boolean): JsonObject => ({
    type,
    status: isTrue ? 'True' : 'False',
    lastProbeTime: null,
    lastTransitionTime: time,
    ...(isTrue ? {} : { reason: 'ContainersNotReady', message: `containers with unready status: [${namesOf(pod).join(' ')}]` }),
  })
  const scheduled = objectsOf(valueAt(pod, 'status', 'conditions')).filter((entry) => entry['type'] === 'PodScheduled')
  return {
    ...objectOf(pod['status']),
    phase: 'Running',
    conditions: [
      condition('PodReadyToStartContainers', true),
      condition('Initialized', true),
      condition('Ready', !isCrashing),
      condition('ContainersReady', !isCrashing),
      ...scheduled,
    ],
    hostIP: '10.0.0.1',
    hostIPs: [{ ip: '10.0.0.1' }],
    podIP: address,
    podIPs: [{ ip: address }],
    startTime: time,
    containerStatuses: objectsOf(valueAt(pod, 'spec', 'containers')).map((container) => ({
      name: container['name'],
      image: container['image'],
      imageID: '',
      ready: !isCrashing,
      started: !isCrashing,
      restartCount: isCrashing ? 1 : 0,
      state: isCrashing
        ? {
            waiting: {
              reason: 'CrashLoopBackOff',
              message: `back-off 10s restarting failed container=${String(container['name'])} pod=${pod.metadata.name ?? ''}_${pod.metadata.namespace ?? ''}`,
            },
          }
        : { running: { startedAt: time } },
      lastState: {},
    })),
    ...(objectsOf(valueAt(pod, 'spec', 'initContainers')).length === 0
      ? {}
      : {
          initContainerStatuses: objectsOf(valueAt(pod, 'spec', 'initContainers')).map((container) => ({
            name: container['name'],
            image: container['image'],
            imageID: '',
            ready: true,
            started: false,
            restartCount: 0,
            state: { terminated: { exitCode: 0, reason: 'Completed', startedAt: time, finishedAt: time } },
            lastState: {},
          })),
        }),
  }
}

function endedStatus(pod: KubeObject, now: number, isFailed: boolean): JsonObject {
  const time = formatTime(now)
  const status = objectOf(pod['status'])
  const started = status['startTime'] ?? time
  return {
    ...status,
    phase: isFailed ? 'Failed' : 'Succeeded',
    conditions: objectsOf(status['conditions']).map((condition) =>
      condition['type'] === 'Ready' || condition['type'] === 'ContainersReady'
        ? { ...condition, status: 'False', lastTransitionTime: time, reason: isFailed ? 'PodFailed' : 'PodCompleted' }
        : condition,
    ),
    containerStatuses: objectsOf(status['containerStatuses']).map((container) => ({
      ...container,
      ready: false,
      started: false,
      state: { terminated: { exitCode: isFailed ? 1 : 0, reason: isFailed ? 'Error' : 'Completed', startedAt: started, finishedAt: time } },
    })),
  }
}

function namesOf(pod: KubeObject): string[] {
  return objectsOf(valueAt(pod, 'spec', 'containers')).map((container) => String(container['name']))
}
