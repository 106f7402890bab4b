// Events that controllers leave for people, as `kubectl describe` shows them. Equal ones are counted, and all go after an hour.
import type { ClusterApi } from '../api-server/cluster-api.ts'
import { StatusError } from '../api-server/status-errors.ts'
import { formatMicroTime, formatTime } from '../api-server/types.ts'
import type { Clock, KubeObject } from '../api-server/types.ts'

const events = { group: '', plural: 'events' }
const timeToLiveMs = 3_600_000
/** Remembered for counting; older ones start anew. */
const maxRemembered = 4096

/** Leave an event about an object. */
export type RecordEvent = (about: KubeObject, type: 'Normal' | 'Warning', reason: string, message: string) => void

/** A recorder for one controller. The scheduler and what was written after it name themselves as reporting controller only. */
export function createRecorder(api: ClusterApi, clock: Clock, component: string, isNewStyle = false): RecordEvent {
  const remembered = new Map<string, string>()
  let serial = 0

  return (about, type, reason, message) => {
    const { name = '', uid = '' } = about.metadata
    const namespace = about.metadata.namespace ?? 'default'
    const key = JSON.stringify([uid, type, reason, message])
    const now = clock.now()
    try {
      const known = remembered.get(key)
      const before = known === undefined ? undefined : api.get(events, namespace, known)
      if (before !== undefined) {
        api.store({ ...before, count: Number(before['count'] ?? 1) + 1, lastTimestamp: formatTime(now) })
        return
      }
      serial++
      const eventName = `${name}.${(BigInt(now) * 1_000_000n + BigInt(serial)).toString(16)}`
      api.create({
        apiVersion: 'v1',
        kind: 'Event',
        metadata: { name: eventName, namespace },
        involvedObject: {
          kind: about.kind,
          ...(about.metadata.namespace === undefined ? {} : { namespace }),
          name,
          uid,
          apiVersion: about.apiVersion,
          resourceVersion: about.metadata.resourceVersion,
        },
        reason,
        message,
        type,
        ...(isNewStyle
          ? { eventTime: formatMicroTime(now), source: {}, action: 'Binding', firstTimestamp: null, lastTimestamp: null }
          : { eventTime: null, source: { component }, firstTimestamp: formatTime(now), lastTimestamp: formatTime(now), count: 1 }),
        reportingComponent: component,
        reportingInstance: isNewStyle ? `${component}-0` : '',
      })
      if (remembered.size >= maxRemembered) remembered.clear()
      remembered.set(key, eventName)
      clock.setTimeout(() => {
        remembered.delete(key)
        api.delete(events, namespace, eventName)
      }, timeToLiveMs)
    } catch (error) {
      // In a namespace that is going there is nobody left to read it.
      if (!(error instanceof StatusError)) throw error
    }
  }
}
