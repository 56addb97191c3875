/** A student's weeks as the charts take them. */
import type { components } from '@/api/__generated__/schema'
import type { Panel, WeekMark } from '@/charts'
import { formatDay, formatNumber } from '@/format'
import { KIND_WORDS } from '../contact/kinds'
import { weekKindWord } from '../week-kinds'

type Schemas = components['schemas']
export type Week = Schemas['StudentWeek']
type Flag = Schemas['FlagOfWeek']
type Contact = Schemas['InterventionOfStudent']
type Band = keyof Week['class_bands']

const PANELS: readonly { key: string; name: string; unit?: 'percent'; value: keyof Week & ('effort_score' | 'academic_performance' | 'weekly_att_pct'); band: Band; drop: string }[] = [
  { key: 'effort', name: 'Effort', value: 'effort_score', band: 'effort', drop: 'effort_drop' },
  { key: 'performance', name: 'Performance', value: 'academic_performance', band: 'performance', drop: 'performance_drop' },
  { key: 'attendance', name: 'Attendance', unit: 'percent', value: 'weekly_att_pct', band: 'weekly_attendance', drop: 'attendance_drop' },
]

/** Every week from the first to the last there is: a week without a row is a gap, not a step left out. */
export function axisOf(weeks: readonly Week[]): number[] {
  const numbers = weeks.map((week) => week.week_status.sem_week)
  const [first, last] = [Math.min(...numbers), Math.max(...numbers)]
  return numbers.length === 0 ? [] : Array.from({ length: last - first + 1 }, (_, index) => first + index)
}

export function panelsOf(weeks: readonly Week[], flags: readonly Flag[]): Panel[] {
  const byWeek = new Map(weeks.map((week) => [week.week_status.sem_week, week]))
  const axis = axisOf(weeks)
  const series = (value: (week: Week) => number | null) =>
    axis.map((number) => {
      const week = byWeek.get(number)
      return week === undefined ? null : value(week)
    })
  return PANELS.map(({ key, name, unit, value, band, drop }) => ({
    key,
    name,
    unit,
    student: series((week) => week[value]),
    median: series((week) => week.class_bands[band].median),
    lower: series((week) => week.class_bands[band].lower_quartile),
    upper: series((week) => week.class_bands[band].upper_quartile),
    notes: dropsOf(flags, drop, unit === 'percent' ? '%' : ''),
  }))
}

/** A drop is said once, in the week in which it shows first; it stays a reason for some weeks after. */
function dropsOf(flags: readonly Flag[], code: string, sign: string): { week: number; text: string }[] {
  let said = -2
  return flags.flatMap((flag) => {
    const reason = flag.reasons.find((one) => one.code === code)
    if (reason === undefined || reason.value === null || reason.baseline === null) return []
    const again = flag.sem_week - said <= 2
    said = flag.sem_week
    if (again) return []
    return [{ week: flag.sem_week, text: `fell from ${formatNumber(reason.baseline)}${sign} to ${formatNumber(reason.value)}${sign}` }]
  })
}

export function examsOf(weeks: readonly Week[]): WeekMark[] {
  return weeks.flatMap((week) => {
    const label = weekKindWord(week.kind)
    return label === null ? [] : [{ week: week.week_status.sem_week, label }]
  })
}

/** Contacts of the semester that the chart shows. */
export function contactMarks(contacts: readonly Contact[], weeks: readonly Week[]): WeekMark[] {
  const shown = weeks.at(-1)?.week_status
  return contacts
    .filter((contact) => contact.academic_year === shown?.academic_year && contact.semester === shown.semester)
    .map((contact) => ({ week: contact.sem_week, label: kindWord(contact.kind) }))
}

export function kindWord(kind: string): string {
  return Object.entries(KIND_WORDS).find(([known]) => known === kind)?.[1] ?? kind
}

/** Words of a contact: "Call, Nov 9". */
export function contactTitle(contact: Contact): string {
  return `${kindWord(contact.kind)}, ${formatDay(contact.logged_at)}`
}
