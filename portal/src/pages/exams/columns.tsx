/** Columns that the lists of the exams page share. */
import type { components } from '@/api/__generated__/schema'
import { paths, type WeekChoice } from '@/paths'
import { LevelMark, Link, type Column } from '@/ui'
import { levelOfStudent } from '../flag-words'

type Schemas = components['schemas']

interface About {
  student_id: string
  name: string | null
  class_id: string
}

export function studentColumn<Row extends About>(choice: WeekChoice): Column<Row> {
  return {
    key: 'student',
    header: 'Student',
    rowHeader: true,
    cell: (row) => (
      <Link kind="strong" to={paths.student(row.student_id, choice)}>
        {row.name ?? row.student_id}
      </Link>
    ),
  }
}

export function classColumn<Row extends About>(): Column<Row> {
  return { key: 'class', header: 'Class', wideOnly: true, cell: (row) => row.class_id }
}

/** What the rules said of the student in the week of the prediction. */
export function triageColumn<Row extends { triage: Schemas['Triage'] | null }>(): Column<Row> {
  return {
    key: 'triage',
    header: 'By the rules',
    cell: (row) => (row.triage === null ? <span className="text-ink-2">Not flagged</span> : <LevelMark level={levelOfStudent(row.triage)} />),
  }
}

/** Why: the strongest driver, or why there is no number. */
export function driverColumn<Row extends { drivers: readonly Schemas['Driver'][]; note: string }>(): Column<Row> {
  return { key: 'driver', header: 'Most of all because', wideOnly: true, cell: (row) => row.drivers[0]?.sentence ?? row.note }
}
