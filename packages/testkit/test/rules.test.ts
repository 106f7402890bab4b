// What the server refuses, fills in and counts, as a real one does.
import { startCluster } from '@plumbline/testkit'
import type { Cluster } from '@plumbline/testkit'
import { request } from 'undici'
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest'

interface Answer {
  readonly status: number
  readonly warning: string
  readonly body: { readonly message?: string; readonly spec?: Record<string, never>; readonly status?: { readonly used?: Record<string, string> } }
}

const container = (more: object = {}): object => ({ name: 'main', image: 'img:1', ...more })
const pod = (name: string, spec: object = {}): object => ({
  apiVersion: 'v1',
  kind: 'Pod',
  metadata: { name },
  spec: { containers: [container()], ...spec },
})
const template = { metadata: { labels: { a: 'b' } }, spec: { containers: [container()] } }
const core = (plural: string): string => `/api/v1/namespaces/default/${plural}`
const apps = (plural: string): string => `/apis/apps/v1/namespaces/default/${plural}`

describe('rules', () => {
  let cluster: Cluster
  const call = async (method: string, path: string, body: object): Promise<Answer> => {
    const answer = await request(cluster.url + path, {
      method: method as 'POST',
      headers: { 'content-type': method === 'PATCH' ? 'application/merge-patch+json' : 'application/json' },
      body: JSON.stringify(body),
    })
    return { status: answer.statusCode, warning: String(answer.headers['warning'] ?? ''), body: (await answer.body.json()) as Answer['body'] }
  }
  beforeAll(async () => {
    cluster = await startCluster()
  })
  afterAll(() => cluster.close())

  it('takes paths as they are', async () => {
    // undici and fetch would take the dots away before they send the path.
    const { connect } = await import('node:net')
    const { hostname, port } = new URL(cluster.url)
    const answer = await new Promise<string>((resolve) => {
      const socket = connect(Number(port), hostname, () => socket.write('GET /apis/../api HTTP/1.1\r\nhost: x\r\nconnection: close\r\n\r\n'))
      socket.once('data', (data) => resolve(String(data)))
    })
    expect(answer).toContain('404')
  })

  it.each<[what: string, path: string, object: object, message: string]>([
    [
      'an event as an owner',
      core('configmaps'),
      { apiVersion: 'v1', kind: 'ConfigMap', metadata: { name: 'c', ownerReferences: [{ apiVersion: 'v1', kind: 'Event', name: 'e', uid: 'u' }] } },
      '/v1, Kind=Event is disallowed from being an owner',
    ],
    [
      'a request above its limit',
      core('pods'),
      pod('p', { containers: [container({ resources: { requests: { cpu: '2' }, limits: { cpu: '1' } } })] }),
      'spec.containers[0].resources.requests: Invalid value: "2": must be less than or equal to cpu limit of 1',
    ],
    [
      'a mount of nothing',
      core('pods'),
      pod('p', { containers: [container({ volumeMounts: [{ name: 'v', mountPath: '/v' }] })] }),
      'spec.containers[0].volumeMounts[0].name: Not found: "v"',
    ],
    [
      'a probe without a handler',
      core('pods'),
      pod('p', { containers: [container({ livenessProbe: {} })] }),
      'spec.containers[0].livenessProbe: Required value: must specify a handler type',
    ],
    [
      'a selector that misses its template',
      apps('deployments'),
      { apiVersion: 'apps/v1', kind: 'Deployment', metadata: { name: 'd' }, spec: { selector: { matchLabels: { a: 'c' } }, template } },
      'spec.template.metadata.labels: Invalid value: {"a":"b"}: `selector` does not match template `labels`',
    ],
    [
      'a schedule of three fields',
      '/apis/batch/v1/namespaces/default/cronjobs',
      {
        apiVersion: 'batch/v1',
        kind: 'CronJob',
        metadata: { name: 'c' },
        spec: { schedule: '* * *', jobTemplate: { spec: { template: { spec: { restartPolicy: 'Never', containers: [container()] } } } } },
      },
      'spec.schedule: Invalid value: "* * *": expected exactly 5 fields, found 3: [* * *]',
    ],
    [
      'a rule without verbs',
      '/apis/rbac.authorization.k8s.io/v1/namespaces/default/roles',
      { apiVersion: 'rbac.authorization.k8s.io/v1', kind: 'Role', metadata: { name: 'r' }, rules: [{ apiGroups: [''], resources: ['pods'] }] },
      'rules[0].verbs: Required value: verbs must contain at least one value',
    ],
    [
      'an exception outside its block',
      '/apis/networking.k8s.io/v1/namespaces/default/networkpolicies',
      {
        apiVersion: 'networking.k8s.io/v1',
        kind: 'NetworkPolicy',
        metadata: { name: 'n' },
        spec: { podSelector: {}, ingress: [{ from: [{ ipBlock: { cidr: '10.0.0.0/24', except: ['11.0.0.0/28'] } }] }] },
      },
      'spec.ingress[0].from[0].ipBlock.except[0]: Invalid value: "11.0.0.0/28": must be a strict subset of `cidr`',
    ],
  ])('refuse %s', async (_what, path, object, message) => {
    const { status, body } = await call('POST', path, object)
    expect(status).toBe(422)
    expect(body.message).toContain(message)
  })

  it.each<[what: string, path: string, object: object, message: string]>([
    [
      'settings of the kernel and users of Windows',
      core('pods'),
      pod('p', { hostNetwork: true, securityContext: { sysctls: [{ name: 'net/core', value: '1' }], windowsOptions: { runAsUserName: 'a\\b\\c' } } }),
      '[spec.securityContext.sysctls[0].name: Invalid value: "net/core": may not be specified when \'hostNetwork\' is true, spec.securityContext.windowsOptions.runAsUserName: Invalid value: "a\\\\b\\\\c": runAsUserName cannot contain more than one backslash]',
    ],
    [
      'a pod that asks for less than its containers',
      core('pods'),
      pod('p', {
        resources: { limits: { cpu: '1' }, requests: { cpu: '500m' } },
        initContainers: [container({ name: 'side', restartPolicy: 'Always', resources: { requests: { cpu: '300m' } } })],
        containers: [container({ resources: { requests: { cpu: '300m' } } })],
      }),
      'spec.resources.requests[cpu]: Invalid value: "500m": must be greater than or equal to aggregate container requests of 600m',
    ],
    [
      'an expression that names nothing',
      '/apis/admissionregistration.k8s.io/v1/validatingadmissionpolicies',
      {
        apiVersion: 'admissionregistration.k8s.io/v1',
        kind: 'ValidatingAdmissionPolicy',
        metadata: { name: 'p' },
        spec: {
          matchConstraints: { resourceRules: [{ apiGroups: [''], apiVersions: ['v1'], operations: ['*'], resources: ['pods'] }] },
          validations: [{ expression: 'odd == 1' }],
        },
      },
      "compilation failed: ERROR: <input>:1:1: undeclared reference to 'odd' (in container '')\n | odd == 1\n | ^",
    ],
    [
      'a resource that no quota counts',
      core('resourcequotas'),
      { apiVersion: 'v1', kind: 'ResourceQuota', metadata: { name: 'q' }, spec: { hard: { things: '1' } } },
      'spec.hard[things]: Invalid value: "things": must be a standard resource for quota',
    ],
  ])('know %s', async (_what, path, object, message) => {
    expect(await call('POST', path, object)).toMatchObject({ status: 422, body: { message: expect.stringContaining(message) as string } })
  })

  it('tell what of a volume may not change line by line', async () => {
    const volume = {
      apiVersion: 'v1',
      kind: 'PersistentVolume',
      metadata: { name: 'v' },
      spec: { capacity: { storage: '1Gi' }, accessModes: ['ReadWriteOnce'], hostPath: { path: '/a' } },
    }
    expect((await call('POST', '/api/v1/persistentvolumes', volume)).status).toBe(201)
    const changed = await call('PATCH', '/api/v1/persistentvolumes/v', { spec: { hostPath: { path: '/b' } } })
    expect(changed).toMatchObject({ status: 422 })
    expect(changed.body.message).toContain('spec.persistentvolumesource: Forbidden: spec.persistentvolumesource is immutable after creation')
    expect(changed.body.message).toMatch(/\n-\s+"Path": "\/a",\n\+\s+"Path": "\/b",\n/)
  })

  it('hold what controllers report to the rules of the kind', async () => {
    const node = { apiVersion: 'v1', kind: 'Node', metadata: { name: 'n' }, spec: { podCIDR: '10.0.0.0/24' } }
    const made = await call('POST', '/api/v1/nodes', node)
    expect(made).toMatchObject({ status: 201, body: { spec: { podCIDRs: ['10.0.0.0/24'] } } })
    expect((await call('PATCH', '/api/v1/nodes/n', { spec: { podCIDR: '10.1.0.0/24' } })).body.message).toContain(
      'node updates may not change podCIDR except from "" to valid',
    )
    expect((await call('POST', core('pods'), pod('reported'))).status).toBe(201)
    expect((await call('PATCH', `${core('pods/reported')}/status`, { status: { podIP: 'a_b' } })).body.message).toContain(
      'status.podIPs[0]: Invalid value: "a_b"',
    )
  })

  it('apply nothing without a name', async () => {
    const answer = await request(`${cluster.url}${core('configmaps')}/applied?fieldManager=a&timeoutSeconds=1`, {
      method: 'PATCH',
      headers: { 'content-type': 'application/apply-patch+yaml' },
      body: JSON.stringify({ apiVersion: 'v1', kind: 'ConfigMap', data: { a: 'b' } }),
    })
    expect({ status: answer.statusCode, body: await answer.body.json() }).toMatchObject({
      status: 400,
      body: { message: expect.stringContaining('name must be provided') as string },
    })
  })

  it('let of a pod only images, deadlines and tolerations change', async () => {
    await call('POST', core('pods'), pod('fixed'))
    expect((await call('PATCH', `${core('pods')}/fixed`, { spec: { containers: [container({ image: 'img:2', command: ['x'] })] } })).body.message).toContain(
      'spec: Forbidden: pod updates may not change fields other than `spec.containers[*].image`',
    )
  })

  it('count what a quota bounds, and give it back', async () => {
    await call('POST', '/api/v1/namespaces', { apiVersion: 'v1', kind: 'Namespace', metadata: { name: 'tight' } })
    const at = (plural: string): string => `/api/v1/namespaces/tight/${plural}`
    await call('POST', at('resourcequotas'), {
      apiVersion: 'v1',
      kind: 'ResourceQuota',
      metadata: { name: 'q' },
      spec: { hard: { secrets: '1', 'requests.cpu': '1' } },
    })
    const used = (): unknown => cluster.api.get({ group: '', plural: 'resourcequotas' }, 'tight', 'q')?.['status']
    await vi.waitFor(() => expect(used()).toMatchObject({ used: { secrets: '0', 'requests.cpu': '0' } }))
    const secret = (name: string): object => ({ apiVersion: 'v1', kind: 'Secret', metadata: { name } })
    expect((await call('POST', at('secrets'), secret('a'))).status).toBe(201)
    expect((await call('POST', at('secrets'), secret('b'))).body.message).toBe(
      'secrets "b" is forbidden: exceeded quota: q, requested: secrets=1, used: secrets=1, limited: secrets=1',
    )
    expect((await call('POST', at('pods'), pod('p'))).body.message).toBe('pods "p" is forbidden: failed quota: q: must specify requests.cpu for: main')
    cluster.api.delete({ group: '', plural: 'secrets' }, 'tight', 'a')
    await vi.waitFor(() => expect(used()).toMatchObject({ used: { secrets: '0' } }))
    expect((await call('POST', at('secrets'), secret('b'))).status).toBe(201)
  })

  it('fill in limits and priorities, and hold pods to the bounds', async () => {
    await call('POST', '/api/v1/namespaces', { apiVersion: 'v1', kind: 'Namespace', metadata: { name: 'ranged' } })
    const at = (plural: string): string => `/api/v1/namespaces/ranged/${plural}`
    const limits = [{ type: 'Container', max: { cpu: '1' }, min: { cpu: '100m' } }]
    await call('POST', at('limitranges'), { apiVersion: 'v1', kind: 'LimitRange', metadata: { name: 'l' }, spec: { limits } })
    expect((await call('POST', at('pods'), pod('p'))).body.spec).toMatchObject({
      priority: 0,
      containers: [{ resources: { limits: { cpu: '1' }, requests: { cpu: '1' } } }],
    })
    const greedy = pod('q', { containers: [container({ resources: { limits: { cpu: '2' } } })] })
    expect((await call('POST', at('pods'), greedy)).body.message).toBe('pods "q" is forbidden: maximum cpu usage per Container is 1, but limit is 2')
    expect((await call('POST', at('pods'), pod('r', { priorityClassName: 'none' }))).body.message).toContain('no PriorityClass with name none was found')
  })

  it('hold pods to the security level of their namespace', async () => {
    const labels = { 'pod-security.kubernetes.io/enforce': 'baseline', 'pod-security.kubernetes.io/warn': 'restricted' }
    await call('POST', '/api/v1/namespaces', { apiVersion: 'v1', kind: 'Namespace', metadata: { name: 'secure', labels } })
    const at = '/api/v1/namespaces/secure/pods'
    expect((await call('POST', at, pod('p', { hostNetwork: true }))).body.message).toBe(
      'pods "p" is forbidden: violates PodSecurity "baseline:latest": host namespaces (hostNetwork=true)',
    )
    const plain = await call('POST', at, pod('p'))
    expect(plain.status).toBe(201)
    expect(plain.warning).toContain('runAsNonRoot != true')
  })
})
