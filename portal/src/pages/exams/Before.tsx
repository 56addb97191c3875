import { useState } from 'react'
import { api, unwrap } from '@/api/client'
import type { components } from '@/api/__generated__/schema'
import { listAddress } from '@/api/lists'
import type { WeekChoice } from '@/paths'
import { Checkbox, Select } from '@/ui'
import { PagedList } from '../predictions/PagedList'
import { RISK_WORDS, chanceWords, modelsOf, rangeWords } from '../predictions/words'
import { classColumn, driverColumn, studentColumn, triageColumn } from './columns'

type Schemas = components['schemas']
export type Exam = 'midterm' | 'endterm' | 'subject'

const EXAMS: readonly { value: Exam; label: string }[] = [
  { value: 'midterm', label: 'Midterm' },
  { value: 'endterm', label: 'Endterm' },
  { value: 'subject', label: 'Endterm, by subject' },
]

interface Props {
  choice: WeekChoice
  exam: Exam
  onExam: (exam: Exam) => void
}

/** What is likely in the exams that come, and who is at risk. */
export function Before({ choice, exam, onExam }: Props) {
  const [onlyAtRisk, setOnlyAtRisk] = useState(false)
  const List = { midterm: Midterm, endterm: Endterm, subject: BySubject }[exam]
  return (
    <>
      <div className="no-print flex flex-wrap items-center gap-4 pb-3">
        <Select label="Exam" labelHidden value={exam} choices={EXAMS} onChange={onExam} />
        <Checkbox label="Only who is at risk" checked={onlyAtRisk} onChange={setOnlyAtRisk} />
      </div>
      <List key={`${exam}-${onlyAtRisk}-${JSON.stringify(choice)}`} choice={choice} onlyAtRisk={onlyAtRisk} />
    </>
  )
}

interface ListProps {
  choice: WeekChoice
  onlyAtRisk: boolean
}

function Midterm({ choice, onlyAtRisk }: ListProps) {
  const query = { ...choice, at_risk: onlyAtRisk ? ('true' as const) : undefined }
  return (
    <PagedList<Schemas['PreMidterm'], Schemas['PageOfPreMidterm']>
      queryKey={['pre-midterm', query]}
      get={(page, page_size) => unwrap(api.GET('/api/pre-midterm/', { params: { query: { ...query, page, page_size } } }))}
      caption="Midterm scores predicted"
      noun="students"
      csv={{ address: listAddress('/api/pre-midterm/', query), name: 'pre-midterm.csv' }}
      above={(found) => <Models rows={found.results} />}
      rowKey={(row) => `${row.student_id}-${row.week_status.sem_week}`}
      columns={[
        studentColumn(choice),
        classColumn(),
        { key: 'score', header: 'Score, likely', cell: (row) => rangeWords(row.predicted_midterm_score, row.low, row.high) },
        { key: 'risk', header: 'At risk', cell: (row) => (row.at_risk === null ? 'Cannot tell' : row.at_risk ? <b className="font-semibold">Yes</b> : 'No') },
        triageColumn(),
        driverColumn(),
      ]}
    />
  )
}

function Endterm({ choice, onlyAtRisk }: ListProps) {
  const query = { ...choice, label: onlyAtRisk ? ('HIGH' as const) : undefined }
  return (
    <PagedList<Schemas['PreEndterm'], Schemas['PageOfPreEndterm']>
      queryKey={['pre-endterm', query]}
      get={(page, page_size) => unwrap(api.GET('/api/pre-endterm/', { params: { query: { ...query, page, page_size } } }))}
      caption="Endterm scores predicted"
      noun="students"
      csv={{ address: listAddress('/api/pre-endterm/', query), name: 'pre-endterm.csv' }}
      above={(found) => <Models rows={found.results} />}
      rowKey={(row) => `${row.student_id}-${row.week_status.sem_week}`}
      columns={[
        studentColumn(choice),
        classColumn(),
        { key: 'score', header: 'Score, likely', cell: (row) => rangeWords(row.predicted_endterm_score, row.low, row.high) },
        { key: 'chance', header: 'Chance of failing one', align: 'right', cell: (row) => chanceWords(row.p_fail) },
        { key: 'label', header: 'Risk', cell: (row) => RISK_WORDS[row.risk_label ?? ''] ?? 'Cannot tell' },
        triageColumn(),
        driverColumn(),
      ]}
    />
  )
}

function BySubject({ choice, onlyAtRisk }: ListProps) {
  const query = { ...choice, label: onlyAtRisk ? ('HIGH' as const) : undefined }
  return (
    <PagedList<Schemas['RiskOfFailing'], Schemas['PageOfRiskOfFailing']>
      queryKey={['risk-of-failing', query]}
      get={(page, page_size) => unwrap(api.GET('/api/risk-of-failing/', { params: { query: { ...query, page, page_size } } }))}
      caption="Chance of failing the endterm of a subject"
      noun="rows"
      csv={{ address: listAddress('/api/risk-of-failing/', query), name: 'risk-of-failing.csv' }}
      above={(found) => <Models rows={found.results} ranges={false} />}
      rowKey={(row) => `${row.student_id}-${row.subject_id}-${row.week_status.sem_week}`}
      columns={[
        studentColumn(choice),
        classColumn(),
        { key: 'subject', header: 'Subject', cell: (row) => row.subject_name ?? row.subject_id },
        { key: 'chance', header: 'Chance', align: 'right', cell: (row) => chanceWords(row.p_fail) },
        { key: 'label', header: 'Risk', cell: (row) => RISK_WORDS[row.risk_label ?? ''] ?? 'Cannot tell' },
        triageColumn(),
        driverColumn(),
      ]}
    />
  )
}

function Models({ rows, ranges = true }: { ranges?: boolean; rows: readonly { model_version: string | null; week_status: Schemas['WeekStatus'] }[] }) {
  const [first] = rows
  if (first === undefined) return null
  const models = modelsOf(rows)
  return (
    <p className="prose-width pb-2 text-sm text-ink-2">
      Predicted in week {first.week_status.sem_week}, {models.length === 0 ? 'by a rule of thumb, for there is no trained model' : `by ${models.join(' and ')}`}.
      {ranges && ' A range holds the result 8 times of 10.'} Beside it stands what the rules said in that week.
    </p>
  )
}
