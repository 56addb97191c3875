/** The line under the title: week, students, how far the data goes, and what moved. */
import { useMe } from '@/api/me'
import { count } from '@/format'
import type { WeekChoice } from '@/paths'
import { Banner, Button } from '@/ui'
import type { components } from '@/api/__generated__/schema'
import { useClasses, useNotices, usePolicy } from './use-week'
import { aboutWeek } from '../week-kinds'
import { lastDayOf, movementOf, policyNumber } from './words'

type ClassWeek = components['schemas']['ClassPerformance']

interface Props {
  week: number
  classWeeks: readonly ClassWeek[]
  choice: WeekChoice
}

export function WeekSummary({ week, classWeeks, choice }: Props) {
  const weeks = policyNumber(usePolicy().data?.numbers ?? [], 'calendar.weeks')
  const classes = useClasses().data?.results ?? []
  const firstDay = classes.find((one) => one.first_day !== null && one.class_id === (choice.class_id ?? one.class_id))?.first_day
  const students = classWeeks.reduce((sum, one) => sum + one.on_roll, 0)
  return (
    <>
      Week {week}
      {weeks !== null && ` of ${weeks}`}
      {classWeeks.length > 0 && ` · ${count(students, 'student')}`}
      {firstDay != null && ` · data to ${lastDayOf(firstDay, week)}`}
    </>
  )
}

/** "3 new · 2 worse · 4 better", against the teaching week before. */
export function MovementLine({ classWeeks }: { classWeeks: readonly ClassWeek[] }) {
  const moved = movementOf(classWeeks)
  if (moved.weekBefore === null) return null
  const parts = [
    { number: moved.new, word: 'new' },
    { number: moved.worse, word: 'worse' },
    { number: moved.better, word: 'better' },
    { number: moved.gone, word: 'no longer listed' },
  ]
  return (
    <p className="tabular text-sm text-ink-2">
      <span className="sr-only">Since week {moved.weekBefore}: </span>
      {parts.map(({ number, word }, index) => (
        <span key={word}>
          {index > 0 && ' · '}
          <span className="font-medium text-ink">{number}</span> {word}
        </span>
      ))}
    </p>
  )
}

/** What is to be known before the list is read: the kind of week, an older week, and what holds for a whole class. */
export function WeekNotices({ week, published, classWeeks, choice, onPublished }: Props & {
  published: number
  onPublished: () => void
}) {
  const kind = classWeeks[0]?.kind
  const about = kind === undefined ? null : aboutWeek(week, kind)
  const notices = useNotices(choice).data?.results ?? []
  const several = (useMe().data?.class_count ?? 0) > 1
  return (
    <div className="flex flex-col gap-2 pb-4 empty:hidden">
      {week < published && (
        <Banner action={<Button size="small" onClick={onPublished}>Go to week {published}</Button>}>
          You are looking back at week {week}. The last week is week {published}.
        </Banner>
      )}
      {about !== null && <Banner title={about.title}>{about.text}</Banner>}
      {notices.map((notice) => (
        <Banner key={`${notice.class_id} ${notice.code}`} tone="warning">
          {several && `${notice.class_name ?? notice.class_id}: `}
          {notice.sentence}
        </Banner>
      ))}
    </div>
  )
}
