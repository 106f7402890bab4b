// Kustomizations by seed: a base, perhaps a component, and an overlay, each with a few of the fields there are.
import { randomFrom } from './random-operations.mjs'
import { formatYaml } from '../../packages/yaml/dist/index.js'

/** @returns the files of a tree and the folder to build */
export function randomKustomization(seed) {
  const random = randomFrom(seed)
  const chance = (share) => random() < share
  const pick = (list) => list[Math.floor(random() * list.length)]
  const some = (list, share = 0.5) => list.filter(() => chance(share))

  const names = ['web', 'api', 'db', 'cache']
  const words = ['blue', '10', 'true', 'a/b', 'x: y', '', '1.0', '#no', "it's", 'null', 'off', '0x1f', '~', '2024-01-02', 'a\nb', ' lead']
  const word = () => pick(words)
  const labelled = (name) => ({
    name,
    ...(chance(0.4) ? { labels: { app: name } } : {}),
    ...(chance(0.2) ? { annotations: { note: word() } } : {}),
    ...(chance(0.2) ? { namespace: pick(['shop', 'default', 'kube-system']) } : {}),
  })
  const container = (name) => ({
    name: pick([name, 'main']),
    image: pick(['nginx', 'nginx:1.25', 'registry:5000/team/app:v1', 'busybox@sha256:0123456789012345678901234567890123456789012345678901234567890123', 'app']),
    ...(chance(0.5)
      ? {
          env: some(
            [
              { name: 'A', value: word() },
              { name: 'B', valueFrom: { configMapKeyRef: { name: 'settings', key: 'a' } } },
              { name: 'C', valueFrom: { secretKeyRef: { name: 'keys', key: 'b' } } },
            ],
            0.6,
          ),
        }
      : {}),
    ...(chance(0.3) ? { envFrom: [{ configMapRef: { name: 'settings' } }] } : {}),
    ...(chance(0.4) ? { ports: [{ containerPort: 80 }, ...(chance(0.5) ? [{ containerPort: 53, protocol: 'UDP', name: 'dns' }] : [])] } : {}),
    ...(chance(0.2) ? { args: ['--x', '$(WEB)', word()] } : {}),
    ...(chance(0.2) ? { resources: { limits: { cpu: 1, memory: '1Gi' } } } : {}),
  })
  const podSpec = (name) => ({
    containers: [container(name), ...(chance(0.3) ? [{ ...container(name), name: 'side' }] : [])],
    ...(chance(0.3)
      ? {
          volumes: some(
            [
              { name: 'config', configMap: { name: 'settings' } },
              { name: 'keys', secret: { secretName: 'keys' } },
              { name: 'data', persistentVolumeClaim: { claimName: name } },
              { name: 'tmp', emptyDir: {} },
            ],
            0.6,
          ),
        }
      : {}),
    ...(chance(0.2) ? { serviceAccountName: name } : {}),
    ...(chance(0.1) ? { initContainers: [container('init')] } : {}),
    ...(chance(0.1) ? { imagePullSecrets: [{ name: 'keys' }] } : {}),
  })
  const template = (name) => ({ metadata: { labels: { app: name } }, spec: podSpec(name) })
  const kinds = [
    (name) => ({
      apiVersion: 'apps/v1',
      kind: 'Deployment',
      metadata: labelled(name),
      spec: { ...(chance(0.5) ? { replicas: 2 } : {}), selector: { matchLabels: { app: name } }, template: template(name) },
    }),
    (name) => ({
      apiVersion: 'apps/v1',
      kind: 'StatefulSet',
      metadata: labelled(name),
      spec: {
        serviceName: name,
        selector: { matchLabels: { app: name } },
        template: template(name),
        ...(chance(0.4) ? { volumeClaimTemplates: [{ metadata: { name: 'data' }, spec: { resources: { requests: { storage: '1Gi' } } } }] } : {}),
      },
    }),
    (name) => ({
      apiVersion: 'v1',
      kind: 'Service',
      metadata: labelled(name),
      spec: { selector: { app: name }, ports: [{ port: 80, ...(chance(0.5) ? { targetPort: 'http' } : {}) }] },
    }),
    (name) => ({
      apiVersion: 'v1',
      kind: 'ConfigMap',
      metadata: labelled(chance(0.3) ? 'settings' : name),
      data: { a: word(), ...(chance(0.5) ? { 'b.yaml': 'x: 1\ny: [a, b]\n' } : {}) },
    }),
    (name) => ({ apiVersion: 'v1', kind: 'Secret', metadata: labelled(chance(0.3) ? 'keys' : name), type: 'Opaque', stringData: { b: word() } }),
    (name) => ({
      apiVersion: 'networking.k8s.io/v1',
      kind: 'Ingress',
      metadata: labelled(name),
      spec: {
        rules: [{ host: `${name}.example.com`, http: { paths: [{ path: '/', pathType: 'Prefix', backend: { service: { name, port: { number: 80 } } } }] } }],
      },
    }),
    (name) => ({
      apiVersion: 'autoscaling/v2',
      kind: 'HorizontalPodAutoscaler',
      metadata: labelled(name),
      spec: { scaleTargetRef: { apiVersion: 'apps/v1', kind: 'Deployment', name }, maxReplicas: 3 },
    }),
    (name) => ({
      apiVersion: 'batch/v1',
      kind: 'CronJob',
      metadata: labelled(name),
      spec: { schedule: '* * * * *', jobTemplate: { spec: { template: { spec: podSpec(name) } } } },
    }),
    (name) => ({ apiVersion: 'v1', kind: 'ServiceAccount', metadata: labelled(name) }),
    (name) => ({
      apiVersion: 'rbac.authorization.k8s.io/v1',
      kind: 'RoleBinding',
      metadata: labelled(name),
      roleRef: { apiGroup: 'rbac.authorization.k8s.io', kind: pick(['Role', 'ClusterRole']), name },
      subjects: [{ kind: 'ServiceAccount', name, ...(chance(0.5) ? { namespace: 'default' } : {}) }],
    }),
    (name) => ({
      apiVersion: 'rbac.authorization.k8s.io/v1',
      kind: 'ClusterRole',
      metadata: { name },
      rules: [{ apiGroups: [''], resources: ['secrets'], resourceNames: ['keys'], verbs: ['get'] }],
    }),
    (name) => ({
      apiVersion: 'v1',
      kind: 'PersistentVolumeClaim',
      metadata: labelled(name),
      spec: { accessModes: ['ReadWriteOnce'], resources: { requests: { storage: '1Gi' } } },
    }),
    () => ({ apiVersion: 'v1', kind: 'Namespace', metadata: { name: pick(['shop', 'other']) } }),
    (name) => ({
      apiVersion: 'example.com/v1',
      kind: 'Widget',
      metadata: labelled(name),
      spec: {
        size: 1,
        parts: [
          { name: 'a', n: 1 },
          { name: 'b', n: 2 },
        ],
        image: 'nginx:1',
        ref: { name: 'settings' },
      },
    }),
    (name) => ({
      apiVersion: 'policy/v1',
      kind: 'PodDisruptionBudget',
      metadata: labelled(name),
      spec: { minAvailable: 1, selector: { matchLabels: { app: name } } },
    }),
    (name) => ({
      apiVersion: 'networking.k8s.io/v1',
      kind: 'NetworkPolicy',
      metadata: labelled(name),
      spec: { podSelector: { matchLabels: { app: name } }, ingress: [{ from: [{ podSelector: { matchLabels: { app: 'api' } } }] }] },
    }),
  ]
  const resources = () => {
    const seen = new Set()
    return Array.from({ length: 1 + Math.floor(random() * 4) }, () => pick(kinds)(pick(names))).filter(
      ({ kind, metadata: { name } }) => !seen.has(`${kind}/${name}`) && seen.add(`${kind}/${name}`),
    )
  }

  const target = () =>
    pick([
      { kind: 'Deployment' },
      { kind: 'Deployment', name: pick(names) },
      { name: pick(['web', 'w.*', 'api|db']) },
      { labelSelector: 'app=web' },
      { kind: 'ConfigMap' },
      { group: 'apps' },
      { annotationSelector: 'note' },
      { version: 'v1', kind: 'Service' },
    ])
  const pod = ['Deployment', 'StatefulSet']
  const strategic = ({ apiVersion, kind, metadata: { name, namespace } }) => {
    const object = {
      apiVersion,
      kind,
      metadata: {
        name,
        ...(namespace === undefined || chance(0.1) ? {} : { namespace }),
        ...(chance(0.2) ? { annotations: { patched: word(), note: null } } : {}),
      },
    }
    const choices = {
      Service: [
        { spec: { ports: [{ port: 80, name: 'http' }, { port: 443 }], type: 'NodePort' } },
        { spec: { selector: { $patch: 'replace', only: 'this' } } },
        { spec: { ports: [{ port: 80, $patch: 'delete' }] } },
      ],
      ConfigMap: [{ data: { a: null, c: word() } }, { data: { a: word() }, immutable: true }, { data: null }],
      Secret: [{ stringData: { b: word() } }, { data: { c: 'YQ==' } }],
      Widget: [{ spec: { parts: [{ name: 'a', n: 5 }], more: { x: [1, 2] } } }, { spec: { image: null } }],
      Ingress: [{ spec: { rules: [{ host: 'other.example.com' }] } }, { spec: { ingressClassName: 'nginx', tls: [{ hosts: ['a'], secretName: 'keys' }] } }],
      CronJob: [
        { spec: { suspend: true, jobTemplate: { spec: { template: { spec: { restartPolicy: 'Never', containers: [{ name: 'main', image: 'c' }] } } } } } },
      ],
    }
    const workload = [
      { spec: { replicas: 5 } },
      {
        spec: {
          template: {
            spec: {
              containers: [
                {
                  name: 'main',
                  image: 'patched:1',
                  env: [
                    { name: 'A', value: 'patched' },
                    { name: 'Z', value: 'new' },
                  ],
                },
              ],
            },
          },
        },
      },
      {
        spec: {
          template: {
            spec: {
              containers: [
                { name: 'main', $patch: 'delete' },
                { name: 'added', image: 'x' },
              ],
            },
          },
        },
      },
      { spec: { template: { spec: { $patch: 'replace', containers: [{ name: 'only', image: 'x' }] } } } },
      {
        spec: {
          template: {
            spec: {
              volumes: [
                { name: 'config', $patch: 'delete' },
                { name: 'more', emptyDir: {} },
              ],
              containers: [{ name: 'side', $patch: 'delete' }],
              tolerations: [{ key: 'a', operator: 'Exists' }],
            },
          },
        },
      },
      {
        spec: {
          template: {
            metadata: { annotations: { a: word() } },
            spec: {
              containers: [
                { name: 'main', ports: [{ containerPort: 80, name: 'http' }, { containerPort: 9090 }], args: ['x'], resources: { limits: { cpu: null } } },
              ],
              nodeSelector: { a: 'b' },
            },
          },
        },
      },
      { $patch: 'delete' },
    ]
    return { ...object, ...pick(pod.includes(kind) ? workload : (choices[kind] ?? [{ metadata: { ...object.metadata, labels: { patched: 'yes' } } }])) }
  }
  const json6902 = (kind) =>
    pick([
      [{ op: 'add', path: '/metadata/annotations', value: { a: word() } }],
      [{ op: 'add', path: '/metadata/labels', value: { z: word() } }],
      [
        { op: 'test', path: '/kind', value: kind },
        { op: 'replace', path: '/metadata/name', value: 'renamed' },
      ],
      ...(pod.includes(kind)
        ? [
            [{ op: 'add', path: '/spec/replicas', value: 7 }],
            [{ op: 'add', path: '/spec/template/spec/containers/-', value: { name: 'appended', image: 'y' } }],
            [{ op: 'add', path: '/spec/template/spec/containers/0', value: { name: 'first', image: 'y' } }],
            [{ op: 'remove', path: '/spec/selector' }],
            [{ op: 'copy', from: '/spec/template/spec/containers/0/image', path: '/spec/copied' }],
            [{ op: 'move', from: '/spec/template/spec/containers/0/image', path: '/spec/moved' }],
          ]
        : []),
      ...(kind === 'ConfigMap' ? [[{ op: 'add', path: '/data/new', value: word() }], [{ op: 'replace', path: '/data/a', value: 'b' }]] : []),
    ])

  function kustomization(files, folder, known, isComponent = false) {
    const made = {}
    const put = (name, value) => {
      files[`${folder}/${name}`] = typeof value === 'string' ? value : formatYaml(value)
      return name
    }
    const objects =
      isComponent && chance(0.6) ? [] : resources().filter(({ kind, metadata: { name } }) => !taken.has(`${kind}/${name}`) && taken.add(`${kind}/${name}`))
    const own = objects.length === 0 ? [] : [put('all.yaml', objects.map((object) => formatYaml(object)).join('---\n'))]
    const scope = [...known.objects, ...objects]
    const anyOf = () => (scope.length === 0 || chance(0.03) ? { apiVersion: 'v1', kind: 'Nothing', metadata: { name: 'none' } } : pick(scope))
    const list = [...known.resources, ...own]
    if (list.length > 0) made.resources = list
    if (known.components.length > 0) made.components = known.components
    const add = (share, name, value) => {
      if (chance(share)) made[name] = value()
    }
    add(0.25, 'namePrefix', () => pick(['pre-', 'x.', '']))
    add(0.2, 'nameSuffix', () => pick(['-v1', '-2']))
    add(0.3, 'namespace', () => pick(['prod', 'shop', 'default']))
    add(0.25, 'labels', () => [
      {
        pairs: { team: pick(['a', '10', 'true']) },
        ...(chance(0.4) ? { includeSelectors: chance(0.7) } : {}),
        ...(chance(0.3) ? { includeTemplates: true } : {}),
        ...(chance(0.2) ? { fields: [{ path: 'spec/meta/labels', create: true, kind: 'Widget' }] } : {}),
      },
    ])
    add(0.15, 'commonLabels', () => ({ env: pick(['dev', '1']) }))
    add(0.2, 'commonAnnotations', () => ({ by: word() }))
    add(0.3, 'images', () => [
      {
        name: pick(['nginx', 'app', 'registry:5000/team/app', 'busybox']),
        ...(chance(0.5) ? { newTag: pick(['2', '1.0', 'v3']) } : {}),
        ...(chance(0.4) ? { newName: 'mirror/img' } : {}),
        ...(chance(0.15) ? { digest: 'sha256:abcd' } : {}),
        ...(chance(0.1) ? { tagSuffix: '-x' } : {}),
      },
    ])
    const scaled = scope.filter(({ kind }) => pod.includes(kind))
    add(scaled.length > 0 ? 0.3 : 0.01, 'replicas', () => [{ name: pick(scaled)?.metadata.name ?? 'none', count: 4 }])
    add(0.35, 'configMapGenerator', () => [
      {
        name: pick(['settings', 'extra']),
        ...(chance(0.2) ? { namespace: 'shop' } : {}),
        ...(chance(0.8) ? { literals: some([`a=${word().replaceAll('\n', '')}`, 'b="quoted"', "c='x'", 'd=1=2'], 0.6) } : {}),
        ...(chance(0.3) ? { files: [put('file.txt', pick(['hello\n', 'tab\tx', 'a: 1\n', '', 'é\n']))] } : {}),
        ...(chance(0.2) ? { envs: [put('vars.env', 'X=1\n# no\nY=two words\nZ=\n')] } : {}),
        ...(folder === 'top' && files['base/kustomization.yaml'].includes('configMapGenerator') ? { behavior: pick(['merge', 'replace']) } : {}),
        ...(chance(0.25)
          ? { options: { ...(chance(0.5) ? { disableNameSuffixHash: true } : {}), labels: { g: 'h' }, ...(chance(0.3) ? { immutable: true } : {}) } }
          : {}),
      },
    ])
    add(0.25, 'secretGenerator', () => [
      {
        name: 'keys',
        literals: ['b=secret', 'long=' + 'x'.repeat(pick([10, 90]))],
        ...(chance(0.3) ? { type: 'kubernetes.io/tls' } : {}),
        ...(folder === 'top' && files['base/kustomization.yaml'].includes('secretGenerator') ? { behavior: 'merge' } : {}),
      },
    ])
    add(0.15, 'generatorOptions', () => pick([{ disableNameSuffixHash: true }, { labels: { made: 'yes' } }, { annotations: { made: 'yes' }, immutable: true }]))
    const patchOf = ({ kind, metadata: { name } }) => {
      const operations = json6902(kind)
      return {
        target: { kind, ...(chance(0.6) ? { name } : {}) },
        ...(chance(0.5) ? { patch: formatYaml(operations) } : { path: put('patch.json', JSON.stringify(operations)) }),
      }
    }
    add(0.4, 'patches', () =>
      [
        chance(0.5) ? { patch: formatYaml(strategic(anyOf())), ...(chance(0.3) ? { target: target() } : {}) } : patchOf(anyOf()),
        ...(chance(0.3)
          ? [
              {
                path: put('patch.yaml', formatYaml(strategic(anyOf()))),
                ...(chance(0.3) ? { options: { allowNameChange: true, allowKindChange: true }, target: target() } : {}),
              },
            ]
          : []),
      ].map((patch) => JSON.parse(JSON.stringify(patch))),
    )
    add(0.15, 'patchesStrategicMerge', () => [formatYaml(strategic(anyOf()))])
    const sourceOf = ({ kind, metadata: { name } }) => ({
      kind,
      name,
      ...(chance(0.6) ? { fieldPath: kind === 'ConfigMap' ? pick(['metadata.name', 'data.a']) : 'metadata.name' } : {}),
      ...(chance(0.2) ? { options: { delimiter: pick(['-', 'e']), index: 0 } } : {}),
    })
    add(0.25, 'replacements', () => [
      {
        source: sourceOf(anyOf()),
        targets: [
          {
            select: pick([{ kind: 'Widget' }, { kind: 'Deployment' }, { name: 'web' }]),
            fieldPaths: [
              pick([
                'spec.size',
                'spec.template.spec.containers.[name=main].image',
                'spec.parts.*.n',
                'metadata.annotations.copied',
                'spec.template.spec.containers.0.name',
                'spec.parts.[name=a].name',
              ]),
            ],
            ...(chance(0.5) ? { options: { create: chance(0.7), ...(chance(0.3) ? { delimiter: ':', index: pick([0, 1, -1]) } : {}) } } : {}),
            ...(chance(0.2) ? { reject: [{ name: 'api' }] } : {}),
          },
        ],
      },
    ])
    add(0.1, 'sortOptions', () => pick([{ order: 'fifo' }, { order: 'legacy' }]))
    add(0.1, 'buildMetadata', () => some(['originAnnotations', 'transformerAnnotations', 'managedByLabel'], 0.6))
    add(0.1, 'vars', () => [{ name: 'WEB', objref: { apiVersion: 'v1', kind: 'Service', name: 'web' } }])
    put(
      'kustomization.yaml',
      formatYaml({
        apiVersion: isComponent ? 'kustomize.config.k8s.io/v1alpha1' : 'kustomize.config.k8s.io/v1beta1',
        kind: isComponent ? 'Component' : 'Kustomization',
        ...made,
      }),
    )
    return scope
  }

  const files = {}
  const taken = new Set()
  const inBase = kustomization(files, 'base', { objects: [], resources: [], components: [] })
  // Names change on the way up: overlays are written against what the base was made of.
  const hasComponent = chance(0.3)
  if (hasComponent) kustomization(files, 'component', { objects: inBase, resources: [], components: [] }, true)
  kustomization(files, 'top', { objects: inBase, resources: ['../base'], components: hasComponent ? ['../component'] : [] })
  return { files, path: 'top' }
}
