// Broken JSON, in the words of Go's decoder.

/** What Go's decoder says of broken JSON, as far as it can be told. */
export function goJsonError(text: string, error: unknown): string {
  if (text.trim() === '' || (error instanceof SyntaxError && /end of JSON|Unterminated/i.test(error.message))) return 'unexpected end of JSON input'
  const position = error instanceof SyntaxError ? /position (\d+)/.exec(error.message)?.[1] : undefined
  const character = position === undefined ? text.trim().charAt(0) : text.charAt(Number(position))
  return `invalid character ${JSON.stringify(character).replace(/^"|"$/g, "'")} looking for beginning of value`
}
