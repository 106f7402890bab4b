// Built-in kinds are understood in the versions that the check was written for. Follows argo-cd `gitops-engine/pkg/health`, which converts to the types of one version.
import { valueAt } from '../model/kubernetes-object.ts'
import { unknownHealth } from './health.ts'
import type { HealthCheck } from './health.ts'

/** The check, with Unknown for other versions and for counts that are no numbers. */
export function inVersions(apiVersions: readonly string[], check: HealthCheck): HealthCheck {
  return {
    ...check,
    check(object) {
      if (!apiVersions.includes(object.apiVersion)) return unknownHealth(`unsupported ${object.kind} GVK: ${object.apiVersion}, Kind=${object.kind}`)
      const replicas = valueAt(object, 'spec', 'replicas')
      if (replicas !== undefined && replicas !== null && typeof replicas !== 'number')
        return unknownHealth(`failed to convert unstructured ${object.kind} to typed: spec.replicas: expected a number, found ${JSON.stringify(replicas)}`)
      return check.check(object)
    },
  }
}
