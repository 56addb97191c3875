import { useState } from 'react'
import { api, unwrap } from '@/api/client'
import type { components } from '@/api/__generated__/schema'
import { listAddress } from '@/api/lists'
import { formatChange, formatNumber } from '@/format'
import type { WeekChoice } from '@/paths'
import { Disclosure, Select } from '@/ui'
import { PagedList } from '../predictions/PagedList'
import { VERDICT_WORDS, rangeWords } from '../predictions/words'
import { classColumn, studentColumn } from './columns'

type Schemas = components['schemas']
type Verdict = Schemas['VerdictEnum']

const VERDICTS: readonly { value: Verdict | ''; label: string }[] = [
  { value: '', label: 'Everybody' },
  { value: 'under', label: VERDICT_WORDS.under },
  { value: 'as expected', label: VERDICT_WORDS['as expected'] },
  { value: 'over', label: VERDICT_WORDS.over },
]

/** What came of the last exam beside what was predicted. */
export function After({ choice: { class_id, semester }, choice }: { choice: WeekChoice }) {
  const [verdict, setVerdict] = useState<Verdict | ''>('')
  const query = { class_id, semester, verdict: verdict === '' ? undefined : verdict }
  return (
    <>
      <div className="no-print flex pb-3">
        <Select label="Who" labelHidden value={verdict} choices={VERDICTS} onChange={setVerdict} />
      </div>
      <PagedList<Schemas['PostExam'], Schemas['PageOfPostExam']>
        key={JSON.stringify(query)}
        queryKey={['post-exam', query]}
        get={(page, page_size) => unwrap(api.GET('/api/post-exam/', { params: { query: { ...query, page, page_size } } }))}
        caption="What was predicted and what came"
        noun="students"
        csv={{ address: listAddress('/api/post-exam/', query), name: 'post-exam.csv' }}
        above={(found) => <Rounds exams={found.exams} errors={found.model_errors} />}
        rowKey={(row) => `${row.student_id}-${row.exam_type}-${row.week_status.academic_year}-${row.week_status.semester}`}
        columns={[
          studentColumn(choice),
          classColumn(),
          { key: 'exam', header: 'Exam', wideOnly: true, cell: (row) => (row.exam_type === 'midterm' ? 'Midterm' : 'Endterm') },
          { key: 'predicted', header: 'Predicted', cell: (row) => (row.predicted === null ? 'not predicted' : rangeWords(row.predicted, row.low, row.high)) },
          { key: 'actual', header: 'Came', align: 'right', cell: (row) => (row.actual === null ? '' : formatNumber(row.actual)) },
          { key: 'residual', header: 'Difference', align: 'right', cell: (row) => (row.residual === null ? '' : formatChange(row.residual)) },
          { key: 'failed', header: 'Failed', align: 'right', cell: (row) => failedWords(row) },
          { key: 'reason', header: 'In words', cell: (row) => row.reason },
        ]}
      />
    </>
  )
}

function failedWords(row: Schemas['PostExam']): string {
  if (row.left_college) return 'left'
  if (row.failed === null) return ''
  return row.failed ? formatNumber(row.failed_subjects ?? 1) : 'none'
}

function Rounds({ exams, errors }: { exams: readonly Schemas['Round'][]; errors: readonly Schemas['ModelError'][] }) {
  return (
    <div className="space-y-1 pb-3 text-sm empty:hidden">
      {exams.map((exam) => (
        <p key={`${exam.exam_type}-${exam.academic_year}-${exam.semester}`} className="prose-width">
          {exam.sentence}
        </p>
      ))}
      {errors.length > 0 && (
        <Disclosure title="How well the models did" note={formatNumber(errors.length)}>
          <ul className="prose-width space-y-1 pb-2 text-sm">
            {errors.map((error) => (
              <li key={`${error.model_version}-${error.exam_type}-${error.academic_year}-${error.term}`}>
                {error.sentence} <span className="text-ink-2">({error.model_version})</span>
              </li>
            ))}
          </ul>
        </Disclosure>
      )}
    </div>
  )
}
