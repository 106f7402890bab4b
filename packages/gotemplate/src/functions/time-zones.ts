// Zones of the host, and what Go calls them at a point in time.

/** What holds in a zone at a point in time. */
export interface ZoneRule {
  /** Seconds east of Greenwich. */
  readonly offset: number
  /** Empty where the zone has none. */
  readonly name: string
}

/** A place or a fixed offset. */
export interface TimeZone {
  /** @param seconds since the epoch */
  at(seconds: number): ZoneRule
}

export const utc: TimeZone = { at: () => ({ offset: 0, name: 'UTC' }) }

export function fixedZone(name: string, offset: number): TimeZone {
  return { at: () => ({ offset, name }) }
}

// Each locale knows the short names that are common where it is spoken.
const locales = ['en-US', 'en-GB', 'en-AU', 'en-NZ', 'en-IN', 'en-ZA']

/**
 * Names of the zone database where no locale has them, or has others. The second is that of summer; without any the offset is shown.
 * Hosts know the same zones under old and new names.
 */
const otherNames: Readonly<Record<string, readonly [string?, string?]>> = {
  ...named(['CET'], 'Africa/Algiers'),
  ...named(['EET', 'EEST'], 'Africa/Cairo'),
  ...named(['WAT'], 'Africa/Lagos'),
  ...named(['EAT'], 'Africa/Nairobi'),
  ...named(['HST', 'HDT'], 'America/Adak'),
  ...named(['CST', 'CDT'], 'America/Havana'),
  ...named(['MST'], 'America/Dawson America/Hermosillo America/Mazatlan America/Whitehorse'),
  ...named(['NST', 'NDT'], 'America/St_Johns'),
  ...named([], 'Antarctica/Casey Antarctica/Troll Asia/Colombo Asia/Dubai Asia/Muscat Australia/Eucla Australia/Lord_Howe Pacific/Chatham'),
  ...named(['HKT'], 'Asia/Hong_Kong'),
  ...named(['IST', 'IDT'], 'Asia/Jerusalem'),
  ...named(['KST'], 'Asia/Pyongyang Asia/Seoul'),
  ...named(['CST'], 'Asia/Macau Asia/Shanghai Asia/Taipei'),
  ...named(['JST'], 'Asia/Tokyo'),
  ...named(['PKT'], 'Asia/Karachi'),
  ...named(['PST'], 'Asia/Manila'),
  ...named(['WIB'], 'Asia/Jakarta Asia/Pontianak'),
  ...named(['WIT'], 'Asia/Jayapura'),
  ...named(['WITA'], 'Asia/Makassar'),
  ...named(['GMT', 'BST'], 'Europe/Guernsey Europe/Isle_of_Man Europe/Jersey'),
  ...named(['GMT', 'IST'], 'Europe/Dublin'),
  ...named(['MSK'], 'Europe/Kirov Europe/Moscow Europe/Simferopol Europe/Volgograd'),
  ...named(['GMT'], 'GMT'),
  ...named(['ChST'], 'Pacific/Guam Pacific/Saipan'),
  ...named(['SST'], 'Pacific/Midway Pacific/Pago_Pago'),
}

function named(names: readonly [string?, string?], zones: string): Readonly<Record<string, readonly [string?, string?]>> {
  return Object.fromEntries(zones.split(' ').map((zone) => [zone, names]))
}

const formatters = new Map<string, Intl.DateTimeFormat>()

function formatter(zone: string, locale: string): Intl.DateTimeFormat {
  const key = `${locale} ${zone}`
  const known = formatters.get(key)
  if (known !== undefined) return known
  const made = new Intl.DateTimeFormat(locale, {
    timeZone: zone,
    calendar: 'gregory',
    numberingSystem: 'latn',
    hourCycle: 'h23',
    year: 'numeric',
    month: 'numeric',
    day: 'numeric',
    hour: 'numeric',
    minute: 'numeric',
    second: 'numeric',
    timeZoneName: 'short',
    era: 'short',
  })
  formatters.set(key, made)
  return made
}

const partsOf = (zone: string, locale: string, milliseconds: number): Record<string, string> =>
  Object.fromEntries(
    formatter(zone, locale)
      .formatToParts(milliseconds)
      .map(({ type, value }) => [type, value]),
  )

function shortName(zone: string, milliseconds: number, offset: number): string {
  const other = Object.hasOwn(otherNames, zone) ? otherNames[zone] : undefined
  if (other !== undefined) {
    const winter = Math.min(offsetOf(zone, Date.UTC(2024, 0, 1)), offsetOf(zone, Date.UTC(2024, 6, 1)))
    return (offset > winter ? (other[1] ?? other[0]) : other[0]) ?? offsetName(offset)
  }
  for (const locale of locales) {
    const name = partsOf(zone, locale, milliseconds)['timeZoneName'] ?? ''
    if (/^[A-Z]{3,5}$/.test(name) && (name !== 'GMT' || offset === 0)) return name
  }
  return offsetName(offset)
}

function offsetName(offset: number): string {
  const size = Math.abs(offset)
  const two = (value: number): string => String(Math.floor(value)).padStart(2, '0')
  return `${offset < 0 ? '-' : '+'}${two(size / 3600)}${size % 3600 === 0 ? '' : two((size % 3600) / 60)}`
}

function offsetOf(zone: string, milliseconds: number): number {
  const parts = partsOf(zone, 'en-US', milliseconds)
  const year = Number(parts['year'])
  const date = new Date(0)
  date.setUTCFullYear(parts['era'] === 'BC' ? 1 - year : year, Number(parts['month']) - 1, Number(parts['day']))
  date.setUTCHours(Number(parts['hour']), Number(parts['minute']), Number(parts['second']))
  return Math.round((date.getTime() - Math.floor(milliseconds / 1000) * 1000) / 1000)
}

/** The zone of a name, or undefined when the host knows none. */
export function zoneOf(name: string): TimeZone | undefined {
  if (name === '' || name === 'UTC') return utc
  try {
    formatter(name, 'en-US')
  } catch {
    return undefined
  }
  return {
    at(seconds) {
      const milliseconds = Math.max(-8.64e15, Math.min(8.64e15, seconds * 1000))
      const offset = offsetOf(name, milliseconds)
      return { offset, name: shortName(name, milliseconds, offset) }
    },
  }
}
