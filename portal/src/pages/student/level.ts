/** A flag's level as the page shows it, and the codes of reasons in words. */
import type { components } from '@/api/__generated__/schema'
import { count } from '@/format'
import type { Level } from '@/ui'

type Schemas = components['schemas']
interface Flagged {
  level: Schemas['LevelEnum'] | null
  list: Schemas['ListEnum'] | null
}

/** Null is not flagged at all: nothing asks for a conversation. */
export function levelOf(flag: Flagged | null): Level {
  return flag === null ? 'fine' : (flag.level ?? (flag.list === 'cannot_tell' ? 'cannot_tell' : 'fine'))
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

/** "flagged for 3 weeks", "new this week"; empty of who is not flagged. */
export function flaggedFor(weeks: number): string {
  if (weeks === 0) return ''
  return weeks === 1 ? 'new this week' : `flagged ${count(weeks, 'week')} in a row`
}
