// Numbers and texts as Go writes them. Follows strconv.FormatFloat and goyaml `resolve.go`.

/** Words that readers take for something else than text: those of YAML 1.1 first. */
const words: ReadonlySet<string> = new Set([
  '',
  ...'y Y yes Yes YES on On ON n N no No NO off Off OFF ~ null Null NULL true True TRUE false False FALSE'.split(' '),
  ...'.nan .NaN .NAN .inf .Inf .INF +.inf +.Inf +.INF -.inf -.Inf -.INF'.split(' '),
])
const integer = /^[-+]?(?:0[xX][0-9a-fA-F]+|0[bB][01]+|0[oO]?[0-7]+|0|[1-9]\d*)$/
const float = /^[-+]?(?:\.\d+|\d+(?:\.\d*)?)(?:[eE][-+]?\d+)?$/
const base60 = /^[-+]?\d[\d_]*(?::[0-5]?\d)+(?:\.[\d_]*)?$/
const time = /^(\d{4})-(\d{1,2})-(\d{1,2})(?:(?:[Tt](\d{1,2}):(\d{1,2}):(\d{1,2})(?:\.\d+)?(?:Z|[-+]\d{2}:\d{2})| (\d{1,2}):(\d{1,2}):(\d{1,2})(?:\.\d+)?))?$/

/** Whether a reader would take the plain text for a text; otherwise it needs quotes. */
export function resolvesToText(text: string): boolean {
  if (words.has(text)) return false
  const first = text.charCodeAt(0)
  if (first === 46) return !isFinite(text)
  const isNumeric = (first >= 48 && first <= 57) || first === 43 || first === 45
  if (!isNumeric) return true
  if (base60.test(text) || isTime(text)) return false
  const plain = text.replaceAll('_', '')
  if (integer.test(plain) && (fitsInteger(plain) || !float.test(plain))) return !fitsInteger(plain)
  return !isFinite(plain)
}

function isFinite(text: string): boolean {
  return float.test(text) && Number.isFinite(Number(text))
}

function fitsInteger(text: string): boolean {
  const isNegative = text.startsWith('-')
  const digits = text.replace(/^[-+]/, '')
  const value = BigInt(/^0[0-7]+$/.test(digits) ? `0o${digits.slice(1)}` : digits.toLowerCase())
  return isNegative ? value <= 2n ** 63n : value < (text.startsWith('+') ? 2n ** 63n : 2n ** 64n)
}

function isTime(text: string): boolean {
  const match = time.exec(text)
  if (match === null) return false
  const [year = 0, month = 0, day = 0, ...clock] = match.slice(1).map((part: string | undefined) => Number(part ?? 0))
  const [hour = 0, minute = 0, second = 0, otherHour = 0, otherMinute = 0, otherSecond = 0] = clock
  const date = new Date(Date.UTC(year, month - 1, day))
  const isDate = date.getUTCMonth() === month - 1 && date.getUTCDate() === day
  return isDate && Math.max(hour, otherHour) < 24 && Math.max(minute, otherMinute, second, otherSecond) < 60
}

/** A double that went through JSON: whole numbers plain, others in the shortest form. */
export function goFloatText(value: number): string {
  if (Number.isInteger(value) && value > -(2 ** 63) && value < 2 ** 64) return Object.is(value, -0) ? '0' : String(value)
  return goShortestFloat(value)
}

/** The shortest form that reads back as the same double, with an exponent below 1e-4 and from 1e+06 on. */
export function goShortestFloat(value: number): string {
  if (!Number.isFinite(value)) return Number.isNaN(value) ? '.nan' : value > 0 ? '.inf' : '-.inf'
  const [mantissa = '', exponentText = '0'] = value.toExponential().split('e')
  const exponent = Number(exponentText)
  if (exponent >= -4 && exponent < 6) return String(value)
  return `${mantissa}e${exponent < 0 ? '-' : '+'}${String(Math.abs(exponent)).padStart(2, '0')}`
}
