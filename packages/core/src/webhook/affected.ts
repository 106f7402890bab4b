// Which applications a push may concern, by repository and revision alone; traced reads then say which it does.
import { sourcesOf } from '../model/application.ts'
import type { Application, ApplicationSource } from '../model/application.ts'
import { isSameRepository } from './repository-url.ts'
import type { PushEvent } from './push-event.ts'

/**
 * Applications with a source that follows the pushed branch or tag of the pushed repository.
 * @param elsewhere what else an application read when it was last rendered, such as remote bases
 */
export function applicationsFollowing(
  push: PushEvent,
  applications: readonly Application[],
  elsewhere: (application: Application) => readonly ApplicationSource[] = () => [],
): Application[] {
  return applications.filter((application) => [...sourcesOf(application.spec), ...elsewhere(application)].some((source) => isFollowing(source, push)))
}

function isFollowing(source: ApplicationSource, push: PushEvent): boolean {
  if (source.chart !== undefined || !push.urls.some((url) => isSameRepository(url, source.repoURL))) return false
  const target = (source.targetRevision ?? '').replace(/^refs\/(?:heads|tags)\//, '')
  if (target === '' || target === 'HEAD' || target.endsWith('/HEAD')) return push.isHead
  // A range can mean any tag; resolving says which.
  return target === push.revision || /^[~^<>=*xX]|[<>|*]|\.[xX]/.test(target)
}
