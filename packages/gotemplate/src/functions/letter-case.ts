// Upper and lower case as Go's `unicode` has them.

/** Go changes the case of one character at a time: none becomes two, and none depends on its neighbours. */
function eachCharacter(text: string, change: (character: string) => string): string {
  // oxlint-disable-next-line no-control-regex -- plain texts have no such characters
  if (/^[\x00-\x7f]*$/.test(text)) return change(text)
  let result = ''
  for (const character of text) {
    const changed = change(character)
    result += Array.from(changed).length === 1 ? changed : character === '\u0130' ? 'i' : character
  }
  return result
}
export const eachUpper = (text: string): string => eachCharacter(text, (part) => part.toUpperCase())
export const eachLower = (text: string): string => eachCharacter(text, (part) => part.toLowerCase())
