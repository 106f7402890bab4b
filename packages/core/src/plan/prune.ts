// Waves of prunes: what was made last goes first. Follows argo-cd `gitops-engine/pkg/sync/sync_context.go` (getSyncTasks).
import type { SyncStep } from './sync-plan.ts'

/**
 * Mirror the waves of prunes among the waves that have prunes (the lowest swaps with the highest, and so on), then put those that ask to be
 * last behind everything.
 */
export function pruneWavesOf(steps: readonly SyncStep[]): SyncStep[] {
  const waves = [...new Set(steps.filter(({ action }) => action === 'prune').map(({ wave }) => wave))].toSorted((a, b) => a - b)
  const mirrored = new Map(waves.map((wave, index) => [wave, waves[waves.length - 1 - index] ?? wave]))
  const swapped = steps.map((step) => (step.action === 'prune' ? { ...step, wave: mirrored.get(step.wave) ?? step.wave } : step))
  const last = Math.max(0, ...swapped.filter(({ phase }) => phase === 'Sync').map(({ wave }) => wave)) + 1
  return swapped.map((step) => (step.isLast === true ? { ...step, wave: last } : step))
}
