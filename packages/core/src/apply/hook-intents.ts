// What a process means to do with a hook, recorded as the message of its result before it does it. A hook whose result says Running and has no status is
// about to be made: an object under its name is from an earlier sync only if it has the uid named here.

const stalePattern = /^to be made in place of (\S+)$/

/** The message of a hook that is about to be made. `stale` is the uid of an object under its name that has to go first. */
export function formatIntent(stale: string | undefined): string {
  return stale === undefined ? 'to be made' : `to be made in place of ${stale}`
}

/** The uid in such a message; undefined for every other text. */
export function staleOf(message: string | undefined): string | undefined {
  return stalePattern.exec(message ?? '')?.[1]
}
