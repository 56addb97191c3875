/** The series of the stacked charts, and what can be said of them in words. */
import { formatChange, formatNumber } from '@/format'

/** One value for each week of the axis; null where there is none: a gap stays a gap. */
export type Series = readonly (number | null)[]

export interface Panel {
  key: string
  /** "Effort" */
  name: string
  unit?: 'points' | 'percent'
  student: Series
  median: Series
  /** Quartiles of the class. */
  lower: Series
  upper: Series
  /** Drops in words, at the week in which they show. */
  notes?: readonly { week: number; text: string }[]
}

export interface WeekMark {
  week: number
  /** "Midterm", "Call" */
  label: string
}

/** Runs of indices without a gap. */
export function unbroken(series: Series): number[][] {
  const runs: number[][] = []
  series.forEach((value, index) => {
    if (value === null) return
    if (index > 0 && series[index - 1] !== null) runs.at(-1)?.push(index)
    else runs.push([index])
  })
  return runs
}

/** The same, apart: those that make a line, and the indices that stand alone between two gaps. */
export function runsOf(series: Series): { lines: number[][]; single: number[] } {
  const runs = unbroken(series)
  return {
    lines: runs.filter((run) => run.length > 1),
    single: runs.flatMap((run) => (run.length === 1 ? run : [])),
  }
}

export function lastOf(series: Series): number | null {
  return series.findLast((value) => value !== null) ?? null
}

export function formatValue(value: number | null, unit: Panel['unit']): string {
  if (value === null) return 'no data'
  return unit === 'percent' ? `${formatNumber(value)}%` : formatNumber(value)
}

/** "Effort is 37 in week 11; it was 61 in week 1. The class median is 58." */
export function panelSummary(panel: Panel, weeks: readonly number[], who: string): string {
  const last = panel.student.findLastIndex((value) => value !== null)
  const first = panel.student.findIndex((value) => value !== null)
  if (last < 0) return `${panel.name}: no data for ${who}.`
  const now = `${panel.name} of ${who} is ${formatValue(panel.student[last] ?? null, panel.unit)} in week ${weeks[last] ?? ''}`
  const then = first === last ? '' : `; it was ${formatValue(panel.student[first] ?? null, panel.unit)} in week ${weeks[first] ?? ''}`
  const median = panel.median[last] ?? null
  const beside = median === null ? '' : ` The class median is ${formatValue(median, panel.unit)}.`
  const notes = (panel.notes ?? []).map((note) => ` Week ${note.week}: ${note.text}.`).join('')
  return `${now}${then}.${beside}${notes}`
}

/** How far the student is from the class median, with its sign; null without either. */
export function fromMedian(panel: Panel, index: number): string | null {
  const [student, median] = [panel.student[index] ?? null, panel.median[index] ?? null]
  return student === null || median === null ? null : formatChange(student - median)
}
