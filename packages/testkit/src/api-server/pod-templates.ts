// Where kinds keep the template of their pods.
import type { ResourceType } from './resource-type.ts'
import { isObject, valueAt } from './types.ts'
import type { JsonObject, KubeObject } from './types.ts'

const paths: Readonly<Record<string, string>> = {
  '/PodTemplate': 'template',
  '/ReplicationController': 'spec.template',
  'apps/Deployment': 'spec.template',
  'apps/ReplicaSet': 'spec.template',
  'apps/StatefulSet': 'spec.template',
  'apps/DaemonSet': 'spec.template',
  'batch/Job': 'spec.template',
  'batch/CronJob': 'spec.jobTemplate.spec.template',
}

/** Member names, joined by dots; undefined for kinds without pods. */
export function podTemplatePath({ group, kind }: ResourceType): string | undefined {
  return paths[`${group}/${kind}`]
}

export function podTemplateOf(type: ResourceType, object: KubeObject): JsonObject | undefined {
  const path = podTemplatePath(type)
  const template = path === undefined ? undefined : valueAt(object, ...path.split('.'))
  return isObject(template) ? template : undefined
}
