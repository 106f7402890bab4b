// Where in an expression something is wrong, as cel-go shows it.

/** A fault at a place of a text, in the layout of cel-go. */
export function locatedFault(source: string, position: number, message: string): string {
  const before = source.slice(0, position)
  const line = before.split('\n').length
  const column = position - (before.lastIndexOf('\n') + 1)
  const shown = source.split('\n')[line - 1] ?? ''
  // What takes more than a byte takes a wide mark.
  const isWide = (character: string | undefined): boolean => character !== undefined && (character.codePointAt(0) ?? 0) > 127
  const dots = shown.slice(0, column).replaceAll(/./gsu, (character) => (isWide(character) ? '．' : '.'))
  return `ERROR: <input>:${line}:${column + 1}: ${message}\n | ${shown}\n | ${dots}${isWide(shown.slice(column)[0]) ? '＾' : '^'}`
}
