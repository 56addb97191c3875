/** The figures of classes in a week, as the page shows them. */
import type { components } from '@/api/__generated__/schema'
import type { Panel } from '@/charts'
import { count, formatNumber } from '@/format'
import type { Level } from '@/ui'

type Schemas = components['schemas']
export type ClassWeek = Schemas['ClassPerformance']

/** A class's week; the last there is where no week is chosen. Undefined: nothing is published in it. */
export function weekOf(rows: readonly ClassWeek[], classId: string, week?: number): ClassWeek | undefined {
  return rows.findLast((row) => row.class_id === classId && (week === undefined || row.week_status.sem_week === week))
}

export interface LevelShare {
  level: Level
  students: number
}

/** Those on the roll by level; fine is everybody who is neither flagged nor in the list of those we cannot tell of. */
export function levelShares(row: ClassWeek): LevelShare[] {
  const { critical, high, watch } = row.levels
  const cannotTell = row.lists.cannot_tell
  return [
    { level: 'critical', students: critical },
    { level: 'high', students: high },
    { level: 'watch', students: watch },
    { level: 'cannot_tell', students: cannotTell },
    { level: 'fine', students: Math.max(0, row.on_roll - critical - high - watch - cannotTell) },
  ]
}

/** "3 new, 2 worse, 4 better, 1 not flagged any more, since week 10." */
export function movementSentence({ movement }: ClassWeek): string {
  if (movement.week_before === null) return 'There is no teaching week before to compare with.'
  const parts = [`${formatNumber(movement.new)} new`, `${formatNumber(movement.worse)} worse`, `${formatNumber(movement.better)} better`, `${formatNumber(movement.same)} as before`, `${formatNumber(movement.gone)} not flagged any more`]
  return `${parts.join(', ')}, since week ${movement.week_before}.`
}

/** "16 of 58 students are below the 75% rule; 3 of them cannot reach it any more." */
export function shortfallSentence({ attendance_shortfall: short, on_roll }: ClassWeek): string {
  if (short.below_rule + short.at_risk === 0) return `Nobody is short of the ${formatNumber(short.required_pct)}% rule.`
  const below = `${formatNumber(short.below_rule)} of ${count(on_roll, 'student')} attended less than ${formatNumber(short.required_pct)}% so far.`
  const risk = `${count(short.at_risk, 'student')} must attend most of what is left or cannot reach the rule`
  return `${below} ${risk}; ${formatNumber(short.out_of_reach)} cannot.`
}

const MEASURES = [
  { key: 'effort', name: 'Effort', unit: undefined },
  { key: 'performance', name: 'Performance', unit: undefined },
  { key: 'weekly_attendance', name: 'Attendance', unit: 'percent' },
] as const

/** The mean of the class as the line, its quartiles and median behind; or two classes, the second's median and quartiles behind the first's mean. */
export function classPanels(rows: readonly ClassWeek[], beside: readonly ClassWeek[] = rows): Panel[] {
  const weeks = rows.map((row) => row.week_status.sem_week)
  const other = new Map(beside.map((row) => [row.week_status.sem_week, row]))
  return MEASURES.map(({ key, name, unit }) => ({
    key,
    name,
    unit,
    student: rows.map((row) => row[key].mean),
    median: weeks.map((week) => other.get(week)?.[key].median ?? null),
    lower: weeks.map((week) => other.get(week)?.[key].lower_quartile ?? null),
    upper: weeks.map((week) => other.get(week)?.[key].upper_quartile ?? null),
  }))
}

export interface Compared {
  key: string
  name: string
  one: string
  other: string
}

/** Figures of two classes in the same week, side by side. */
export function compared(one: ClassWeek, other: ClassWeek): Compared[] {
  const row = (key: string, name: string, value: (from: ClassWeek) => number | null, sign = '') => {
    const said = (from: ClassWeek) => {
      const found = value(from)
      return found === null ? 'not known' : `${formatNumber(found, 1)}${sign}`
    }
    return { key, name, one: said(one), other: said(other) }
  }
  return [
    row('roll', 'Students on the roll', (from) => from.on_roll),
    row('effort', 'Effort, median', (from) => from.effort.median),
    row('performance', 'Performance, median', (from) => from.performance.median),
    row('week', 'Attendance of the week, median', (from) => from.weekly_attendance.median, '%'),
    row('semester', 'Attendance of the semester, median', (from) => from.overall_attendance.median, '%'),
    row('risk', 'Risk score, mean', (from) => from.risk_score.mean),
    row('critical', 'Critical', (from) => from.levels.critical),
    row('high', 'High', (from) => from.levels.high),
    row('watch', 'Watch', (from) => from.levels.watch),
    row('cannot', 'Cannot tell', (from) => from.lists.cannot_tell),
    row('below', 'Below the attendance rule', (from) => from.attendance_shortfall.below_rule),
    row('reach', 'Cannot reach the rule', (from) => from.attendance_shortfall.out_of_reach),
  ]
}
