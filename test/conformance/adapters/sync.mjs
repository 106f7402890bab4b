// Whole syncs on a cluster that answers at once, where time goes on only while the sync waits: each wait ends one of the calls that Argo CD's own step would be asked in.
import { builtInHealthChecks, runSync } from '@plumbline/core'

const builtInKinds = new Set(
  builtInHealthChecks.filter(({ group }) => ['', 'apps', 'batch', 'networking.k8s.io', 'apiregistration.k8s.io'].includes(group)).map(({ kind }) => kind),
)
const nameOf = ({ kind, metadata }) => `${kind}/${metadata.name}`
const idText = ({ kind, name }) => `${kind}/${name}`

/** Run a plan and tell what each call did. */
export async function simulate(plan, live, { outcomes = {}, applyErrors = {}, options = {}, terminateAt, maxSteps }) {
  const objects = new Map(live.map((object) => [nameOf(object), object]))
  const appliedAt = new Map()
  const steps = []
  const leaving = []
  let call = 1
  let current = emptyStep()
  let last = { phase: 'Running', message: '', results: [] }
  let inFlight = 0
  let uid = 0
  const stop = new AbortController()

  function emptyStep() {
    return { applied: [], pruned: [], deletedHooks: [] }
  }
  function endCall(progress) {
    const groups = current.applied.map((group) => [...group].sort((a, b) => (a < b ? -1 : 1)))
    steps.push({ ...current, applied: groups, phase: progress.phase, results: resultsOf(progress.results) })
    current = emptyStep()
    call++
    for (const [name, object] of leaving.splice(0)) if (objects.get(name) === object) objects.delete(name)
  }
  async function write(object, { dryRun } = {}) {
    const name = nameOf(object)
    if (applyErrors[dryRun ? `dryrun:${name}` : name] !== undefined) {
      if (!dryRun) note(name)
      await settled()
      throw new Error(applyErrors[dryRun ? `dryrun:${name}` : name])
    }
    const written = { ...object, metadata: { ...object.metadata, uid: `made-${++uid}`, resourceVersion: String(uid) } }
    if (dryRun) return written
    note(name)
    await settled()
    objects.set(name, written)
    appliedAt.set(name, call)
    return written
  }
  // What runs together is one group: its writes are under way at the same time.
  function note(name) {
    if (inFlight === 0) current.applied.push([])
    inFlight++
    current.applied.at(-1).push(name)
  }
  async function settled() {
    await new Promise((resolve) => setImmediate(resolve))
    inFlight--
  }
  const cluster = {
    facts: async () => ({ kubeVersion: 'v1.34.4', apiVersions: [] }),
    resourceOf: async ({ group, kind, version = 'v1' }) => ({ group, kind, version, plural: `${kind.toLowerCase()}s`, isNamespaced: true, verbs: [] }),
    live: {
      observe: async () => undefined,
      get: (id) => objects.get(idText(id)),
      load: async (id) => objects.get(idText(id)),
      trackedBy: () => [],
      accept: () => undefined,
      subscribe: () => () => undefined,
    },
    get: async (id) => objects.get(idText(id)),
    create: write,
    replace: write,
    // Taking a finalizer off is no apply.
    patch: async (object, _type, patch, options) => ('finalizers' in (patch.metadata ?? {}) ? object : write(object, options)),
    apply: write,
    async pause() {
      endCall(last)
    },
    async delete(id, { dryRun } = {}) {
      const name = idText(id)
      if (!objects.has(name) || dryRun) return objects.has(name)
      if (applyErrors[`delete:${name}`] !== undefined) throw new Error(applyErrors[`delete:${name}`])
      const isHook = plan.steps.some(({ action, id: own }) => action === 'hook' && idText(own) === name)
      current[isHook ? 'deletedHooks' : 'pruned'].push(name)
      // Hooks are seen as gone in the next call.
      if (isHook) leaving.push([name, objects.get(name)])
      else objects.delete(name)
      return true
    },
  }
  const health = (object) => {
    const name = nameOf(object)
    const since = call - (appliedAt.get(name) ?? call)
    if (since === 0) return { status: 'Progressing' }
    const list = outcomes[name]
    if (list === undefined) return builtInKinds.has(object.kind) ? { status: 'Healthy' } : undefined
    const [status, message] = list[Math.min(since, list.length) - 1].split(/:(.*)/s)
    return { status, ...(message === undefined ? {} : { message }) }
  }
  const request = {
    plan,
    cluster,
    health,
    clock: { now: () => 1_700_000_000_000 + call, after: () => () => undefined },
    persist: async (progress) => {
      last = progress
    },
    isTerminating: () => terminateAt !== undefined && call >= terminateAt,
    isPruneConfirmed: () => options.pruneConfirmed === true,
    onWake(wake) {
      const timer = setImmediate(() => {
        endCall(last)
        if (maxSteps !== undefined && steps.length >= maxSteps) return stop.abort(new Error('enough'))
        if (steps.length > 50) return stop.abort(new Error('no end'))
        wake()
      })
      return () => clearImmediate(timer)
    },
    signal: stop.signal,
  }
  try {
    endCall(await runSync(request))
  } catch (error) {
    if (error.message !== 'enough') throw error
  }
  return steps
}

function resultsOf(results) {
  return Object.fromEntries(
    results
      .filter(({ status }) => status !== undefined)
      .map(({ kind, name, hookType, syncPhase, status, hookPhase }) => [
        `${hookType === undefined ? '' : `${syncPhase}:`}${kind}/${name}`,
        `${status}/${hookPhase ?? ''}`,
      ])
      .sort(([a], [b]) => (a < b ? -1 : 1)),
  )
}
