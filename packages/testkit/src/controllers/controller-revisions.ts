// Histories of StatefulSets and DaemonSets, kept as ControllerRevisions. Follows kubernetes `pkg/controller/history`.
import type { ClusterApi } from '../api-server/cluster-api.ts'
import { isEqual, objectOf, valueAt } from '../api-server/types.ts'
import type { JsonObject, KubeObject } from '../api-server/types.ts'
import { controllerReference, numberAt, ownedBy, templateHash } from './objects.ts'

const revisions = { group: 'apps', plural: 'controllerrevisions' }

/** What a revision holds: the pod template, as a patch that replaces it. */
function dataOf(set: KubeObject): JsonObject {
  return { spec: { template: { ...objectOf(valueAt(set, 'spec', 'template')), $patch: 'replace' } } }
}

/** The pod template of a revision. */
export function templateOf(revision: KubeObject): JsonObject {
  const { $patch: _directive, ...template } = objectOf(valueAt(revision, 'data', 'spec', 'template'))
  return template
}

const numberOf = (revision: KubeObject): number => numberAt(revision, 'revision')

/** The revision of the present template, made or moved to the end of the history where that is needed; older ones first, it last. */
export function historyOf(
  api: ClusterApi,
  set: KubeObject,
  labels: Readonly<Record<string, string>>,
  hashLabel: string,
): { current: KubeObject; all: KubeObject[] } {
  const all = ownedBy(api, revisions, set).toSorted((a, b) => numberOf(a) - numberOf(b))
  const data = dataOf(set)
  const last = all.at(-1)
  const equal = all.findLast((revision) => isEqual(revision['data'], data))
  if (equal !== undefined) {
    if (equal === last) return { current: equal, all }
    const moved = api.store({ ...equal, revision: numberOf(last ?? equal) + 1 })
    return { current: moved, all: [...all.filter((revision) => revision !== equal), moved] }
  }
  const hash = templateHash(data)
  const annotations = Object.fromEntries(
    Object.entries(set.metadata.annotations ?? {}).filter(([name]) => name !== 'kubectl.kubernetes.io/last-applied-configuration'),
  )
  const current = api.create({
    apiVersion: 'apps/v1',
    kind: 'ControllerRevision',
    metadata: {
      name: `${set.metadata.name ?? ''}-${hash}`,
      namespace: set.metadata.namespace ?? '',
      labels: { ...labels, [hashLabel]: hash },
      ...(Object.keys(annotations).length === 0 ? {} : { annotations }),
      ownerReferences: [controllerReference(set)],
    },
    data,
    revision: (last === undefined ? 0 : numberOf(last)) + 1,
  })
  return { current, all: [...all, current] }
}

/** Remove the oldest of those that nothing uses any more. */
export function truncateHistory(api: ClusterApi, set: KubeObject, all: readonly KubeObject[], isUsed: (revision: KubeObject) => boolean): void {
  const limit = valueAt(set, 'spec', 'revisionHistoryLimit')
  const unused = all.filter((revision) => !isUsed(revision))
  for (const revision of unused.slice(0, Math.max(0, unused.length - (typeof limit === 'number' ? limit : 10))))
    api.delete(revisions, revision.metadata.namespace ?? '', revision.metadata.name ?? '')
}
