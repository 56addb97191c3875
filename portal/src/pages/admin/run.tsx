import { useParams } from 'react-router'
import { saveRows } from '@/api/rows-csv'
import { formatMoment, formatNumber, formatPercent } from '@/format'
import { paths } from '@/paths'
import { Banner, Columns, CsvButton, ErrorState, Facts, Link, PageHead, Section, Table } from '@/ui'
import { AdminOnly } from './AdminOnly'
import { Loaded } from './Loaded'
import { Progress } from './runs/Progress'
import { Quality } from './runs/Quality'
import { StateMark } from './runs/StateMark'
import { useRenewalAfter, useRun } from './runs/use-runs'
import { durationWords, isOpen, kindOf, secondsOf, stageWords, weekWords } from './runs/words'
import type { components } from '@/api/__generated__/schema'

type RunDetail = components['schemas']['RunDetail']

export function Component() {
  const { id = '' } = useParams()
  return (
    <AdminOnly title={`Run ${id}`}>
      {/^\d{1,15}$/.test(id) ? <OneRun id={Number(id)} /> : <ErrorState kind="not-found" />}
    </AdminOnly>
  )
}

function OneRun({ id }: { id: number }) {
  const run = useRun(id)
  useRenewalAfter(run.data !== undefined && isOpen(run.data))
  return (
    <>
      <PageHead
        title={run.data === undefined ? `Run ${id}` : `${kindOf(run.data)} ${id}`}
        summary={<Link to={paths.runs()}>All runs</Link>}
      />
      <Loaded query={run}>{(data) => <Report run={data} now={run.dataUpdatedAt} />}</Loaded>
    </>
  )
}

function Report({ run, now }: { run: RunDetail; now: number }) {
  return (
    <>
      <div aria-live="polite" className="flex flex-col gap-3 pb-6">
        <StateMark state={run.state} />
        {isOpen(run) && <Progress run={run} />}
        {run.state === 'failed' && (
          <Banner tone="error" title="This run failed">
            <p className="break-words whitespace-pre-wrap">{run.error}</p>
            <p className="pt-1">The results of earlier runs are untouched, and the pages still show them.</p>
          </Banner>
        )}
      </div>
      <Columns
        main={
          <>
            {run.quality !== null && <Quality quality={run.quality} run={run.id} />}
            {run.stages !== null && run.stages.length > 0 && <Stages stages={run.stages} run={run.id} />}
          </>
        }
        beside={
          <>
            <Section title="About the run">
              <Facts facts={factsOf(run, now)} />
            </Section>
            {run.weeks !== null && run.weeks.length > 0 && <Weeks weeks={run.weeks} run={run.id} />}
            {run.rows !== null && Object.keys(run.rows).length > 0 && <Rows rows={run.rows} run={run.id} />}
          </>
        }
      />
    </>
  )
}

function factsOf(run: RunDetail, now: number) {
  const seconds = secondsOf(run, now)
  return [
    { name: 'The college stood at', value: weekWords(run) },
    { name: 'Asked for', value: run.queued === null ? null : formatMoment(run.queued) },
    { name: 'By', value: run.queued_by === '' ? null : run.queued_by },
    { name: 'Began', value: run.started === null ? null : formatMoment(run.started) },
    { name: 'Ended', value: run.finished === null ? null : formatMoment(run.finished) },
    { name: 'Took', value: seconds === null ? null : durationWords(seconds) },
    { name: 'Policy', value: run.policy_version },
  ].filter(({ value }) => value !== null && value !== '')
}

function Stages({ stages, run }: { stages: NonNullable<RunDetail['stages']>; run: number }) {
  const all = stages.reduce((sum, { seconds }) => sum + seconds, 0)
  return (
    <Section title="Where the time went" note="added up over all parts that ran at the same time">
      <Table
        caption="Stages"
        captionHidden
        compact
        rows={stages}
        rowKey={(stage) => stage.stage}
        tools={<CsvButton what="stages" onDownload={() => saveRows(stages, `run-${run}-stages.csv`)} />}
        columns={[
          { key: 'stage', header: 'Stage', rowHeader: true, cell: ({ stage }) => stageWords(stage) },
          { key: 'seconds', header: 'Time', align: 'right', sort: ({ seconds }) => seconds, cell: ({ seconds }) => durationWords(seconds) },
          {
            key: 'share',
            header: 'Share',
            align: 'right',
            cell: ({ seconds }) => (all === 0 ? '' : formatPercent((100 * seconds) / all)),
          },
        ]}
      />
    </Section>
  )
}

function Weeks({ weeks, run }: { weeks: NonNullable<RunDetail['weeks']>; run: number }) {
  return (
    <Section title="Weeks scored" tools={<CsvButton what="weeks scored" onDownload={() => saveRows(weeks, `run-${run}-weeks.csv`)} />}>
      <Table
        caption="Weeks scored"
        captionHidden
        compact
        rows={weeks}
        rowKey={(one) => `${one.academic_year} ${one.semester} ${one.from_week}`}
        columns={[
          { key: 'semester', header: 'Semester', rowHeader: true, cell: (one) => `${one.semester} of ${one.academic_year}` },
          {
            key: 'weeks',
            header: 'Weeks',
            cell: (one) => (one.from_week === one.through_week ? one.from_week : `${one.from_week}-${one.through_week}`),
          },
          { key: 'classes', header: 'Classes', align: 'right', cell: (one) => formatNumber(one.classes) },
        ]}
      />
    </Section>
  )
}

function Rows({ rows, run }: { rows: Record<string, number>; run: number }) {
  const list = Object.entries(rows).map(([table, written]) => ({ table, rows: written }))
  return (
    <Section title="Rows written" tools={<CsvButton what="rows written" onDownload={() => saveRows(list, `run-${run}-rows.csv`)} />}>
      <Table
        caption="Rows written by table"
        captionHidden
        compact
        rows={list}
        rowKey={(one) => one.table}
        columns={[
          { key: 'table', header: 'Table', rowHeader: true, cell: (one) => <span className="break-all">{one.table}</span> },
          { key: 'rows', header: 'Rows', align: 'right', sort: (one) => one.rows, cell: (one) => formatNumber(one.rows) },
        ]}
      />
    </Section>
  )
}
