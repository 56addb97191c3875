/** What every page says of a flag: its level, its list, its signals, and for how long. */
import type { components } from '@/api/__generated__/schema'
import { count } from '@/format'
import type { Level } from '@/ui'

type Schemas = components['schemas']
interface Flagged {
  level: Schemas['LevelEnum'] | null
  list: Schemas['ListEnum'] | null
}

/** Null: no level is said of it, as in the integrity list. */
export function levelOf(flag: Flagged): Level | null {
  return flag.level ?? (flag.list === 'cannot_tell' ? 'cannot_tell' : null)
}

/** The mark of a student whether flagged or not: who is not flagged, or has no level, is fine. */
export function levelOfStudent(flag: Flagged | null): Level {
  return flag === null ? 'fine' : (levelOf(flag) ?? 'fine')
}

export const LIST_WORDS: Record<Schemas['ListEnum'], string> = {
  contact: 'Contact first',
  watching: 'Watching',
  in_progress: 'In progress',
  integrity: 'Integrity: a conversation of its own',
  cannot_tell: 'Cannot tell',
}

const SIGNAL_WORDS: Record<Schemas['ReasonCodeEnum'], string> = {
  override: 'Hardly attended this week',
  low_performance: 'Low marks',
  attendance_requirement: 'Attendance requirement',
  missed_assignments: 'Missed assignments',
  missed_quizzes: 'Missed quizzes',
  low_effort: 'Low effort',
  performance_drop: 'Fall in marks',
  effort_drop: 'Fall in effort',
  attendance_drop: 'Fall in attendance',
  persistence: 'Flagged in the weeks before',
  integrity: 'Plagiarism found',
}

export function signalWord(code: string): string {
  return Object.entries(SIGNAL_WORDS).find(([known]) => known === code)?.[1] ?? code.replaceAll('_', ' ')
}

/** "flagged 3 weeks in a row", "new this week"; empty of who is not flagged. */
export function flaggedFor(weeks: number): string {
  if (weeks === 0) return ''
  return weeks === 1 ? 'new this week' : `flagged ${count(weeks, 'week')} in a row`
}

/** The same for a narrow column: "new", "week 3 of this"; null of who is not flagged. */
export function howLong({ weeks_flagged: weeks }: Pick<Schemas['Flag'], 'weeks_flagged'>): string | null {
  if (weeks === 0) return null
  return weeks === 1 ? 'new' : `week ${weeks} of this`
}
