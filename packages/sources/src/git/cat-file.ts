// One long-lived `git cat-file --batch-command` for a repository: objects are asked for and come back in order.
import { spawn } from 'node:child_process'
import type { ChildProcessWithoutNullStreams } from 'node:child_process'
import { SourceError } from '@plumbline/core'
import { gitEnvironment } from './native-process.ts'
import type { GitObject, ObjectReader, ObjectType } from './objects.ts'

interface Waiting {
  readonly id: string
  readonly maxBytes: number
  resolve(object: GitObject | undefined): void
  reject(error: Error): void
}

const defaultMaxBytes = 64 * 2 ** 20
const idPattern = /^[0-9a-f]{4,64}$/

/** A reader over a bare repository. */
export interface CatFile extends ObjectReader {
  close(): void
}

/** Start lazily; a process that ends is started again at the next read. */
export function createCatFile(gitDir: string, environment: { readonly authorization?: string | undefined; readonly allowFiles: boolean }): CatFile {
  let child: ChildProcessWithoutNullStreams | undefined
  let queue: Waiting[] = []
  let buffered: Buffer = Buffer.alloc(0)
  let body: { readonly type: ObjectType; readonly size: number; readonly isKept: boolean; readonly chunks: Buffer[]; received: number } | undefined

  function start(): ChildProcessWithoutNullStreams {
    const started = spawn('git', ['cat-file', '--batch-command'], { cwd: gitDir, env: gitEnvironment(environment), stdio: ['pipe', 'pipe', 'pipe'] })
    started.stdout.on('data', (chunk: Buffer) => {
      buffered = buffered.length === 0 ? chunk : Buffer.concat([buffered, chunk])
      drain()
    })
    started.stderr.resume()
    started.stdin.on('error', () => undefined)
    const fail = (): void => {
      if (child === started) child = undefined
      const lost = queue
      queue = []
      buffered = Buffer.alloc(0)
      body = undefined
      for (const waiting of lost)
        waiting.reject(new SourceError('SOURCE_UNREACHABLE', 'git cat-file ended while an object was being read', { retryable: true }))
    }
    started.on('error', fail)
    started.on('close', fail)
    started.unref()
    return started
  }

  function drain(): void {
    for (;;) {
      if (body !== undefined) {
        // The content and the line feed behind it.
        const wanted = body.size + 1 - body.received
        const part = buffered.subarray(0, wanted)
        if (part.length === 0) return
        buffered = buffered.subarray(part.length)
        body.received += part.length
        if (body.isKept) body.chunks.push(part)
        if (body.received < body.size + 1) return
        const { type, size, isKept, chunks } = body
        body = undefined
        const waiting = queue.shift()
        if (isKept) waiting?.resolve({ type, content: Buffer.concat(chunks).subarray(0, size) })
        else
          waiting?.reject(
            new SourceError('SOURCE_LIMIT', `an object of ${size} bytes is larger than the limit of ${waiting.maxBytes} bytes`, { subject: waiting.id }),
          )
        continue
      }
      const end = buffered.indexOf(0x0a)
      if (end < 0) return
      const [, type, size] = buffered.toString('latin1', 0, end).split(' ')
      buffered = buffered.subarray(end + 1)
      if (type === undefined || type === 'missing' || type === 'ambiguous' || size === undefined) {
        queue.shift()?.resolve(undefined)
        continue
      }
      const bytes = Number(size)
      body = { type: type as ObjectType, size: bytes, isKept: bytes <= (queue[0]?.maxBytes ?? 0), chunks: [], received: 0 }
    }
  }

  return {
    read(id, options = {}) {
      if (!idPattern.test(id)) return Promise.resolve(undefined)
      return new Promise((resolve, reject) => {
        child ??= start()
        queue.push({ id, maxBytes: options.maxBytes ?? defaultMaxBytes, resolve, reject })
        child.stdin.write(`contents ${id}\n`)
      })
    },
    close() {
      child?.kill()
      child = undefined
    },
  }
}
