// Follows argo-cd `gitops-engine/pkg/health/health_pod.go`. restartPolicy is not defaulted.
import { defineHealthCheck, degraded, healthy, progressing, unknownHealth } from './health.ts'
import type { Health, HealthCheck } from './health.ts'
import { conditionOf, numberAt, recordsAt, textAt } from './read.ts'
import { annotationOf, valueAt } from '../model/kubernetes-object.ts'
import type { KubernetesObject } from '../model/kubernetes-object.ts'
import { isHook } from '../plan/hooks.ts'

export const podHealth: HealthCheck = defineHealthCheck('', 'Pod', (pod) => {
  const restartPolicy = textAt(pod, 'spec', 'restartPolicy')
  const isLongRunning = restartPolicy === 'Always' || (annotationOf(pod, 'argocd.argoproj.io/ignore-restart-policy') === 'true' && !isHook(pod))
  if (isLongRunning) {
    const waiting = recordsAt(pod, 'status', 'containerStatuses').map((container) => valueAt(container, 'state', 'waiting'))
    const failing = waiting.filter((state) => /^Err|Error$|BackOff$/.test(textAt(state, 'reason')))
    if (failing.length > 0) return degraded(failing.map((state) => textAt(state, 'message')).join(', '))
  }
  const message = textAt(pod, 'status', 'message')
  switch (textAt(pod, 'status', 'phase')) {
    case 'Pending':
      return progressing(message)
    case 'Succeeded':
      return healthy(message)
    case 'Failed':
      return failedPod(pod, message)
    case 'Running':
      return runningPod(pod, message, isLongRunning, restartPolicy)
    default:
      return unknownHealth(message)
  }
})

function failedPod(pod: KubernetesObject, message: string): Health {
  if (message !== '') return degraded(message)
  const containers = [...recordsAt(pod, 'status', 'initContainerStatuses'), ...recordsAt(pod, 'status', 'containerStatuses')]
  for (const container of containers) {
    const terminated = valueAt(container, 'state', 'terminated')
    if (terminated === undefined || terminated === null) continue
    const [own, reason, code] = [textAt(terminated, 'message'), textAt(terminated, 'reason'), numberAt(terminated, 'exitCode')]
    if (own !== '') return degraded(own)
    if (reason === 'OOMKilled') return degraded(reason)
    if (code !== 0) return degraded(`container "${textAt(container, 'name')}" failed with exit code ${code}`)
  }
  return degraded()
}

function runningPod(pod: KubernetesObject, message: string, isLongRunning: boolean, restartPolicy: string): Health {
  if (!isLongRunning) return restartPolicy === 'OnFailure' || restartPolicy === 'Never' ? progressing(message) : unknownHealth(message)
  if (conditionOf(pod, 'Ready')?.['status'] === 'True') return healthy(message)
  const restarted = recordsAt(pod, 'status', 'containerStatuses').some((container) => valueAt(container, 'lastState', 'terminated') !== undefined)
  return restarted ? degraded(message) : progressing(message)
}
