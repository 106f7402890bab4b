// `import '@plumbline/testkit/vitest'` gives vitest's `expect` the matchers about a cluster.
import { expect } from 'vitest'
import { clusterMatchers } from './matchers.ts'
import type { ResourceExpectation } from './matchers.ts'

declare module 'vitest' {
  // oxlint-disable-next-line typescript/no-explicit-any -- an interface that is merged has to name its parameters as vitest does
  interface Matchers<T = any> {
    toHaveResource(resource: string, name: string, expectation?: ResourceExpectation): T
    toEventuallyHaveResource(resource: string, name: string, expectation?: ResourceExpectation): Promise<T>
  }
}

expect.extend(clusterMatchers)
