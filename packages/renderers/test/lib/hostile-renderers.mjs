// Renderers that do what a renderer must not do, by the path they are given.
const deeds = {
  hang() {
    for (;;);
  },
  hoard() {
    const kept = []
    for (;;) kept.push(Array.from({ length: 10_000 }, (_, index) => ({ index })))
  },
  exit() {
    process.exit(3)
  },
  wait: ({ signal }) => new Promise((_, reject) => signal.addEventListener('abort', () => reject(new Error('it was told to stop')))),
  work: () => Promise.resolve({ manifests: [], diagnostics: [] }),
}

export const renderers = [{ sourceType: 'Hostile', matches: () => Promise.resolve(true), render: (request) => deeds[request.path](request) }]
