// The embedded cluster in a process of its own, for benches: says its address and how long it took, and its memory when asked.
const begin = performance.now()
const { startCluster } = await import('@plumbline/testkit')
const imported = performance.now()
const cluster = await startCluster({ controllers: false })
process.send({ url: cluster.url, token: cluster.token, importMs: imported - begin, startMs: performance.now() - imported })
process.on('message', () => {
  globalThis.gc?.()
  process.send({ memory: process.memoryUsage() })
})
process.on('disconnect', () => process.exit(0))
