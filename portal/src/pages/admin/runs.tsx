import { useQueryClient } from '@tanstack/react-query'
import { useState } from 'react'
import { downloadCsv } from '@/api/client'
import { useMe } from '@/api/me'
import { count, formatMoment } from '@/format'
import { paths } from '@/paths'
import { Banner, CsvButton, Empty, Link, PageHead, Pagination, Select, Table, type Column } from '@/ui'
import { AdminOnly } from './AdminOnly'
import { Loaded } from './Loaded'
import { Progress } from './runs/Progress'
import { Recalculate } from './runs/Recalculate'
import { StateMark } from './runs/StateMark'
import { RUNS_PAGE, useRenewalAfter, useRuns, type RunFilter } from './runs/use-runs'
import { durationWords, isOpen, kindOf, secondsOf, STATE_WORDS, weekWords, type Run } from './runs/words'

const ALL = ''

export function Component() {
  return (
    <AdminOnly title="Runs">
      <Runs />
    </AdminOnly>
  )
}

function Runs() {
  const [filter, setFilter] = useState<RunFilter>({ page: 1 })
  const runs = useRuns(filter)
  const latest = useRuns({ page: 1 })
  const client = useQueryClient()
  const underWay = latest.data?.results.some(isOpen) ?? false
  useRenewalAfter(underWay)
  const runner = useMe().data?.runner_alive
  return (
    <>
      <PageHead title="Runs" summary="Each run reads the college's database and scores the weeks that are missing." />
      {runner === false && (
        <div className="pb-4">
          <Banner tone="warning" title="No runner is alive">
            Runs that are asked for here would wait in vain, and the weekly run does not start. On the server: <code>manage.py scheduler</code>,
            or <code>manage.py serve</code>, which includes it.{' '}
            <button type="button" className="underline" onClick={() => void client.invalidateQueries({ queryKey: ['me'] })}>
              Look again
            </button>
          </Banner>
        </div>
      )}
      <Recalculate open={underWay} />
      <div className="flex flex-wrap gap-3 pt-6 pb-2">
        <Select
          label="Kind"
          value={filter.kind ?? ALL}
          choices={[
            { value: ALL, label: 'All kinds' },
            { value: 'weekly', label: 'Weekly runs' },
            { value: 'calibrate', label: 'Recalculations' },
            { value: 'train', label: 'Trainings' },
          ]}
          onChange={(kind) => setFilter({ ...filter, page: 1, kind: kind === ALL ? undefined : kind })}
        />
        <Select
          label="State"
          value={filter.state ?? ALL}
          choices={[
            { value: ALL, label: 'All states' },
            ...(['queued', 'running', 'succeeded', 'failed'] as const).map((state) => ({ value: state, label: STATE_WORDS[state] })),
          ]}
          onChange={(state) => setFilter({ ...filter, page: 1, state: state === ALL ? undefined : state })}
        />
      </div>
      <Loaded query={runs}>
        {(page) =>
          page.count === 0 ? (
            <Empty title="No runs">{page.reason}</Empty>
          ) : (
            <>
              <Table
                caption={count(page.count, 'run')}
                columns={columns(runs.dataUpdatedAt)}
                rows={page.results}
                rowKey={(run) => run.id}
                tools={<CsvButton what="runs" onDownload={() => downloadCsv(address(filter), 'runs.csv')} />}
              />
              <Pagination
                page={filter.page}
                pageSize={RUNS_PAGE}
                total={page.count}
                noun="runs"
                onPage={(next) => setFilter({ ...filter, page: next })}
              />
            </>
          )
        }
      </Loaded>
    </>
  )
}

function address({ kind, state }: RunFilter): string {
  const query = new URLSearchParams({ ...(kind && { kind }), ...(state && { state }) })
  return `/api/runs/?${query.toString()}`
}

/** `now`: when the list was loaded; while a run is under way that is every two seconds. */
function columns(now: number): Column<Run>[] {
  return [
    {
      key: 'id',
      header: 'Run',
      rowHeader: true,
      cell: (run) => (
        <Link kind="strong" to={paths.run(run.id)}>
          {kindOf(run)} {run.id}
        </Link>
      ),
    },
    { key: 'state', header: 'State', cell: (run) => <StateMark state={run.state} /> },
    { key: 'progress', header: 'What it did', cell: (run) => <WhatItDid run={run} /> },
    { key: 'week', header: 'The college stood at', wideOnly: true, cell: (run) => weekWords(run) ?? '' },
    { key: 'started', header: 'Began', wideOnly: true, cell: (run) => <Began run={run} /> },
    { key: 'took', header: 'Took', align: 'right', cell: (run) => <Took seconds={secondsOf(run, now)} /> },
  ]
}

function WhatItDid({ run }: { run: Run }) {
  if (run.state !== 'failed') return <Progress run={run} />
  return <p className="line-clamp-2 max-w-96 min-w-40 text-xs text-critical">{run.error ?? ''}</p>
}

function Began({ run }: { run: Run }) {
  const at = run.started ?? run.queued
  return <span className="tabular whitespace-nowrap">{at === null ? '' : formatMoment(at)}</span>
}

function Took({ seconds }: { seconds: number | null }) {
  return <span className="tabular whitespace-nowrap">{seconds === null ? '' : durationWords(seconds)}</span>
}
