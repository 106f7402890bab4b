// HorizontalPodAutoscalers keep the number of pods between their bounds. There are no metrics here, and their conditions say so.
// Follows kubernetes `pkg/controller/podautoscaler/horizontal.go`.
import { printed } from '@plumbline/schema'
import type { ClusterApi, ResourceRef } from '../api-server/cluster-api.ts'
import { formatTime, objectOf, objectsOf, valueAt } from '../api-server/types.ts'
import type { Clock, JsonObject, KubeObject } from '../api-server/types.ts'
import { startControlLoop } from './control-loop.ts'
import { createRecorder } from './events.ts'
import { numberAt, storeStatus } from './objects.ts'

const autoscalers = { group: 'autoscaling', plural: 'horizontalpodautoscalers' }
const periodMs = 15_000
const targets: Readonly<Record<string, ResourceRef>> = {
  Deployment: { group: 'apps', plural: 'deployments' },
  ReplicaSet: { group: 'apps', plural: 'replicasets' },
  StatefulSet: { group: 'apps', plural: 'statefulsets' },
  ReplicationController: { group: '', plural: 'replicationcontrollers' },
}

export function startAutoscalers(api: ClusterApi, clock: Clock): () => void {
  const record = createRecorder(api, clock, 'horizontal-pod-autoscaler')
  return startControlLoop({
    api,
    clock,
    resource: autoscalers,
    reconcile(autoscaler) {
      if (autoscaler.metadata.deletionTimestamp !== undefined) return undefined
      // A new one is looked at for the first time when its period is over.
      const age = clock.now() - Date.parse(String(autoscaler.metadata.creationTimestamp))
      if (autoscaler['status'] !== undefined && valueAt(autoscaler, 'status', 'conditions') === undefined && age < periodMs) return periodMs - age
      let conditions = [...objectsOf(valueAt(autoscaler, 'status', 'conditions'))]
      const set = (type: string, status: 'True' | 'False', reason: string, message: string): void => {
        conditions = withScalingCondition(conditions, { type, status, reason, message }, clock.now())
      }
      const kind = printed(valueAt(autoscaler, 'spec', 'scaleTargetRef', 'kind') ?? '')
      const name = printed(valueAt(autoscaler, 'spec', 'scaleTargetRef', 'name') ?? '')
      const resource = targets[kind]
      const target = resource === undefined ? undefined : api.get(resource, autoscaler.metadata.namespace ?? '', name)
      if (resource === undefined || target === undefined) {
        const what = resource === undefined ? `no matches for kind "${kind}" in group "${groupOf(autoscaler)}"` : `${qualified(resource)} "${name}" not found`
        set('AbleToScale', 'False', 'FailedGetScale', `the HPA controller was unable to get the target's current scale: ${what}`)
        record(autoscaler, 'Warning', 'FailedGetScale', what)
        storeStatus(api, autoscaler, { ...objectOf(autoscaler['status']), conditions, currentMetrics: null })
        return periodMs
      }
      set('AbleToScale', 'True', 'SucceededGetScale', "the HPA controller was able to get the target's current scale")
      const wanted = numberAt(target, 'spec', 'replicas')
      const bounded = Math.min(numberAt(autoscaler, 'spec', 'maxReplicas'), Math.max(Number(valueAt(autoscaler, 'spec', 'minReplicas') ?? 1), wanted))
      let desired = 0
      if (wanted === 0) set('ScalingActive', 'False', 'ScalingDisabled', 'scaling is disabled since the replica count of the target is zero')
      else if (bounded !== wanted) {
        scaleTo(api, target, bounded)
        desired = bounded
        const reason = bounded < wanted ? 'Current number of replicas above Spec.MaxReplicas' : 'Current number of replicas below Spec.MinReplicas'
        set('AbleToScale', 'True', 'SucceededRescale', `the HPA controller was able to update the target scale to ${bounded}`)
        record(autoscaler, 'Normal', 'SuccessfulRescale', `New size: ${bounded}; reason: ${reason}`)
      } else {
        const { reason, message } = missingMetric(autoscaler)
        set('ScalingActive', 'False', reason, message)
        record(autoscaler, 'Warning', reason, message.replace(/^the HPA was unable to compute the replica count: /, ''))
      }
      const { lastScaleTime } = objectOf(autoscaler['status'])
      storeStatus(api, autoscaler, {
        currentReplicas: numberAt(target, 'status', 'replicas'),
        desiredReplicas: desired,
        currentMetrics: null,
        conditions,
        ...(desired > 0 ? { lastScaleTime: formatTime(clock.now()) } : lastScaleTime === undefined ? {} : { lastScaleTime }),
      })
      return periodMs
    },
  })
}

function groupOf(autoscaler: KubeObject): string {
  const [group = ''] = printed(valueAt(autoscaler, 'spec', 'scaleTargetRef', 'apiVersion') ?? '').split('/')
  return group
}

function qualified({ group, plural }: ResourceRef): string {
  return group === '' ? plural : `${plural}.${group}`
}

/** Conditions of this kind change their time with their status alone, and their text always. */
function withScalingCondition(conditions: readonly JsonObject[], next: JsonObject, now: number): JsonObject[] {
  const before = conditions.find((condition) => condition['type'] === next['type'])
  const lastTransitionTime = before?.['status'] === next['status'] ? before?.['lastTransitionTime'] : formatTime(now)
  const condition = { type: next['type'], status: next['status'], lastTransitionTime, reason: next['reason'], message: next['message'] }
  return before === undefined ? [...conditions, condition] : conditions.map((entry) => (entry === before ? condition : entry))
}

/** What a cluster without a metrics server says of the first metric. */
function missingMetric(autoscaler: KubeObject): { reason: string; message: string } {
  const [metric] = objectsOf(valueAt(autoscaler, 'spec', 'metrics'))
  const head = 'the HPA was unable to compute the replica count: '
  const type = printed(metric?.['type'] ?? 'Resource')
  if (type === 'Resource' || type === 'ContainerResource') {
    const name = printed(valueAt(metric, type === 'Resource' ? 'resource' : 'containerResource', 'name') ?? 'cpu')
    const what = `unable to get metrics for resource ${name}: unable to fetch metrics from resource metrics API: the server could not find the requested resource (get pods.metrics.k8s.io)`
    return { reason: `FailedGet${type}Metric`, message: `${head}failed to get ${name} utilization: ${what}` }
  }
  const api = type === 'External' ? 'external' : 'custom'
  const metricName = printed(valueAt(metric, type.charAt(0).toLowerCase() + type.slice(1), 'metric', 'name') ?? '')
  const what = `unable to get metric ${metricName}: unable to fetch metrics from ${api} metrics API: the server could not find the requested resource`
  return { reason: `FailedGet${type}Metric`, message: `${head}${what}` }
}

function scaleTo(api: ClusterApi, target: KubeObject, replicas: number): void {
  const generation = (target.metadata.generation ?? 1) + 1
  api.store({ ...target, metadata: { ...target.metadata, generation }, spec: { ...objectOf(target['spec']), replicas } })
}
