// `.Files`: what a chart may read of itself. Follows helm `pkg/engine/files.go`.
import { matchesGlob } from '@plumbline/core/model'
import { base64, baseName, FunctionError, HostObject, textOf, typed } from '@plumbline/gotemplate'
import type { GoMap, GoMethod, GoValue } from '@plumbline/gotemplate'
import type { ChartFile } from './chart.ts'
import { toYaml } from './helm-yaml.ts'

export class Files extends HostObject {
  override readonly typeName = 'engine.files'
  override readonly kindName = 'map'
  private readonly files: ReadonlyMap<string, ChartFile>

  constructor(files: Iterable<ChartFile>) {
    super()
    this.files = new Map([...files].map((file) => [file.name, file]))
  }

  private bytes(name: GoValue): Uint8Array {
    return this.files.get(name as string)?.data ?? new Uint8Array(0)
  }

  private texts(write: (data: Uint8Array) => string): string {
    const map: GoMap = {}
    for (const name of [...this.files.keys()].sort()) map[baseName(name)] = write(this.bytes(name))
    return toYaml(map)
  }

  override method(name: string): GoMethod | undefined {
    const one = (call: (argument: string) => GoValue): GoMethod => ({ min: 1, max: 1, parameters: ['string'], call: ([argument]) => call(argument as string) })
    switch (name) {
      case 'Get':
        return one((path) => textOf(this.bytes(path)))
      case 'GetBytes':
        return one((path) => this.bytes(path))
      case 'Glob':
        return one((pattern) => new Files([...this.files.values()].filter((file) => isBroken(pattern) || matchesGlob(pattern, file.name, '/'))))
      case 'Lines':
        return one((path) => {
          const file = this.files.get(path as string)
          if (file === undefined) return typed([], '[]string')
          const text = textOf(file.data)
          if (text === '') throw new FunctionError('runtime error: index out of range [-1]')
          return typed(text.replace(/\n$/, '').split('\n'), '[]string')
        })
      case 'AsConfig':
        return { min: 0, max: 0, call: () => this.texts((data) => textOf(data)) }
      case 'AsSecrets':
        return { min: 0, max: 0, call: () => this.texts(base64) }
      default:
        return undefined
    }
  }

  override missing(): GoValue {
    return new Uint8Array(0)
  }

  override plain(): GoValue {
    return Object.fromEntries([...this.files].map(([name, { data }]) => [name, data]))
  }

  override text(): string {
    return `map[${[...this.files.keys()]
      .sort()
      .map((name) => `${name}:[${[...this.bytes(name)].join(' ')}]`)
      .join(' ')}]`
  }
}

/** Helm takes every file where a pattern cannot be read. */
function isBroken(pattern: string): boolean {
  const plain = pattern.replace(/\\./g, '')
  return /\[[^\]]*$/.test(plain) || plain.split('{').length !== plain.split('}').length
}
