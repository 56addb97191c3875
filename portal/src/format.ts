/** Numbers and dates as the reader's locale writes them. */

const locale = navigator.languages
const made = new Map<string, Intl.NumberFormat>()

/** `digits` after the point at most, and always that many with `fixed` (columns of a table line up then). */
export function formatNumber(value: number, digits = 0, fixed = false): string {
  return numberFormat({ maximumFractionDigits: digits, minimumFractionDigits: fixed ? digits : 0 }).format(value)
}

/** A percentage 0-100 as the API gives it. */
export function formatPercent(value: number, digits = 0): string {
  return numberFormat({ style: 'percent', maximumFractionDigits: digits }).format(value / 100)
}

/** With a sign before it: a change. */
export function formatChange(value: number, digits = 0): string {
  return numberFormat({ signDisplay: 'exceptZero', maximumFractionDigits: digits }).format(value)
}

function numberFormat(options: Intl.NumberFormatOptions): Intl.NumberFormat {
  const key = JSON.stringify(options)
  const format = made.get(key) ?? new Intl.NumberFormat([...locale], options)
  made.set(key, format)
  return format
}

const DAY = new Intl.DateTimeFormat([...locale], { day: 'numeric', month: 'short' })
const DAY_AND_YEAR = new Intl.DateTimeFormat([...locale], { day: 'numeric', month: 'short', year: 'numeric' })
const WEEKDAY = new Intl.DateTimeFormat([...locale], { weekday: 'short', day: 'numeric', month: 'short' })
const MOMENT = new Intl.DateTimeFormat([...locale], { dateStyle: 'medium', timeStyle: 'short' })
const RELATIVE = new Intl.RelativeTimeFormat([...locale], { numeric: 'auto' })

/** A date as the API writes it (2026-11-14) or a moment (with time and zone). A bare date is a day, not midnight UTC. */
export function parseDate(value: string): Date {
  const bare = /^(\d{4})-(\d{2})-(\d{2})$/.exec(value)
  return bare === null ? new Date(value) : new Date(Number(bare[1]), Number(bare[2]) - 1, Number(bare[3]))
}

/** The year only where it is not this one's. */
export function formatDay(value: string, now = new Date()): string {
  const date = parseDate(value)
  return (date.getFullYear() === now.getFullYear() ? DAY : DAY_AND_YEAR).format(date)
}

export function formatWeekday(value: string): string {
  return WEEKDAY.format(parseDate(value))
}

export function formatMoment(value: string): string {
  return MOMENT.format(parseDate(value))
}

/** "today", "in 3 days", "2 weeks ago": whole days of the calendar. */
export function formatFromNow(value: string, now = new Date()): string {
  const days = Math.round((startOfDay(parseDate(value)) - startOfDay(now)) / 86_400_000)
  return Math.abs(days) < 14 ? RELATIVE.format(days, 'day') : RELATIVE.format(Math.round(days / 7), 'week')
}

function startOfDay(date: Date): number {
  return new Date(date.getFullYear(), date.getMonth(), date.getDate()).getTime()
}

/** "1 student", "2 students". */
export function count(number: number, one: string, many = `${one}s`): string {
  return `${formatNumber(number)} ${number === 1 ? one : many}`
}
