// What a process means to do with hooks, recorded before it does it: the uid of the object that stood in the way, or of the one it made.
import { isRecord } from '../model/kubernetes-object.ts'

/** Kept on the Application while a sync runs. */
export const intentsAnnotation = 'plumbline.dev/hook-intents'

/** Step key → what is known. */
export type HookIntents = Readonly<Record<string, HookIntent>>

/** One hook. `stale` is an object of an earlier sync under the same name, which has to go first. */
export interface HookIntent {
  readonly stale?: string
}

/** Read the annotation; anything unreadable is as if nothing had been recorded. */
export function parseIntents(text: string | undefined): HookIntents {
  if (text === undefined) return {}
  try {
    const value: unknown = JSON.parse(text)
    if (!isRecord(value)) return {}
    return Object.fromEntries(
      Object.entries(value).map(([key, entry]) => [key, isRecord(entry) && typeof entry['stale'] === 'string' ? { stale: entry['stale'] } : {}]),
    )
  } catch {
    return {}
  }
}

/** Text for the annotation, or undefined when there is nothing to keep. */
export function formatIntents(intents: HookIntents): string | undefined {
  return Object.keys(intents).length === 0 ? undefined : JSON.stringify(intents)
}
