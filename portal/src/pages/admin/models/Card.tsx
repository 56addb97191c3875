import { CircleCheck, CircleDashed, CircleOff } from 'lucide-react'
import { saveRows } from '@/api/rows-csv'
import { formatMoment, formatNumber, formatPercent } from '@/format'
import { paths } from '@/paths'
import { Banner, Columns, CsvButton, Disclosure, Facts, Link, Section, Table } from '@/ui'
import { besideBaselines, comparisonWords, curveOf, groupsOf, learntFrom, type Model } from './card'
import { Curve } from './Curve'
import { Fairness } from './Fairness'
import { Promote } from './Promote'

/** The card of one model: a line, and the whole of it when opened. */
export function Card({ model, inUse }: { model: Model; inUse: Model | undefined }) {
  const isUsed = model.state === 'in use'
  return (
    <li className="border-t border-line py-3 last:border-b">
      <div className="flex flex-wrap items-start justify-between gap-x-4 gap-y-2">
        <div className="min-w-0">
          <p className="flex flex-wrap items-center gap-x-3 text-sm">
            <span className="font-medium break-all">{model.version}</span>
            <StateOfModel state={model.state} />
          </p>
          <p className="prose-width text-sm text-ink-2">{model.sentence}</p>
        </div>
        {!isUsed && <Promote model={model} inUse={inUse} />}
      </div>
      <div className="flex flex-col gap-2 pt-2 empty:hidden">
        {model.retrain && (
          <Banner tone="warning" title="Train a new one">
            {model.retrain_reason}
          </Banner>
        )}
        {!model.beats_baselines && (
          <p className="text-sm text-ink-2">It does not beat the naive baselines, so it cannot be put into use.</p>
        )}
      </div>
      <Disclosure title="The whole card" note={`trained ${formatMoment(model.created)}`} startsOpen={isUsed}>
        <Whole model={model} />
      </Disclosure>
    </li>
  )
}

const STATES = {
  'in use': { Icon: CircleCheck, colour: 'text-good', word: 'In use' },
  retired: { Icon: CircleOff, colour: 'text-ink-3', word: 'Retired' },
  'never in use': { Icon: CircleDashed, colour: 'text-ink-3', word: 'Never in use' },
} as const

function StateOfModel({ state }: { state: Model['state'] }) {
  const { Icon, colour, word } = STATES[state]
  return (
    <span className="inline-flex items-center gap-1.5">
      <Icon size={15} aria-hidden className={colour} />
      {word}
    </span>
  )
}

function Whole({ model }: { model: Model }) {
  const groups = groupsOf(model.fairness)
  const curve = curveOf(model.curve)
  const compared = comparisonWords(model)
  return (
    <Columns
      main={
        <>
          <Metrics model={model} />
          {compared !== null && (
            <Section level={3} title="Beside the model in use when it was trained">
              <p className="text-sm">{compared}</p>
            </Section>
          )}
          <Drift model={model} />
          {groups.length > 0 && <Fairness groups={groups} version={model.version} />}
        </>
      }
      beside={
        <>
          {curve.length > 0 && (
            <div className="pb-6">
              <Curve points={curve} version={model.version} />
            </div>
          )}
          <Section level={3} title="What it learnt from">
            <Facts facts={factsOf(model)} />
            <div className="pt-2">
              <Disclosure title="Features" note={formatNumber(model.features.length)}>
                <p className="font-mono text-xs break-words text-ink-2">{model.features.join(', ')}</p>
              </Disclosure>
            </div>
          </Section>
        </>
      }
    />
  )
}

function factsOf(model: Model) {
  return [
    { name: 'Kind', value: model.kind },
    ...learntFrom(model.trained_on),
    { name: 'Latest term', value: `${model.last_academic_year} ${model.last_term}` },
    { name: 'Seed', value: String(model.seed) },
    { name: 'Trained in', value: <Link to={paths.run(model.trained_run_id)}>run {model.trained_run_id}</Link> },
    { name: 'Asked for by', value: model.created_by === '' ? 'the command line' : model.created_by },
    ...(model.promoted === null ? [] : [{ name: 'Put into use', value: `${formatMoment(model.promoted)}, ${model.promoted_by}` }]),
    ...(model.retired === null ? [] : [{ name: 'Retired', value: formatMoment(model.retired) }]),
    { name: 'SHA-256', value: <span className="font-mono text-xs break-all">{model.artefact_sha256}</span> },
  ]
}

function Metrics({ model }: { model: Model }) {
  const { names, rows } = besideBaselines(model)
  const csv = rows.map((row) => ({ figure: row.key, model: row.own, ...row.others }))
  return (
    <Section
      level={3}
      title="How good it is"
      note="on the latest term, unseen"
      tools={<CsvButton what={`the figures of ${model.version}`} onDownload={() => saveRows(csv, `${model.version}-figures.csv`)} />}
    >
      <Table
        caption="Figures beside the naive baselines"
        captionHidden
        compact
        rows={rows}
        rowKey={(row) => row.key}
        columns={[
          {
            key: 'name',
            header: 'Figure',
            rowHeader: true,
            cell: (row) => (
              <>
                {row.name} <span className="text-xs text-ink-2 max-md:hidden">{row.meaning}</span>
              </>
            ),
          },
          {
            key: 'own',
            header: 'This model',
            align: 'right',
            cell: (row) => (
              <span className="tabular whitespace-nowrap">
                {row.best === true && (
                  <>
                    <CircleCheck size={13} aria-hidden className="mr-1 inline text-good" />
                    <span className="sr-only">better than every baseline: </span>
                  </>
                )}
                {row.own}
              </span>
            ),
          },
          ...names.map((name) => ({ key: `by ${name}`, header: name, align: 'right' as const, cell: (row: (typeof rows)[number]) => row.others[name] ?? '' })),
        ]}
      />
    </Section>
  )
}

function Drift({ model }: { model: Model }) {
  return (
    <Section level={3} title="In the exams since">
      {model.exams.length === 0 ? (
        <p className="text-sm text-ink-2">No exam has told yet how well it predicted.</p>
      ) : (
        <Table
          caption="Error by exam"
          captionHidden
          compact
          rows={model.exams}
          rowKey={(exam) => `${exam.academic_year} ${exam.term} ${exam.exam_type}`}
          tools={
            <CsvButton
              what={`the errors of ${model.version} by exam`}
              onDownload={() => saveRows(model.exams.map(examRow), `${model.version}-exams.csv`)}
            />
          }
          columns={[
            { key: 'exam', header: 'Exam', rowHeader: true, cell: (exam) => `${exam.academic_year} ${exam.term}, ${exam.exam_type}` },
            { key: 'error', header: 'Error', align: 'right', cell: (exam) => told(exam.error, 3) },
            { key: 'card', header: 'On its card', align: 'right', cell: (exam) => told(exam.card_error, 3) },
            { key: 'growth', header: 'Times the card', align: 'right', cell: (exam) => (exam.growth === null ? '' : `${formatNumber(exam.growth, 2, true)} ×`) },
            { key: 'coverage', header: 'Inside the interval', align: 'right', wideOnly: true, cell: (exam) => (exam.coverage === null ? '' : formatPercent(100 * exam.coverage)) },
            { key: 'slope', header: 'Slope', align: 'right', wideOnly: true, cell: (exam) => told(exam.calibration_slope, 2) },
            { key: 'rows', header: 'Predictions', align: 'right', cell: (exam) => formatNumber(exam.predictions) },
            { key: 'retrain', header: '', cell: (exam) => (exam.retrain ? 'train anew' : '') },
          ]}
        />
      )}
    </Section>
  )
}

/** Without its curve, which is a table of its own. */
function examRow(exam: Model['exams'][number]) {
  const { academic_year, term, exam_type, error, card_error, growth, coverage, calibration_slope, calibration_intercept } = exam
  const figures = { error, card_error, growth, coverage, calibration_slope, calibration_intercept }
  return { academic_year, term, exam_type, ...figures, predictions: exam.predictions, students: exam.students, retrain: String(exam.retrain) }
}

function told(value: number | null, digits: number): string {
  return value === null ? '' : formatNumber(value, digits, true)
}
