// Defaults of the remaining groups, one function a kind.
import { member } from '../values.ts'
import type { JsonMap } from '../values.ts'
import { each, fill, pipe, textOf, within, withinOrNew } from './fill.ts'

/** networking: `pkg/apis/networking/v1/defaults.go` */
export function defaultIngressClass(object: JsonMap): JsonMap {
  return within(object, 'spec', (spec) => within(spec, 'parameters', (parameters) => fill(parameters, { scope: 'Cluster' })))
}

/** rbac: `pkg/apis/rbac/v1/defaults.go` */
export function defaultRoleBinding(object: JsonMap): JsonMap {
  const rbac = 'rbac.authorization.k8s.io'
  return pipe(
    object,
    (map) => within(map, 'roleRef', (reference) => (textOf(reference, 'apiGroup') === '' ? { ...reference, apiGroup: rbac } : reference)),
    (map) =>
      each(map, 'subjects', (subject) =>
        ['User', 'Group'].includes(textOf(subject, 'kind')) && textOf(subject, 'apiGroup') === '' ? { ...subject, apiGroup: rbac } : subject,
      ),
  )
}

/** networking: an ingress class is chosen by the server, path types have none. */
export function defaultNetworkPolicy(object: JsonMap): JsonMap {
  return within(object, 'spec', (spec) => {
    const hasEgress = Array.isArray(member(spec, 'egress')) && (member(spec, 'egress') as unknown[]).length > 0
    const ports = (rule: JsonMap): JsonMap => each(rule, 'ports', (port) => fill(port, { protocol: 'TCP' }))
    return pipe(
      spec,
      (map) => fill(map, { policyTypes: hasEgress ? ['Ingress', 'Egress'] : ['Ingress'] }),
      (map) => each(map, 'ingress', ports),
      (map) => each(map, 'egress', ports),
    )
  })
}

/** autoscaling: `pkg/apis/autoscaling/v2/defaults.go` */
export function defaultHorizontalPodAutoscaler(object: JsonMap): JsonMap {
  const isOld = textOf(object, 'apiVersion') === 'autoscaling/v1'
  return within(object, 'spec', (spec) => {
    const filled = fill(spec, { minReplicas: 1 })
    if (isOld) return fill(filled, { targetCPUUtilizationPercentage: 80 })
    const metrics = member(filled, 'metrics')
    const measured =
      Array.isArray(metrics) && metrics.length > 0
        ? filled
        : { ...filled, metrics: [{ type: 'Resource', resource: { name: 'cpu', target: { type: 'Utilization', averageUtilization: 80 } } }] }
    return within(measured, 'behavior', (behavior) =>
      pipe(
        behavior,
        (map) =>
          withinOrNew(map, 'scaleUp', (rules) =>
            fill(rules, {
              stabilizationWindowSeconds: 0,
              selectPolicy: 'Max',
              policies: [
                { type: 'Pods', value: 4, periodSeconds: 15 },
                { type: 'Percent', value: 100, periodSeconds: 15 },
              ],
            }),
          ),
        (map) => withinOrNew(map, 'scaleDown', (rules) => fill(rules, { selectPolicy: 'Max', policies: [{ type: 'Percent', value: 100, periodSeconds: 15 }] })),
      ),
    )
  })
}

/** storage: `pkg/apis/storage/v1/defaults.go` */
export function defaultStorageClass(object: JsonMap): JsonMap {
  return fill(object, { reclaimPolicy: 'Delete', volumeBindingMode: 'Immediate' })
}

export function defaultCsiDriver(object: JsonMap): JsonMap {
  return within(object, 'spec', (spec) =>
    fill(spec, {
      attachRequired: true,
      podInfoOnMount: false,
      storageCapacity: false,
      fsGroupPolicy: 'ReadWriteOnceWithFSType',
      volumeLifecycleModes: ['Persistent'],
      requiresRepublish: false,
      seLinuxMount: false,
    }),
  )
}

/** admissionregistration: `pkg/apis/admissionregistration/v1/defaults.go` */
export function defaultWebhookConfiguration(object: JsonMap): JsonMap {
  const isMutating = textOf(object, 'kind') === 'MutatingWebhookConfiguration'
  return each(object, 'webhooks', (webhook) =>
    pipe(
      webhook,
      (map) =>
        fill(map, {
          failurePolicy: 'Fail',
          matchPolicy: 'Equivalent',
          namespaceSelector: {},
          objectSelector: {},
          timeoutSeconds: 10,
          ...(isMutating ? { reinvocationPolicy: 'Never' } : {}),
        }),
      (map) => within(map, 'clientConfig', (client) => within(client, 'service', (service) => fill(service, { port: 443 }))),
      (map) => each(map, 'rules', (rule) => fill(rule, { scope: '*' })),
    ),
  )
}

/** apiextensions: `pkg/apis/apiextensions/v1/defaults.go` */
export function defaultCustomResourceDefinition(object: JsonMap): JsonMap {
  return within(object, 'spec', (spec) =>
    pipe(
      spec,
      (map) => fill(map, { conversion: { strategy: 'None' } }),
      (map) =>
        within(map, 'names', (names) =>
          fill(names, {
            singular: textOf(names, 'kind').toLowerCase() || undefined,
            listKind: textOf(names, 'kind') === '' ? undefined : `${textOf(names, 'kind')}List`,
          }),
        ),
      (map) =>
        within(map, 'conversion', (conversion) =>
          within(conversion, 'webhook', (webhook) =>
            within(webhook, 'clientConfig', (client) => within(client, 'service', (service) => fill(service, { port: 443 }))),
          ),
        ),
    ),
  )
}

export function defaultApiService(object: JsonMap): JsonMap {
  return within(object, 'spec', (spec) => within(spec, 'service', (service) => fill(service, { port: 443 })))
}

export function defaultPriorityClass(object: JsonMap): JsonMap {
  return fill(object, { preemptionPolicy: 'PreemptLowerPriority' })
}

function matching(match: JsonMap): JsonMap {
  const scoped = (rule: JsonMap): JsonMap => fill(rule, { scope: '*' })
  return pipe(
    match,
    (map) => fill(map, { matchPolicy: 'Equivalent', namespaceSelector: {}, objectSelector: {} }),
    (map) => each(map, 'resourceRules', scoped),
    (map) => each(map, 'excludeResourceRules', scoped),
  )
}

export function defaultValidatingAdmissionPolicy(object: JsonMap): JsonMap {
  return within(object, 'spec', (spec) => within(fill(spec, { failurePolicy: 'Fail' }), 'matchConstraints', matching))
}

export function defaultValidatingAdmissionPolicyBinding(object: JsonMap): JsonMap {
  return within(object, 'spec', (spec) => within(spec, 'matchResources', matching))
}

/** flowcontrol: `pkg/apis/flowcontrol/v1/defaults.go` */
export function defaultFlowSchema(object: JsonMap): JsonMap {
  return within(object, 'spec', (spec) => orDefault(spec, { matchingPrecedence: 1000 }))
}

export function defaultPriorityLevelConfiguration(object: JsonMap): JsonMap {
  return within(object, 'spec', (spec) =>
    pipe(
      spec,
      (map) => within(map, 'exempt', (exempt) => fill(exempt, { nominalConcurrencyShares: 0, lendablePercent: 0 })),
      (map) =>
        within(map, 'limited', (limited) =>
          within(fill(limited, { nominalConcurrencyShares: 30, lendablePercent: 0 }), 'limitResponse', (response) =>
            within(response, 'queuing', (queuing) => orDefault(queuing, { handSize: 8, queues: 64, queueLengthLimit: 50 })),
          ),
        ),
    ),
  )
}

/** Zero stands for what is not given. */
function orDefault(map: JsonMap, defaults: Readonly<Record<string, number>>): JsonMap {
  const given = Object.fromEntries(Object.entries(map).filter(([key, value]) => !(Object.hasOwn(defaults, key) && value === 0)))
  return fill(given, defaults)
}
