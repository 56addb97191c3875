import { Table } from '@/ui'
import { count } from '@/format'
import { ChartFrame } from './ChartFrame'
import type { WeekMark } from './weeks'

export interface WeekOfWork {
  week: number
  due: number
  done: number
}

interface Props {
  title: string
  weeks: readonly number[]
  exams?: readonly WeekMark[]
  /** "Assignments" and "Quizzes"; a week without an entry had none due. */
  rows: readonly { name: string; done: string; work: readonly WeekOfWork[] }[]
}

/** A strip of weeks for each kind of work: what was due, what was handed in, what is missing. */
export function WorkStrip({ title, weeks, exams = [], rows }: Props) {
  const labels = new Map(exams.map((exam) => [exam.week, exam.label]))
  return (
    <ChartFrame title={title} summary={rows.map(rowSummary).join(' ')} table={<WorkTable title={title} rows={rows} />}>
      {/* tabIndex: a box that scrolls must be reachable by keyboard. */}
      <div className="overflow-x-auto" role="region" aria-label={title} tabIndex={0}>
        <div aria-hidden className="tabular w-max min-w-full">
          {rows.map((row) => (
            <div key={row.name} className="flex items-center gap-1 pb-1">
              <span className="sticky left-0 w-24 shrink-0 bg-page text-sm">{row.name}</span>
              {weeks.map((week) => (
                <Cell key={week} work={row.work.find((entry) => entry.week === week)} exam={labels.get(week)} />
              ))}
            </div>
          ))}
          <div className="flex gap-1">
            <span className="sticky left-0 w-24 shrink-0 bg-page text-xs text-ink-3">week</span>
            {weeks.map((week) => (
              <span key={week} className="w-8 shrink-0 text-center text-xs text-ink-3">
                {week}
              </span>
            ))}
          </div>
          <p className="flex flex-wrap gap-x-4 pt-2 text-xs text-ink-2">
            <span>✓ all done</span>
            <span>1/2 some done</span>
            <span>✕ none done</span>
            <span>empty: none due</span>
          </p>
        </div>
      </div>
    </ChartFrame>
  )
}

const CELL = 'flex h-7 w-8 shrink-0 items-center justify-center rounded-sm text-xs font-medium'

function Cell({ work, exam }: { work: WeekOfWork | undefined; exam: string | undefined }) {
  if (exam !== undefined) return <span title={exam} className={`${CELL} text-ink-3`}>exam</span>
  if (work === undefined || work.due === 0) return <span className={`${CELL} border border-line/70`} />
  if (work.done >= work.due) return <span className={`${CELL} bg-sunken text-ink-2`}>✓</span>
  if (work.done === 0) return <span className={`${CELL} border border-critical bg-critical-soft text-critical`}>✕</span>
  return (
    <span className={`${CELL} border border-watch bg-watch-soft text-watch`}>
      {work.done}/{work.due}
    </span>
  )
}

function rowSummary(row: Props['rows'][number]): string {
  const due = row.work.reduce((sum, entry) => sum + entry.due, 0)
  const done = row.work.reduce((sum, entry) => sum + Math.min(entry.done, entry.due), 0)
  const missed = row.work.filter((entry) => entry.done < entry.due).map((entry) => entry.week)
  const where = missed.length === 0 ? '' : `; missing in ${missed.length === 1 ? 'week' : 'weeks'} ${missed.join(', ')}`
  return `${row.name}: ${count(done, row.done, row.done)} of ${due}${where}.`
}

function WorkTable({ title, rows }: Pick<Props, 'title' | 'rows'>) {
  return (
    <Table
      caption={title}
      captionHidden
      compact
      rows={rows.flatMap((row) => row.work.map((entry) => ({ ...entry, name: row.name })))}
      rowKey={(entry) => `${entry.name}-${entry.week}`}
      columns={[
        { key: 'week', header: 'Week', cell: (entry) => entry.week, sort: (entry) => entry.week },
        { key: 'name', header: 'Work', cell: (entry) => entry.name, sort: (entry) => entry.name },
        { key: 'due', header: 'Due', align: 'right', cell: (entry) => entry.due },
        { key: 'done', header: 'Done', align: 'right', cell: (entry) => entry.done },
        { key: 'missing', header: 'Missing', align: 'right', cell: (entry) => Math.max(0, entry.due - entry.done), sort: (entry) => entry.due - entry.done },
      ]}
    />
  )
}
