// Paths in a tree: relative, with `/`; '' is the root.

/** Without `.` and `..`; undefined when it leaves the tree. */
export function normalize(path: string): string | undefined {
  const steps: string[] = []
  for (const step of path.split('/')) {
    if (step === '' || step === '.') continue
    if (step !== '..') steps.push(step)
    else if (steps.pop() === undefined) return undefined
  }
  return steps.join('/')
}
