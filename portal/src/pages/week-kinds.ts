/** What kinds of week mean, in words. */
import type { components } from '@/api/__generated__/schema'

export type WeekKind = components['schemas']['WeekKindEnum']

/** The word of a week without teaching; null of one with it. */
export function weekKindWord(kind: WeekKind): string | null {
  return { teaching: null, grace: null, midterm: 'Midterm', endterm: 'Endterm', holiday: 'Holiday' }[kind]
}

/** What it means for what is on the page; null of an ordinary week. */
export function weekKindMeaning(kind: WeekKind, week: number): string | null {
  switch (kind) {
    case 'teaching':
      return null
    case 'grace':
      return `Week ${week} is one of the first weeks of the semester: there is too little to go by yet, so nobody is flagged above watch unless attendance alone demands it.`
    case 'holiday':
      return `Week ${week} is a holiday: nothing was taught, so nobody is scored or flagged, and the week counts in no trend.`
    default:
      return `Week ${week} is an exam week (${kind}): nothing was taught, so nobody is scored or flagged, and the week counts in no trend.`
  }
}
