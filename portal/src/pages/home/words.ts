/** What the home page says of flags and weeks: from the API's numbers to a line of text. */
import type { components } from '@/api/__generated__/schema'
import { formatDay, formatNumber, formatWeekday, parseDate } from '@/format'

export type Flag = components['schemas']['Flag']
type ClassWeek = components['schemas']['ClassPerformance']
type OwnClass = components['schemas']['OwnClass']
type PolicyNumber = components['schemas']['PolicyNumber']

/** The strongest reasons, or where there is none what keeps us from telling. */
export function sentencesOf(flag: Pick<Flag, 'reasons' | 'missing' | 'list'>, most: number): string[] {
  const missing = flag.missing.map(({ sentence }) => sentence)
  const reasons = flag.reasons.map(({ sentence }) => sentence)
  const first = flag.list === 'cannot_tell' ? [...missing, ...reasons] : [...reasons, ...missing]
  return first.slice(0, most)
}

const BEFORE = { watch: 'Watch', high: 'High', critical: 'Critical' } as const

/** Against the teaching week before: "worse, was High". Null: nothing changed, or there was nothing before. */
export function change(movement: Flag['movement']): string | null {
  const { kind, level_before: before } = movement
  if (before === null || (kind !== 'up' && kind !== 'down')) return null
  return `${kind === 'up' ? 'worse' : 'better'}, was ${BEFORE[before]}`
}

/** What a trend line shows, for those who cannot see it. */
export function trendWords(weeks: readonly number[], values: readonly (number | null)[]): string {
  const known = values.flatMap((value, index) => (value === null ? [] : [{ value, week: weeks[index] }]))
  const [first, last] = [known[0], known.at(-1)]
  if (first === undefined || last === undefined) return 'Effort: no value in these weeks'
  if (known.length === 1) return `Effort ${formatNumber(last.value)} of 100 in week ${last.week}`
  const moved = last.value - first.value
  const verb = Math.abs(moved) < 5 ? 'stayed near' : moved < 0 ? 'fell' : 'rose'
  const numbers =
    verb === 'stayed near' ? formatNumber(last.value) : `from ${formatNumber(first.value)} to ${formatNumber(last.value)}`
  return `Effort ${verb} ${numbers}, weeks ${first.week} to ${last.week}`
}

export interface Movement {
  new: number
  worse: number
  better: number
  gone: number
  /** Null: there is no teaching week before, so nothing is to be said. */
  weekBefore: number | null
}

export function movementOf(classes: readonly Pick<ClassWeek, 'movement'>[]): Movement {
  const sum = { new: 0, worse: 0, better: 0, gone: 0, weekBefore: null as number | null }
  for (const { movement } of classes) {
    sum.new += movement.new
    sum.worse += movement.worse
    sum.better += movement.better
    sum.gone += movement.gone
    sum.weekBefore = movement.week_before ?? sum.weekBefore
  }
  return sum
}

/** The last published week of some classes; null where nothing is published. */
export function publishedWeek(classes: readonly OwnClass[], classId?: string): number | null {
  const weeks = classes.flatMap((one) =>
    one.sem_week !== null && (classId === undefined || one.class_id === classId) ? [one.sem_week] : [],
  )
  return weeks.length === 0 ? null : Math.max(...weeks)
}

/** The last day of a week of the semester, in words: "Sun 4 Oct". */
export function lastDayOf(firstDay: string, week: number): string {
  const day = parseDate(firstDay)
  day.setDate(day.getDate() + 7 * week - 1)
  const parts = [day.getFullYear(), day.getMonth() + 1, day.getDate()]
  return formatWeekday(parts.map((part) => String(part).padStart(2, '0')).join('-'))
}

/** A number of the policy by its key; null where it is not there or no number. */
export function policyNumber(numbers: readonly PolicyNumber[], key: string): number | null {
  const value = numbers.find((one) => one.key === key)?.value
  return typeof value === 'number' ? value : null
}

/** How many places the policy gives: a share of the students, of all for an advisor, else class by class. */
export function defaultPlaces(onRolls: readonly number[], share: number, together: boolean): number {
  // 0.2 * 15 is 3.0000000000000004 to a computer, and not 4 students.
  const places = (onRoll: number) => Math.ceil(share * onRoll - 1e-9)
  const total = onRolls.reduce((sum, onRoll) => sum + onRoll, 0)
  return together ? places(total) : onRolls.reduce((sum, onRoll) => sum + places(onRoll), 0)
}

/** "9 Nov, call": when it was, and how. */
export function lastContactWords(contact: NonNullable<Flag['last_contact']>, kinds: Record<string, string>): string {
  return `${formatDay(contact.logged_at)}, ${(kinds[contact.kind] ?? contact.kind).toLowerCase()}`
}
