// Members that a JSON text names twice: JSON.parse keeps the last one silently, the server warns of them.

const maxDepth = 1000

/** Paths such as `data.x` or `spec.ports[0].name`, in order. The text has to be JSON. */
export function duplicateMembers(text: string): string[] {
  const found: string[] = []
  let at = 0

  function skipSpace(): void {
    while (at < text.length && text.charCodeAt(at) <= 32) at++
  }

  function readString(): string {
    const start = at++
    while (at < text.length && text[at] !== '"') at += text[at] === '\\' ? 2 : 1
    at++
    return JSON.parse(text.slice(start, at)) as string
  }

  function readValue(path: string, depth: number): void {
    skipSpace()
    if (depth > maxDepth) {
      at = text.length
      return
    }
    if (text[at] === '{') readMembers(path, depth + 1)
    else if (text[at] === '[') readItems(path, depth + 1)
    else if (text[at] === '"') readString()
    else while (at < text.length && !',]}'.includes(text[at] ?? '')) at++
  }

  function readMembers(path: string, depth: number): void {
    const names = new Set<string>()
    at++
    for (;;) {
      skipSpace()
      if (text[at] === '}' || at >= text.length) break
      if (text[at] === ',') {
        at++
        continue
      }
      const name = readString()
      const inner = path === '' ? name : `${path}.${name}`
      if (names.has(name)) found.push(inner)
      names.add(name)
      skipSpace()
      at++
      readValue(inner, depth)
    }
    at++
  }

  function readItems(path: string, depth: number): void {
    at++
    for (let index = 0; ; index++) {
      skipSpace()
      if (text[at] === ']' || at >= text.length) break
      readValue(`${path}[${index}]`, depth)
      skipSpace()
      if (text[at] === ',') at++
    }
    at++
  }

  readValue('', 0)
  return found
}
