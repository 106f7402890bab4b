// Waves of prunes: what was made last goes first. Follows argo-cd `gitops-engine/pkg/sync/sync_context.go` (getSyncTasks).
import type { SyncStep } from './sync-plan.ts'

/**
 * The waves at which the prunes among steps run: mirrored among the waves that have prunes (the lowest swaps with the highest, and so on), and behind
 * everything for those that ask to be last.
 * @param steps all that has not gone yet. Argo CD plans again before every wave, so what is pruned no longer counts, and the waves of the rest move
 */
export function pruneWavesOf(steps: readonly SyncStep[]): ReadonlyMap<SyncStep, number> {
  const prunes = steps.filter(({ action }) => action === 'prune')
  const waves = [...new Set(prunes.map(ownWaveOf))].toSorted((a, b) => a - b)
  const mirrored = new Map(waves.map((wave, index) => [wave, waves[waves.length - 1 - index] ?? wave]))
  const found = new Map(prunes.map((step) => [step, mirrored.get(ownWaveOf(step)) ?? step.wave]))
  let last = 0
  for (const step of steps) if (step.phase === 'Sync') last = Math.max(last, found.get(step) ?? step.wave)
  for (const step of prunes) if (step.isLast === true) found.set(step, last + 1)
  return found
}

/** Steps with their prunes at the waves of a plan that has just been made. */
export function withPruneWaves(steps: readonly SyncStep[]): SyncStep[] {
  const waves = pruneWavesOf(steps)
  return steps.map((step) => {
    const wave = waves.get(step)
    return wave === undefined ? step : { ...step, wave }
  })
}

function ownWaveOf({ ownWave, wave }: SyncStep): number {
  return ownWave ?? wave
}
