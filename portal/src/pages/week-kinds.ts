/** What kinds of week mean, in words. */
import type { components } from '@/api/__generated__/schema'

export type WeekKind = components['schemas']['WeekKindEnum']

/** The word of a week without teaching; null of one with it. */
export function weekKindWord(kind: WeekKind): string | null {
  return { teaching: null, grace: null, midterm: 'Midterm', endterm: 'Endterm', holiday: 'Holiday' }[kind]
}

/** What it means for what is on the page; null of an ordinary week. */
export function aboutWeek(week: number, kind: WeekKind): { title: string; text: string } | null {
  switch (kind) {
    case 'teaching':
      return null
    case 'grace':
      return {
        title: `Week ${week} is one of the first weeks`,
        text: 'There is little to go by yet, so nobody is shown above Watch unless attendance alone demands it. Take the list as a first hint.',
      }
    case 'midterm':
    case 'endterm':
      return {
        title: `Week ${week} is an exam week (${kind})`,
        text: 'Nothing was taught, so nobody is scored or flagged, and the week counts in no trend. What came of the exam is on the page Exams.',
      }
    case 'holiday':
      return {
        title: `Week ${week} is a holiday week`,
        text: 'Nothing was taught, so nobody is scored or flagged, and the week counts in no trend. The list comes back with the next teaching week.',
      }
  }
}
