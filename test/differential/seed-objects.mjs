// Valid objects of the built-in kinds, from which the differential run of the API server makes broken and unusual ones.
// `N` stands for the object's name; cluster-scoped ones are marked.
const labels = { app: 'web', tier: 'front' }
const container = {
  name: 'web',
  image: 'web:1',
  command: ['run'],
  ports: [{ name: 'http', containerPort: 8080, protocol: 'TCP' }],
  env: [
    { name: 'A', value: '1' },
    { name: 'B', valueFrom: { fieldRef: { fieldPath: 'metadata.name' } } },
  ],
  envFrom: [{ configMapRef: { name: 'settings', optional: true } }],
  resources: { requests: { cpu: '100m', memory: '64Mi' }, limits: { cpu: '1', memory: '128Mi' } },
  volumeMounts: [{ name: 'data', mountPath: '/data' }],
  readinessProbe: { httpGet: { path: '/ready', port: 'http' }, periodSeconds: 5 },
  livenessProbe: { tcpSocket: { port: 8080 }, failureThreshold: 3 },
  securityContext: { runAsNonRoot: true, runAsUser: 1000, capabilities: { drop: ['ALL'] } },
}
const podSpec = {
  containers: [container],
  initContainers: [{ name: 'init', image: 'init:1' }],
  volumes: [
    { name: 'data', emptyDir: {} },
    { name: 'settings', configMap: { name: 'settings', items: [{ key: 'a', path: 'a.txt' }] } },
  ],
  tolerations: [{ key: 'dedicated', operator: 'Equal', value: 'web', effect: 'NoSchedule' }],
  affinity: {
    podAntiAffinity: {
      preferredDuringSchedulingIgnoredDuringExecution: [
        { weight: 1, podAffinityTerm: { topologyKey: 'kubernetes.io/hostname', labelSelector: { matchLabels: labels } } },
      ],
    },
  },
  topologySpreadConstraints: [
    {
      maxSkew: 1,
      topologyKey: 'zone',
      whenUnsatisfiable: 'DoNotSchedule',
      labelSelector: { matchExpressions: [{ key: 'app', operator: 'In', values: ['web'] }] },
    },
  ],
  securityContext: { fsGroup: 2000 },
  terminationGracePeriodSeconds: 10,
}
const template = { metadata: { labels }, spec: podSpec }
const selector = { matchLabels: labels }
const metadata = (more = {}) => ({ name: 'N', labels: { team: 'a' }, annotations: { note: 'x' }, ...more })
const object = (apiVersion, kind, plural, body, more = {}) => ({
  plural,
  isClusterScoped: false,
  ...more,
  object: { apiVersion, kind, metadata: metadata(), ...body },
})
const cluster = (apiVersion, kind, plural, body, more = {}) => object(apiVersion, kind, plural, body, { isClusterScoped: true, ...more })
const webhook = {
  name: 'check.example.com',
  admissionReviewVersions: ['v1'],
  sideEffects: 'None',
  clientConfig: { url: 'https://hooks.example.com/check' },
  rules: [{ apiGroups: ['never.example.com'], apiVersions: ['v1'], operations: ['CREATE'], resources: ['things'] }],
}

export const seedObjects = [
  object('v1', 'ConfigMap', 'configmaps', { data: { a: '1', b: 'two\nlines' } }),
  object('v1', 'Secret', 'secrets', { type: 'Opaque', data: { a: 'YQ==' }, stringData: { b: 'plain' } }),
  object('v1', 'Pod', 'pods', { spec: podSpec }),
  object('v1', 'Service', 'services', {
    spec: {
      selector: labels,
      ports: [
        { name: 'http', port: 80, targetPort: 'http', protocol: 'TCP' },
        { name: 'dns', port: 53, protocol: 'UDP' },
      ],
      type: 'ClusterIP',
    },
  }),
  object('v1', 'ServiceAccount', 'serviceaccounts', { imagePullSecrets: [{ name: 'pull' }], automountServiceAccountToken: false }),
  object('v1', 'PersistentVolumeClaim', 'persistentvolumeclaims', {
    spec: { accessModes: ['ReadWriteOnce'], resources: { requests: { storage: '1Gi' } }, storageClassName: 'slow' },
  }),
  object('v1', 'Endpoints', 'endpoints', { subsets: [{ addresses: [{ ip: '10.1.2.3' }], ports: [{ name: 'http', port: 80 }] }] }),
  object('v1', 'LimitRange', 'limitranges', {
    spec: { limits: [{ type: 'Container', default: { cpu: '500m' }, defaultRequest: { cpu: '100m' }, max: { cpu: '2' }, min: { cpu: '10m' } }] },
  }),
  object('v1', 'ResourceQuota', 'resourcequotas', { spec: { hard: { pods: '10', 'requests.cpu': '4' }, scopes: ['NotTerminating'] } }),
  object('v1', 'PodTemplate', 'podtemplates', { template }),
  object('v1', 'ReplicationController', 'replicationcontrollers', { spec: { replicas: 1, selector: labels, template } }),
  object('v1', 'Event', 'events', {
    involvedObject: { apiVersion: 'v1', kind: 'Pod', name: 'web', namespace: '${ns}' },
    reason: 'Started',
    message: 'it did',
    type: 'Normal',
    source: { component: 'test' },
  }),
  object('apps/v1', 'Deployment', 'deployments', {
    spec: { replicas: 2, selector, template, strategy: { type: 'RollingUpdate', rollingUpdate: { maxSurge: 1, maxUnavailable: '25%' } }, minReadySeconds: 1 },
  }),
  object('apps/v1', 'ReplicaSet', 'replicasets', { spec: { replicas: 2, selector, template } }),
  object('apps/v1', 'StatefulSet', 'statefulsets', {
    spec: {
      replicas: 2,
      serviceName: 'web',
      selector,
      template,
      volumeClaimTemplates: [{ metadata: { name: 'data' }, spec: { accessModes: ['ReadWriteOnce'], resources: { requests: { storage: '1Gi' } } } }],
      updateStrategy: { type: 'RollingUpdate', rollingUpdate: { partition: 1 } },
      podManagementPolicy: 'Parallel',
      persistentVolumeClaimRetentionPolicy: { whenDeleted: 'Retain', whenScaled: 'Delete' },
    },
  }),
  object('apps/v1', 'DaemonSet', 'daemonsets', {
    spec: { selector, template, updateStrategy: { type: 'RollingUpdate', rollingUpdate: { maxUnavailable: 1 } } },
  }),
  object('apps/v1', 'ControllerRevision', 'controllerrevisions', { data: { a: 1 }, revision: 1 }),
  object('batch/v1', 'Job', 'jobs', {
    spec: { completions: 2, parallelism: 1, backoffLimit: 3, template: { metadata: { labels }, spec: { ...podSpec, restartPolicy: 'Never' } } },
  }),
  object('batch/v1', 'CronJob', 'cronjobs', {
    spec: {
      schedule: '*/5 * * * *',
      concurrencyPolicy: 'Forbid',
      timeZone: 'Etc/UTC',
      jobTemplate: { spec: { template: { spec: { restartPolicy: 'OnFailure', containers: [container], volumes: podSpec.volumes } } } },
    },
  }),
  object('networking.k8s.io/v1', 'Ingress', 'ingresses', {
    spec: {
      ingressClassName: 'nginx',
      tls: [{ hosts: ['web.example.com'], secretName: 'tls' }],
      rules: [{ host: 'web.example.com', http: { paths: [{ path: '/', pathType: 'Prefix', backend: { service: { name: 'web', port: { number: 80 } } } }] } }],
    },
  }),
  object('networking.k8s.io/v1', 'NetworkPolicy', 'networkpolicies', {
    spec: {
      podSelector: selector,
      policyTypes: ['Ingress', 'Egress'],
      ingress: [{ from: [{ podSelector: selector }, { ipBlock: { cidr: '10.0.0.0/8', except: ['10.1.0.0/16'] } }], ports: [{ port: 80, protocol: 'TCP' }] }],
      egress: [{ to: [{ namespaceSelector: {} }], ports: [{ port: 5000, endPort: 6000 }] }],
    },
  }),
  object('policy/v1', 'PodDisruptionBudget', 'poddisruptionbudgets', { spec: { selector, minAvailable: '50%' } }),
  object('autoscaling/v2', 'HorizontalPodAutoscaler', 'horizontalpodautoscalers', {
    spec: {
      scaleTargetRef: { apiVersion: 'apps/v1', kind: 'Deployment', name: 'web' },
      minReplicas: 1,
      maxReplicas: 5,
      metrics: [
        { type: 'Resource', resource: { name: 'cpu', target: { type: 'Utilization', averageUtilization: 80 } } },
        { type: 'Pods', pods: { metric: { name: 'rps' }, target: { type: 'AverageValue', averageValue: '10' } } },
      ],
      behavior: { scaleDown: { stabilizationWindowSeconds: 60, policies: [{ type: 'Percent', value: 10, periodSeconds: 60 }] } },
    },
  }),
  object('autoscaling/v1', 'HorizontalPodAutoscaler', 'horizontalpodautoscalers', {
    spec: { scaleTargetRef: { apiVersion: 'apps/v1', kind: 'Deployment', name: 'web' }, maxReplicas: 5, targetCPUUtilizationPercentage: 80 },
  }),
  object('rbac.authorization.k8s.io/v1', 'Role', 'roles', {
    rules: [{ apiGroups: [''], resources: ['pods'], verbs: ['get', 'list'], resourceNames: ['web'] }],
  }),
  object('rbac.authorization.k8s.io/v1', 'RoleBinding', 'rolebindings', {
    roleRef: { apiGroup: 'rbac.authorization.k8s.io', kind: 'Role', name: 'reader' },
    subjects: [
      { kind: 'ServiceAccount', name: 'web', namespace: 'default' },
      { kind: 'User', name: 'jane', apiGroup: 'rbac.authorization.k8s.io' },
    ],
  }),
  object('discovery.k8s.io/v1', 'EndpointSlice', 'endpointslices', {
    addressType: 'IPv4',
    ports: [{ name: 'http', port: 80, protocol: 'TCP' }],
    endpoints: [{ addresses: ['10.1.2.3'], conditions: { ready: true }, nodeName: 'one' }],
  }),
  object('coordination.k8s.io/v1', 'Lease', 'leases', { spec: { holderIdentity: 'one', leaseDurationSeconds: 15, renewTime: '2024-01-02T03:04:05.000000Z' } }),
  object('storage.k8s.io/v1', 'CSIStorageCapacity', 'csistoragecapacities', { storageClassName: 'slow', capacity: '10Gi' }),
  cluster('v1', 'Namespace', 'namespaces', {}),
  cluster('v1', 'PersistentVolume', 'persistentvolumes', {
    spec: {
      capacity: { storage: '1Gi' },
      accessModes: ['ReadWriteOnce'],
      hostPath: { path: '/srv' },
      persistentVolumeReclaimPolicy: 'Retain',
      storageClassName: 'slow',
      nodeAffinity: { required: { nodeSelectorTerms: [{ matchExpressions: [{ key: 'zone', operator: 'In', values: ['a'] }] }] } },
    },
  }),
  cluster('v1', 'Node', 'nodes', { spec: { podCIDR: '10.2.0.0/24', taints: [{ key: 'a', value: 'b', effect: 'NoSchedule' }] } }),
  cluster('rbac.authorization.k8s.io/v1', 'ClusterRole', 'clusterroles', {
    rules: [
      { apiGroups: ['apps'], resources: ['deployments'], verbs: ['*'] },
      { nonResourceURLs: ['/healthz'], verbs: ['get'] },
    ],
  }),
  cluster('rbac.authorization.k8s.io/v1', 'ClusterRoleBinding', 'clusterrolebindings', {
    roleRef: { apiGroup: 'rbac.authorization.k8s.io', kind: 'ClusterRole', name: 'view' },
    subjects: [{ kind: 'Group', name: 'readers', apiGroup: 'rbac.authorization.k8s.io' }],
  }),
  cluster('scheduling.k8s.io/v1', 'PriorityClass', 'priorityclasses', { value: 100, description: 'some', preemptionPolicy: 'Never' }),
  cluster('storage.k8s.io/v1', 'StorageClass', 'storageclasses', {
    provisioner: 'example.com/disks',
    parameters: { type: 'ssd' },
    reclaimPolicy: 'Delete',
    volumeBindingMode: 'WaitForFirstConsumer',
    allowVolumeExpansion: true,
    mountOptions: ['ro'],
  }),
  cluster('storage.k8s.io/v1', 'CSIDriver', 'csidrivers', { spec: { attachRequired: true, volumeLifecycleModes: ['Persistent'], fsGroupPolicy: 'File' } }),
  cluster('storage.k8s.io/v1', 'VolumeAttachment', 'volumeattachments', {
    spec: { attacher: 'example.com', nodeName: 'one', source: { persistentVolumeName: 'pv' } },
  }),
  cluster('networking.k8s.io/v1', 'IngressClass', 'ingressclasses', {
    spec: { controller: 'example.com/ingress', parameters: { apiGroup: 'example.com', kind: 'Settings', name: 'x', scope: 'Cluster' } },
  }),
  cluster('node.k8s.io/v1', 'RuntimeClass', 'runtimeclasses', {
    handler: 'runc',
    overhead: { podFixed: { cpu: '10m' } },
    scheduling: { nodeSelector: { a: 'b' } },
  }),
  cluster('admissionregistration.k8s.io/v1', 'ValidatingWebhookConfiguration', 'validatingwebhookconfigurations', { webhooks: [webhook] }),
  cluster('admissionregistration.k8s.io/v1', 'MutatingWebhookConfiguration', 'mutatingwebhookconfigurations', {
    webhooks: [{ ...webhook, reinvocationPolicy: 'IfNeeded', matchConditions: [{ name: 'some', expression: 'request.name != "x"' }] }],
  }),
  cluster('admissionregistration.k8s.io/v1', 'ValidatingAdmissionPolicy', 'validatingadmissionpolicies', {
    spec: {
      matchConstraints: { resourceRules: [{ apiGroups: ['never.example.com'], apiVersions: ['v1'], operations: ['CREATE'], resources: ['things'] }] },
      variables: [{ name: 'size', expression: 'object.spec.replicas' }],
      validations: [{ expression: 'variables.size < 5', message: 'too many' }],
    },
  }),
  cluster('admissionregistration.k8s.io/v1', 'ValidatingAdmissionPolicyBinding', 'validatingadmissionpolicybindings', {
    spec: { policyName: 'none', validationActions: ['Deny'], matchResources: { namespaceSelector: { matchLabels: { a: 'b' } } } },
  }),
  cluster('apiregistration.k8s.io/v1', 'APIService', 'apiservices', {
    metadata: { name: 'v1.N.example.com' },
    spec: {
      group: 'N.example.com',
      version: 'v1',
      groupPriorityMinimum: 100,
      versionPriority: 10,
      service: { name: 'web', namespace: 'default' },
      insecureSkipTLSVerify: true,
    },
  }),
  cluster('flowcontrol.apiserver.k8s.io/v1', 'FlowSchema', 'flowschemas', {
    spec: {
      priorityLevelConfiguration: { name: 'catch-all' },
      matchingPrecedence: 9000,
      distinguisherMethod: { type: 'ByUser' },
      rules: [
        {
          subjects: [{ kind: 'User', user: { name: 'nobody-at-all' } }],
          resourceRules: [{ verbs: ['get'], apiGroups: [''], resources: ['pods'], namespaces: ['default'] }],
        },
      ],
    },
  }),
  cluster('flowcontrol.apiserver.k8s.io/v1', 'PriorityLevelConfiguration', 'prioritylevelconfigurations', {
    spec: {
      type: 'Limited',
      limited: { nominalConcurrencyShares: 1, limitResponse: { type: 'Queue', queuing: { queues: 4, handSize: 2, queueLengthLimit: 5 } } },
    },
  }),
  cluster('certificates.k8s.io/v1', 'CertificateSigningRequest', 'certificatesigningrequests', {
    spec: { request: 'bm90IGEgcmVxdWVzdA==', signerName: 'example.com/signer', usages: ['client auth'] },
  }),
  cluster('apiextensions.k8s.io/v1', 'CustomResourceDefinition', 'customresourcedefinitions', {
    metadata: { name: 'widgets.N.example.com' },
    spec: {
      group: 'N.example.com',
      scope: 'Namespaced',
      names: { plural: 'widgets', singular: 'widget', kind: 'Widget', shortNames: ['wd'], categories: ['all'] },
      versions: [
        {
          name: 'v1',
          served: true,
          storage: true,
          subresources: { status: {}, scale: { specReplicasPath: '.spec.replicas', statusReplicasPath: '.status.replicas' } },
          additionalPrinterColumns: [{ name: 'Size', type: 'integer', jsonPath: '.spec.size', priority: 1 }],
          schema: {
            openAPIV3Schema: {
              type: 'object',
              required: ['spec'],
              properties: {
                spec: {
                  type: 'object',
                  required: ['size'],
                  properties: {
                    size: { type: 'integer', minimum: 1, maximum: 10, default: 1 },
                    replicas: { type: 'integer' },
                    mode: { type: 'string', enum: ['a', 'b'], default: 'a' },
                    name: { type: 'string', pattern: '^[a-z]+$', maxLength: 10 },
                    parts: {
                      type: 'array',
                      maxItems: 5,
                      items: { type: 'object', required: ['id'], properties: { id: { type: 'string' }, weight: { type: 'number' } } },
                      'x-kubernetes-list-type': 'map',
                      'x-kubernetes-list-map-keys': ['id'],
                    },
                    port: { 'x-kubernetes-int-or-string': true },
                    free: { type: 'object', 'x-kubernetes-preserve-unknown-fields': true },
                    options: { type: 'object', additionalProperties: { type: 'string' } },
                  },
                },
                status: { type: 'object', properties: { replicas: { type: 'integer' }, phase: { type: 'string' } } },
              },
            },
          },
        },
      ],
    },
  }),
]
