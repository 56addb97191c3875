import type { components } from '@/api/__generated__/schema'
import { PredictionRange } from '@/charts'
import { saveCsv } from '@/csv'
import { count, formatNumber, formatPercent } from '@/format'
import { CsvButton, Section, Table } from '@/ui'
import { ModelNote } from '../predictions/ModelNote'
import { RISK_WORDS } from '../predictions/words'
import { LIST_WORDS } from '../flag-words'

type Schemas = components['schemas']
type Predictions = Schemas['Predictions']
type Drivers = readonly Schemas['DriverOfStudent'][]

interface Props {
  predictions: Predictions
  flag: Schemas['Flag'] | null
  file: string
}

/** What is likely, by trained models, beside what the rules say today. */
export function Likely({ predictions, flag, file }: Props) {
  const { midterm, endterm, at_risk, risk_of_failing, watchlist, exams } = predictions
  const nothing = midterm === null && endterm === null && at_risk === null && watchlist === null && risk_of_failing.length === 0
  return (
    <>
      <Section title="What is likely">
        <p className="pb-3 text-sm text-ink-2">{byTheRules(flag)}</p>
        {nothing && (
          <p className="text-sm text-ink-2">
            No trained model yet, so nothing is predicted: what is above comes from rules alone. An admin has a model trained once the
            college has a finished semester with exam results.
          </p>
        )}
        <div className="space-y-5">
          {midterm !== null && (
            <Score label="Midterm score" week={midterm.sem_week} value={midterm.predicted_midterm_score} actual={actualOf(exams, midterm, 'midterm')} {...midterm} />
          )}
          {endterm !== null && (
            <Score label="Endterm score" week={endterm.sem_week} value={endterm.predicted_endterm_score} actual={actualOf(exams, endterm, 'endterm')} {...endterm} />
          )}
          {endterm?.p_fail != null && (
            <Chance text={`Chance of failing at least one endterm: ${formatPercent(endterm.p_fail * 100)}.`} week={endterm.sem_week} drivers={endterm.fail_drivers} version={endterm.fail_model_version} />
          )}
          {at_risk?.p_at_risk != null && (
            <Chance text={`Chance of failing an endterm or leaving the college: ${formatPercent(at_risk.p_at_risk * 100)}.`} week={at_risk.sem_week} drivers={at_risk.drivers} version={at_risk.model_version} />
          )}
          {watchlist !== null && <Coming watchlist={watchlist} />}
        </div>
      </Section>
      {risk_of_failing.length > 0 && <BySubject rows={risk_of_failing} file={file} />}
    </>
  )
}

function byTheRules(flag: Props['flag']): string {
  if (flag === null) return 'The rules of today do not flag the student.'
  const place = flag.rank_in_class === null ? '' : `, place ${flag.rank_in_class} of the class`
  return `The rules of today say: ${flag.level ?? 'no level'}, ${LIST_WORDS[flag.list].toLowerCase()}${place}.`
}

function actualOf(exams: Predictions['exams'], of: { academic_year: number; semester: number }, type: string): number | undefined {
  const found = exams.find((exam) => exam.exam_type === type && exam.subject_id === null && exam.academic_year === of.academic_year && exam.semester === of.semester)
  return found?.actual ?? undefined
}

interface ScoreProps {
  label: string
  week: number
  value: number | null
  low: number | null
  high: number | null
  actual?: number
  note: string
  model_version: string | null
  drivers: Drivers
}

function Score({ label, week, value, low, high, actual, note, model_version, drivers }: ScoreProps) {
  return (
    <div>
      {value !== null && low !== null && high !== null ? (
        <PredictionRange label={label} value={value} low={low} high={high} actual={actual} />
      ) : (
        <p className="text-sm">
          {value === null ? `${label}: cannot be told.` : `${label}: about ${formatNumber(value)}, by a rule of thumb.`}
          {actual === undefined ? '' : ` It was ${formatNumber(actual)}.`}
        </p>
      )}
      {low !== null && <p className="pb-1 text-xs text-ink-2">8 of 10 such ranges hold the result.</p>}
      {note !== '' && <p className="text-xs text-ink-2">{note}</p>}
      <Reasons drivers={drivers} />
      <ModelNote version={model_version} week={week} />
    </div>
  )
}

function Chance({ text, week, drivers, version }: { text: string; week: number; drivers: Drivers; version: string | null }) {
  return (
    <div>
      <p className="text-sm">{text}</p>
      <Reasons drivers={drivers} />
      <ModelNote version={version} week={week} />
    </div>
  )
}

function Reasons({ drivers }: { drivers: Drivers }) {
  if (drivers.length === 0) return null
  return (
    <ul aria-label="What moves it" className="list-disc space-y-0.5 py-1 pl-5 text-sm text-ink-2">
      {drivers.map((driver) => (
        <li key={driver.feature}>{driver.sentence}</li>
      ))}
    </ul>
  )
}

function Coming({ watchlist }: { watchlist: NonNullable<Predictions['watchlist']> }) {
  const { risk_probability_pct: chance, target_semester: semester, hard_subject_count: hard, note, reasons, model_version } = watchlist
  const text = chance === null ? `Semester ${semester}: cannot be told from the semester before.` : `Semester ${semester}: a chance of ${formatPercent(chance)} of failing an endterm or leaving, judged from the semester before.`
  return (
    <div>
      <p className="text-sm">{text}</p>
      {hard !== null && <p className="text-sm text-ink-2">{count(hard, 'hard subject')} by the pass rates so far.</p>}
      {note !== '' && <p className="text-xs text-ink-2">{note}</p>}
      <Reasons drivers={reasons} />
      <ModelNote version={model_version} />
    </div>
  )
}

function BySubject({ rows, file }: { rows: Predictions['risk_of_failing']; file: string }) {
  const csv = () =>
    saveCsv(`${file}-by-subject.csv`, ['subject_id', 'subject_name', 'sem_week', 'p_fail', 'risk_label', 'note', 'model_version'], rows.map((row) => [row.subject_id, row.subject_name, row.sem_week, row.p_fail, row.risk_label, row.note, row.model_version]))
  return (
    <div className="pb-8">
      <Table
        caption="Chance of failing, by subject"
        compact
        tools={<CsvButton what="chances by subject" onDownload={csv} />}
        rows={rows}
        rowKey={(row) => row.subject_id}
        startSorting={{ key: 'p_fail', descending: true }}
        columns={[
          { key: 'subject', header: 'Subject', rowHeader: true, cell: (row) => row.subject_name ?? row.subject_id, sort: (row) => row.subject_name ?? row.subject_id },
          { key: 'p_fail', header: 'Chance', align: 'right', cell: (row) => (row.p_fail === null ? 'cannot tell' : formatPercent(row.p_fail * 100)), sort: (row) => row.p_fail },
          { key: 'label', header: 'Risk', cell: (row) => RISK_WORDS[row.risk_label ?? ''] ?? 'Cannot tell' },
        ]}
      />
      <ModelNote version={rows[0]?.model_version ?? null} week={rows[0]?.sem_week} />
    </div>
  )
}
