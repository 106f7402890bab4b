// Matchers about a cluster, for any `expect.extend`: vitest, jest.
import type { Cluster } from '../start-cluster.ts'
import { isObject } from '../api-server/types.ts'
import type { KubeObject } from '../api-server/types.ts'

interface Verdict {
  readonly pass: boolean
  readonly message: () => string
}

/** Where to look, and what has to be there. */
export interface ResourceExpectation {
  /** Default: `default`. */
  readonly namespace?: string
  /** Members that the object has to have, at any depth; lists are compared item by item. */
  readonly matching?: object
  /** For `toEventuallyHaveResource`; default 5000. */
  readonly timeoutMs?: number
}

/** @returns the path of the first member that differs, or undefined */
export function firstDifference(wanted: unknown, found: unknown, path = ''): string | undefined {
  if (Array.isArray(wanted)) {
    if (!Array.isArray(found)) return path
    if (found.length !== wanted.length) return `${path}.length`
    return wanted.map((item, index) => firstDifference(item, found[index], `${path}[${index}]`)).find((difference) => difference !== undefined)
  }
  if (isObject(wanted)) {
    if (!isObject(found)) return path
    return Object.entries(wanted)
      .map(([key, value]) => firstDifference(value, found[key], path === '' ? key : `${path}.${key}`))
      .find((difference) => difference !== undefined)
  }
  return Object.is(wanted, found) ? undefined : path
}

function judge(cluster: Cluster, resource: string, name: string, { namespace = 'default', matching }: ResourceExpectation): Verdict {
  const object = cluster.get(resource, name, namespace)
  const title = `${resource} ${name}`
  if (object === undefined) return { pass: false, message: () => `${title} is not in the cluster; there are: ${namesOf(cluster, resource)}` }
  const difference = matching === undefined ? undefined : firstDifference(matching, object)
  return difference === undefined
    ? { pass: true, message: () => `${title} is in the cluster${matching === undefined ? '' : ' and matches'}` }
    : { pass: false, message: () => `${title} differs at ${difference}: ${JSON.stringify(valueAtPath(object, difference))}` }
}

function namesOf(cluster: Cluster, resource: string): string {
  const names = cluster.list(resource).map(({ metadata }) => [metadata.namespace, metadata.name].filter((part) => part !== undefined).join('/'))
  return names.length === 0 ? 'none' : names.slice(0, 10).join(', ')
}

function valueAtPath(object: KubeObject, path: string): unknown {
  return path
    .split(/[.[\]]+/)
    .filter((key) => key !== '')
    .reduce<unknown>((value, key) => (value as Record<string, unknown> | undefined)?.[key], object)
}

/** For `expect.extend`. */
export const clusterMatchers = {
  /** The object is there, and has the members of `matching`. */
  toHaveResource: (cluster: Cluster, resource: string, name: string, expectation: ResourceExpectation = {}): Verdict =>
    judge(cluster, resource, name, expectation),
  /** The same, waited for. */
  async toEventuallyHaveResource(cluster: Cluster, resource: string, name: string, expectation: ResourceExpectation = {}): Promise<Verdict> {
    try {
      return await cluster.eventually(
        () => {
          const verdict = judge(cluster, resource, name, expectation)
          return verdict.pass ? verdict : undefined
        },
        { timeoutMs: expectation.timeoutMs ?? 5000 },
      )
    } catch {
      return judge(cluster, resource, name, expectation)
    }
  },
}
