// Chart archives: gzip and tar, bounded while they are unpacked.
import { Gunzip } from 'fflate'
import { ChartError } from './chart.ts'
import type { ChartFile } from './chart.ts'

/** Bounds of charts. */
export interface ChartLimits {
  /** Bytes of all files of a chart, unpacked. Default: 100 MiB. */
  readonly bytes: number
  /** Files of a chart with its subcharts. Default: 20,000. */
  readonly files: number
  /** Charts inside charts. Default: 32. */
  readonly depth: number
}

export const defaultChartLimits: ChartLimits = { bytes: 104_857_600, files: 20_000, depth: 32 }

const block = 512
const decoder = new TextDecoder()

/**
 * The files of a `.tgz`, without the folder they lie in.
 * @throws {ChartError}
 */
export function unpackArchive(data: Uint8Array, id: string, limits: ChartLimits): readonly ChartFile[] {
  const files: ChartFile[] = []
  for (const { name, data: content } of readTar(gunzip(data, limits), limits)) {
    const parts = name.replaceAll('\\', '/').split('/')
    const path = parts.slice(1).join('/')
    if (parts.length < 2) {
      if (name === 'Chart.yaml') throw new ChartError('CHART_INVALID', 'chart yaml not in base directory')
      continue
    }
    if (path === '') continue
    if (parts.includes('..') || /^[a-zA-Z]:/.test(path)) throw new ChartError('CHART_INVALID', 'chart illegally references parent directory')
    files.push({ name: path, data: content, id: `${id}/${path}` })
  }
  if (files.length === 0) throw new ChartError('CHART_INVALID', 'no files in chart archive')
  return files
}

function gunzip(data: Uint8Array, limits: ChartLimits): Uint8Array {
  const chunks: Uint8Array[] = []
  let size = 0
  const stream = new Gunzip((chunk) => {
    size += chunk.length
    if (size > limits.bytes) throw new ChartError('CHART_LIMIT', `chart archive is larger than ${limits.bytes} bytes unpacked`)
    chunks.push(chunk)
  })
  try {
    // In pieces, so that a small archive cannot unfold into a large one at once.
    for (let offset = 0; offset < data.length; offset += 65_536) stream.push(data.subarray(offset, offset + 65_536), offset + 65_536 >= data.length)
  } catch (error) {
    if (error instanceof ChartError) throw error
    throw new ChartError('CHART_INVALID', 'file does not appear to be a valid chart file (details: gzip: invalid header)', { cause: error })
  }
  const result = new Uint8Array(size)
  let offset = 0
  for (const chunk of chunks) {
    result.set(chunk, offset)
    offset += chunk.length
  }
  return result
}

interface TarEntry {
  readonly name: string
  readonly data: Uint8Array
}

function* readTar(tar: Uint8Array, limits: ChartLimits): Generator<TarEntry> {
  let [offset, count] = [0, 0]
  let longName: string | undefined
  while (offset + block <= tar.length) {
    const header = tar.subarray(offset, offset + block)
    if (header.every((byte) => byte === 0)) return
    const size = octal(header.subarray(124, 136))
    if (!Number.isSafeInteger(size) || size < 0 || offset + block + size > tar.length) throw new ChartError('CHART_INVALID', 'unexpected EOF')
    const data = tar.subarray(offset + block, offset + block + size)
    const prefix = text(header.subarray(257, 262)) === 'ustar' ? text(header.subarray(345, 500)) : ''
    const plain = text(header.subarray(0, 100))
    const type = String.fromCharCode(header[156] ?? 0)
    offset += block + Math.ceil(size / block) * block
    if (type === 'L') longName = text(data)
    else if (type === 'x') longName = /(?:^|\n)\d+ path=([^\n]*)\n/.exec(decoder.decode(data))?.[1] ?? longName
    else if (type === '0' || type === '\0') {
      if (++count > limits.files) throw new ChartError('CHART_LIMIT', `chart archive has more than ${limits.files} files`)
      yield { name: longName ?? (prefix === '' ? plain : `${prefix}/${plain}`), data }
      longName = undefined
    } else longName = undefined
    // Links, devices and folders are no files of a chart.
  }
}

function text(bytes: Uint8Array): string {
  const end = bytes.indexOf(0)
  return decoder.decode(end < 0 ? bytes : bytes.subarray(0, end))
}

function octal(bytes: Uint8Array): number {
  return Number.parseInt(text(bytes).trim() || '0', 8)
}
