// Cuts `metadata.managedFields` out of JSON before it is parsed: 40 % of the bytes of a list, and more of its heap.

const member = '"managedFields":['

/**
 * Replace the lists of managed fields by empty ones, except in objects that hold `keep`. Works on a list or on one watch event.
 * @param keep text that marks objects which are kept whole, such as the tracking annotation's name
 */
export function stripManagedFields(json: string, keep: string): string {
  let at = json.indexOf(member)
  if (at < 0) return json
  let out = ''
  let done = 0
  while (at >= 0) {
    const end = endOfArray(json, at + member.length - 1)
    const next = json.indexOf(member, end)
    // `metadata` is written in order of member names, so annotations stand before managedFields and belong to the same object.
    const isKept = json.lastIndexOf(keep, at) >= done || json.slice(Math.max(done, at - 1), end).includes(keep)
    if (!isKept) out += `${json.slice(done, at + member.length)}]`
    else out += json.slice(done, end)
    done = end
    at = next
  }
  return out + json.slice(done)
}

/** Position behind the bracket that closes the array; strings are skipped whole. */
function endOfArray(json: string, open: number): number {
  let depth = 0
  for (let at = open; at < json.length; at++) {
    const code = json.charCodeAt(at)
    if (code === 0x22) {
      at = json.indexOf('"', at + 1)
      while (at > 0 && isEscaped(json, at)) at = json.indexOf('"', at + 1)
      if (at < 0) return json.length
    } else if (code === 0x5b) depth++
    else if (code === 0x5d && --depth === 0) return at + 1
  }
  return json.length
}

function isEscaped(json: string, at: number): boolean {
  let slashes = 0
  while (json.charCodeAt(at - 1 - slashes) === 0x5c) slashes++
  return slashes % 2 === 1
}
