// Admission webhooks over HTTPS, and policies in CEL.
import { createServer } from 'node:https'
import type { AddressInfo } from 'node:net'
import { startCluster } from '@plumbline/testkit'
import type { Cluster, KubeObject } from '@plumbline/testkit'
import '@plumbline/testkit/vitest'
import { generate } from 'selfsigned'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'

interface Review {
  readonly request: { readonly uid: string; readonly name: string; readonly operation: string; readonly object: KubeObject | null; readonly dryRun: boolean }
}

const configMap = (name: string, data: Record<string, string> = {}): KubeObject => ({
  apiVersion: 'v1',
  kind: 'ConfigMap',
  metadata: { name, namespace: 'default' },
  data,
})

describe('webhooks', () => {
  let cluster: Cluster
  let server: ReturnType<typeof createServer>
  let url: string
  let caBundle: string
  let answer: (review: Review) => object
  const seen: Review['request'][] = []
  beforeAll(async () => {
    const pems = await generate([{ name: 'commonName', value: '127.0.0.1' }], {
      extensions: [
        { name: 'basicConstraints', cA: true },
        { name: 'subjectAltName', altNames: [{ type: 7, ip: '127.0.0.1' }] },
      ],
    } as never)
    caBundle = Buffer.from(pems.cert).toString('base64')
    server = createServer({ key: pems.private, cert: pems.cert }, (request, response) => {
      const chunks: Buffer[] = []
      request.on('data', (chunk: Buffer) => chunks.push(chunk))
      request.on('end', () => {
        const review = JSON.parse(Buffer.concat(chunks).toString()) as Review
        seen.push(review.request)
        response.setHeader('content-type', 'application/json')
        response.end(
          JSON.stringify({
            kind: 'AdmissionReview',
            apiVersion: 'admission.k8s.io/v1',
            response: { uid: review.request.uid, allowed: true, ...answer(review) },
          }),
        )
      })
    })
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', () => resolve()))
    url = `https://127.0.0.1:${(server.address() as AddressInfo).port}`
    cluster = await startCluster()
  })
  afterAll(async () => {
    server.close()
    await cluster.close()
  })
  const configure = async (kind: 'Mutating' | 'Validating', more: object = {}): Promise<void> => {
    for (const plural of ['mutatingwebhookconfigurations', 'validatingwebhookconfigurations']) cluster.delete(plural, 'hooks')
    const webhook = {
      name: 'hook.example.com',
      admissionReviewVersions: ['v1'],
      sideEffects: 'None',
      clientConfig: { url: `${url}/check`, caBundle },
      rules: [{ apiGroups: ['', 'apps'], apiVersions: ['v1'], operations: ['CREATE', 'UPDATE', 'DELETE'], resources: ['configmaps', 'pods'] }],
      namespaceSelector: { matchLabels: { 'kubernetes.io/metadata.name': 'default' } },
      ...more,
    }
    await cluster.apply({
      apiVersion: 'admissionregistration.k8s.io/v1',
      kind: `${kind}WebhookConfiguration`,
      metadata: { name: 'hooks' },
      webhooks: [webhook],
    } as KubeObject)
    seen.length = 0
  }
  const patch = (...operations: object[]): object => ({ patchType: 'JSONPatch', patch: Buffer.from(JSON.stringify(operations)).toString('base64') })

  it('refuse, with the texts and codes they give', async () => {
    await configure('Validating')
    answer = ({ request }) => (request.name === 'bad' ? { allowed: false, status: { message: 'no such names', code: 418 } } : {})
    await expect(cluster.apply(configMap('bad'))).rejects.toMatchObject({
      code: 418,
      message: 'admission webhook "hook.example.com" denied the request: no such names',
    })
    await cluster.apply(configMap('good'))
    expect(seen.map(({ operation, name }) => `${operation} ${name}`)).toEqual(['CREATE bad', 'CREATE good'])
    answer = () => ({ allowed: false })
    const response = await fetch(`${cluster.url}/api/v1/namespaces/default/configmaps/good`, { method: 'DELETE' })
    expect([response.status, ((await response.json()) as { message: string }).message]).toEqual([
      400,
      'admission webhook "hook.example.com" denied the request without explanation',
    ])
    expect(cluster).toHaveResource('cm', 'good')
  })

  it('change what is written, in the hands of controllers too', async () => {
    await configure('Mutating')
    answer = ({ request }) =>
      request.object?.kind === 'Pod'
        ? patch({ op: 'add', path: '/spec/containers/-', value: { name: 'sidecar', image: 'sidecar:1' } })
        : patch({ op: 'add', path: '/data/added', value: 'yes' })
    await cluster.apply(configMap('changed', { a: '1' }))
    expect(cluster.get('cm', 'changed')).toMatchObject({ data: { a: '1', added: 'yes' } })
    const labels = { app: 'web' }
    await cluster.apply({
      apiVersion: 'apps/v1',
      kind: 'ReplicaSet',
      metadata: { name: 'web' },
      spec: { replicas: 2, selector: { matchLabels: labels }, template: { metadata: { labels }, spec: { containers: [{ name: 'web', image: 'web:1' }] } } },
    } as KubeObject)
    const pods = await cluster.eventually(() => {
      const found = cluster.list('pods', { labels })
      return found.length === 2 ? found : undefined
    })
    // Containers that a webhook adds are given their defaults like any other.
    for (const pod of pods)
      expect(pod).toMatchObject({ spec: { containers: [{ name: 'web' }, { name: 'sidecar', terminationMessagePath: '/dev/termination-log' }] } })
  })

  it('fail by their policy', async () => {
    server.closeAllConnections()
    await configure('Validating', { clientConfig: { url: 'https://127.0.0.1:1/check', caBundle } })
    await expect(cluster.apply(configMap('x'))).rejects.toThrow(
      'failed calling webhook "hook.example.com": failed to call webhook: Post "https://127.0.0.1:1/check?timeout=10s": dial tcp 127.0.0.1:1: connect: connection refused',
    )
    await configure('Validating', { clientConfig: { url: 'https://127.0.0.1:1/check', caBundle }, failurePolicy: 'Ignore' })
    await cluster.apply(configMap('x'))
    await configure('Validating', { clientConfig: { url: `${url}/check` } })
    await expect(cluster.apply(configMap('y'))).rejects.toThrow('tls: failed to verify certificate')
    answer = () => ({ uid: 'another' })
    await configure('Validating')
    await expect(cluster.apply(configMap('y'))).rejects.toThrow(/expected response\.uid=".*", got "another"/)
  })

  it('are found behind services that a test routes, and under conditions', async () => {
    answer = () => ({ allowed: false, status: { reason: 'Told' } })
    await configure('Validating', {
      clientConfig: { service: { name: 'hooks', namespace: 'system', path: '/check' }, caBundle },
      matchConditions: [{ name: 'names', expression: 'object.metadata.name.startsWith("c")' }],
    })
    await expect(cluster.apply(configMap('c1'))).rejects.toThrow('service "hooks" not found')
    const stop = cluster.admission.route('system/hooks', url)
    await expect(cluster.apply(configMap('c2'))).rejects.toThrow('denied the request: Told')
    await cluster.apply(configMap('d'))
    stop()
    await configure('Validating', { sideEffects: 'Some' as never, clientConfig: { url, caBundle } }).catch(() => undefined)
  })
})

describe('validating admission policies', () => {
  let cluster: Cluster
  beforeAll(async () => {
    cluster = await startCluster({ controllers: false })
  })
  afterAll(() => cluster.close())
  const policy = async (spec: object, binding: object = {}): Promise<void> => {
    await cluster.apply([
      {
        apiVersion: 'admissionregistration.k8s.io/v1',
        kind: 'ValidatingAdmissionPolicy',
        metadata: { name: 'p' },
        spec: {
          matchConstraints: { resourceRules: [{ apiGroups: [''], apiVersions: ['v1'], operations: ['CREATE', 'UPDATE'], resources: ['configmaps'] }] },
          ...spec,
        },
      } as KubeObject,
      {
        apiVersion: 'admissionregistration.k8s.io/v1',
        kind: 'ValidatingAdmissionPolicyBinding',
        metadata: { name: 'b' },
        spec: { policyName: 'p', validationActions: ['Deny'], ...binding },
      } as KubeObject,
    ])
  }

  it('deny, with variables, messages and reasons', async () => {
    await policy({
      variables: [
        { name: 'count', expression: 'size(object.data)' },
        { name: 'tooMany', expression: 'variables.count > 1' },
      ],
      validations: [{ expression: '!variables.tooMany', messageExpression: "'there are ' + string(variables.count)", reason: 'Forbidden' }],
    })
    await cluster.apply(configMap('one', { a: '1' }))
    await expect(cluster.apply(configMap('two', { a: '1', b: '2' }))).rejects.toMatchObject({
      code: 403,
      message: `configmaps "two" is forbidden: ValidatingAdmissionPolicy 'p' with binding 'b' denied request: there are 2`,
    })
    await policy({ validations: [{ expression: "object.data.a == 'x'" }] })
    await expect(cluster.apply(configMap('three', { a: '1' }))).rejects.toMatchObject({
      code: 422,
      message: `configmaps "three" is forbidden: ValidatingAdmissionPolicy 'p' with binding 'b' denied request: failed expression: object.data.a == 'x'`,
    })
    await expect(cluster.apply(configMap('four', { b: '1' }))).rejects.toThrow(
      "denied request: expression 'object.data.a == 'x'' resulted in error: no such key: a",
    )
    await policy({ failurePolicy: 'Ignore', validations: [{ expression: "object.data.a == 'x'" }] })
    await cluster.apply(configMap('four', { b: '1' }))
  })

  it('ask with parameters, warn, and pass over what they do not match', async () => {
    await cluster.apply(configMap('limits', { most: '2' }))
    await policy(
      {
        paramKind: { apiVersion: 'v1', kind: 'ConfigMap' },
        matchConditions: [{ name: 'not-limits', expression: "request.name != 'limits'" }],
        validations: [{ expression: 'size(object.data) <= int(params.data.most)', message: 'too many' }],
      },
      { paramRef: { name: 'limits', namespace: 'default', parameterNotFoundAction: 'Deny' }, validationActions: ['Warn'] },
    )
    const warned = await fetch(`${cluster.url}/api/v1/namespaces/default/configmaps`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify(configMap('many', { a: '', b: '', c: '' })),
    })
    expect([warned.status, warned.headers.get('warning')]).toEqual([
      201,
      `299 - "Validation failed for ValidatingAdmissionPolicy 'p' with binding 'b': too many"`,
    ])
    cluster.delete('cm', 'limits')
    await policy(
      { paramKind: { apiVersion: 'v1', kind: 'ConfigMap' }, validations: [{ expression: 'true' }] },
      { paramRef: { name: 'limits', namespace: 'default', parameterNotFoundAction: 'Deny' } },
    )
    await expect(cluster.apply(configMap('none'))).rejects.toThrow(
      'failed to configure binding: no params found for policy binding with `Deny` parameterNotFoundAction',
    )
  })
})
