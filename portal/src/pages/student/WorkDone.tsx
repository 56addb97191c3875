import { useQuery } from '@tanstack/react-query'
import { api, unwrap } from '@/api/client'
import { WorkStrip, type WeekMark } from '@/charts'
import { saveCsv } from '@/csv'
import { formatNumber } from '@/format'
import { CsvButton, Disclosure, LoadingBlock, Section, Table } from '@/ui'
import { Answer } from '../Answer'
import { STATE_WORDS, isDone, workByWeek, workSentence, type Piece } from './work'

interface Props {
  id: string
  weeks: readonly number[]
  exams: readonly WeekMark[]
  file: string
}

export function WorkDone({ id, weeks, exams, file }: Props) {
  const work = useQuery({
    queryKey: ['students', id, 'work'],
    queryFn: () => unwrap(api.GET('/api/students/{student_id}/work/', { params: { path: { student_id: id } } })),
  })
  return (
    <Section title="Work due and missed">
      <Answer of={work} waiting={<LoadingBlock />}>
        {({ work: pieces }) =>
          pieces.length === 0 ? (
            <p className="text-sm text-ink-2">No assignment or quiz of this semester is known of the student.</p>
          ) : (
            <>
              <p className="pb-2 text-sm">{workSentence(pieces)}</p>
              <WorkStrip
                title="By week"
                weeks={weeks}
                exams={exams}
                rows={[
                  { name: 'Assignments', done: 'handed in', work: workByWeek(pieces, 'assignment') },
                  { name: 'Quizzes', done: 'taken', work: workByWeek(pieces, 'quiz') },
                ]}
              />
              <div className="pt-3">
                <Disclosure title="Every piece" note={formatNumber(pieces.length)} level={3}>
                  <Pieces pieces={pieces} file={file} />
                </Disclosure>
              </div>
            </>
          )
        }
      </Answer>
    </Section>
  )
}

function Pieces({ pieces, file }: { pieces: readonly Piece[]; file: string }) {
  return (
    <Table
      caption="Assignments and quizzes of the semester"
      compact
      maxHeight="medium"
      tools={<CsvButton what="every piece of work" onDownload={() => savePieces(pieces, file)} />}
      rows={pieces}
      rowKey={(piece) => `${piece.kind}-${piece.work_id}`}
      columns={[
        { key: 'week', header: 'Week', cell: (piece) => piece.due_week, sort: (piece) => piece.due_week },
        { key: 'title', header: 'Work', rowHeader: true, cell: (piece) => piece.title ?? piece.work_id, sort: (piece) => piece.title ?? piece.work_id },
        { key: 'kind', header: 'Kind', wideOnly: true, cell: (piece) => (piece.kind === 'quiz' ? 'Quiz' : 'Assignment'), sort: (piece) => piece.kind },
        { key: 'state', header: 'State', cell: (piece) => <State piece={piece} />, sort: (piece) => STATE_WORDS[piece.state] },
        { key: 'mark', header: 'Mark, %', align: 'right', cell: (piece) => percent(piece.mark_pct), sort: (piece) => piece.mark_pct },
        { key: 'plagiarism', header: 'Plagiarism, %', align: 'right', wideOnly: true, cell: (piece) => percent(piece.plagiarism_pct), sort: (piece) => piece.plagiarism_pct },
      ]}
    />
  )
}

function State({ piece }: { piece: Piece }) {
  const tone = piece.state === 'missed' ? 'font-medium text-critical' : isDone(piece) ? '' : 'text-ink-2'
  return <span className={tone}>{STATE_WORDS[piece.state]}</span>
}

function percent(value: number | null): string {
  return value === null ? '' : formatNumber(value)
}

function savePieces(pieces: readonly Piece[], file: string): Promise<void> {
  const header = ['kind', 'work_id', 'subject_id', 'subject_name', 'title', 'due_week', 'max_marks', 'state', 'known_week', 'mark_pct', 'quality_pct', 'plagiarism_pct'] as const
  return saveCsv(`${file}-work.csv`, header, pieces.map((piece) => header.map((name) => piece[name])))
}
