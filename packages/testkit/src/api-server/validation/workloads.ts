// What may not change about workloads. Follows kubernetes `pkg/apis/apps/validation` and `pkg/apis/batch/validation`.
import type { ResourceType } from '../resource-type.ts'
import type { FieldError } from '../status-errors.ts'
import { isEqual, objectOf } from '../types.ts'
import type { KubeObject } from '../types.ts'

const changeable = ['replicas', 'ordinals', 'template', 'updateStrategy', 'revisionHistoryLimit', 'persistentVolumeClaimRetentionPolicy', 'minReadySeconds']

export function validateWorkloadUpdate(type: ResourceType, before: KubeObject, after: KubeObject, immutable: (path: string) => FieldError[]): FieldError[] {
  switch (type.kind) {
    case 'StatefulSet': {
      const rest = (object: KubeObject): object => Object.fromEntries(Object.entries(objectOf(object['spec'])).filter(([name]) => !changeable.includes(name)))
      if (isEqual(rest(before), rest(after))) return []
      return [
        {
          type: 'Forbidden',
          path: 'spec',
          detail: `updates to statefulset spec for fields other than 'replicas', 'ordinals', 'template', 'updateStrategy', 'revisionHistoryLimit', 'persistentVolumeClaimRetentionPolicy' and 'minReadySeconds' are forbidden`,
        },
      ]
    }
    case 'Job':
      return ['spec.completions', 'spec.selector', 'spec.template', 'spec.completionMode'].flatMap(immutable)
    default:
      return immutable('spec.selector')
  }
}
