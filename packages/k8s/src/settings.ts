// Follows the settings of an installation, which are the data of a ConfigMap.
import { isRecord, silentLogger } from '@plumbline/core'
import type { KubernetesObject, Logger } from '@plumbline/core'
import type { HttpClient } from './http.ts'
import { startReflector } from './reflector.ts'

/** Settings that are followed. */
export interface SettingsWatch {
  /** Resolves when they are known for the first time; rejects when they may not be read. */
  readonly synced: Promise<void>
  /** The data, empty while there is no ConfigMap. */
  current(): Readonly<Record<string, string>>
  stop(): void
}

/** Watch one ConfigMap. @param onChange called after each change of its data */
export function watchSettings(
  http: HttpClient,
  where: { readonly namespace: string; readonly name: string; readonly logger?: Logger },
  onChange: () => void,
): SettingsWatch {
  let data: Readonly<Record<string, string>> = {}
  const put = (object: KubernetesObject | undefined): void => {
    const next = dataOf(object)
    if (JSON.stringify(next) === JSON.stringify(data)) return
    data = next
    onChange()
  }
  const reflector = startReflector(
    {
      http,
      path: `/api/v1/namespaces/${encodeURIComponent(where.namespace)}/configmaps`,
      apiVersion: 'v1',
      kind: 'ConfigMap',
      fieldSelector: `metadata.name=${where.name}`,
      logger: where.logger ?? silentLogger,
    },
    {
      replace: (objects) => put(objects.find(({ metadata }) => metadata.name === where.name)),
      apply: (type, object) => put(type === 'DELETED' ? undefined : object),
    },
  )
  return { synced: reflector.synced, current: () => data, stop: () => reflector.stop() }
}

function dataOf(object: KubernetesObject | undefined): Record<string, string> {
  const data = object?.['data']
  if (!isRecord(data)) return {}
  return Object.fromEntries(Object.entries(data).filter((entry): entry is [string, string] => typeof entry[1] === 'string'))
}
