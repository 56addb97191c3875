import { keepPreviousData, useQuery } from '@tanstack/react-query'
import { useDeferredValue } from 'react'
import { useSearchParams } from 'react-router'
import { api, downloadCsv, unwrap } from '@/api/client'
import type { components } from '@/api/__generated__/schema'
import { formatMoment } from '@/format'
import { Button, CsvButton, Empty, PageHead, Pagination, Select, Table, TextField, type Column } from '@/ui'
import { AdminOnly } from './AdminOnly'
import { detailWords, startOfDay, WHAT_WORDS, WHATS, whatWords, whomWords, type What } from './audit/words'
import { Loaded } from './Loaded'

type Entry = components['schemas']['Audit']

const PAGE_SIZE = 50
const ALL = ''

export function Component() {
  return (
    <AdminOnly title="Audit log">
      <AuditLog />
    </AdminOnly>
  )
}

/** The filters stand in the address, so that what was found can be shown to somebody else. */
function AuditLog() {
  const [address, setAddress] = useSearchParams()
  const given = (name: string) => address.get(name) ?? ''
  const filter = (name: string, value: string) => {
    const next = new URLSearchParams(address)
    if (name !== 'page') next.delete('page')
    if (value === '') next.delete(name)
    else next.set(name, value)
    setAddress(next, { replace: true })
  }
  const page = Math.max(1, Number(given('page')) || 1)
  const query = useDeferredValue(queryOf(given))
  const entries = useQuery({
    queryKey: ['audit', page, query],
    queryFn: () => unwrap(api.GET('/api/audit/', { params: { query: { ...query, page, page_size: PAGE_SIZE } } })),
    placeholderData: keepPreviousData,
    staleTime: 0,
  })
  return (
    <>
      <PageHead title="Audit log" summary="Who did what, to whom, when and from where. A student stands in it as a pseudonym. Nothing in it can be changed." />
      <div className="grid grid-cols-1 items-end gap-3 pb-3 sm:grid-cols-3 xl:grid-cols-6">
        <TextField label="Who" placeholder="User name" value={given('who')} onChange={(event) => filter('who', event.target.value)} />
        <Select
          label="What"
          value={WHATS.find((one) => one === given('what')) ?? ALL}
          choices={[{ value: ALL, label: 'Everything' }, ...WHATS.map((what) => ({ value: what, label: WHAT_WORDS[what] }))]}
          onChange={(what: What | typeof ALL) => filter('what', what)}
        />
        <TextField label="About the student" placeholder="Student id" value={given('student_id')} onChange={(event) => filter('student_id', event.target.value)} />
        <TextField label="From" type="date" value={given('from')} onChange={(event) => filter('from', event.target.value)} />
        <TextField label="To, included" type="date" value={given('to')} onChange={(event) => filter('to', event.target.value)} />
        <Button kind="quiet" disabled={address.size === 0} onClick={() => setAddress({}, { replace: true })}>
          Clear the filters
        </Button>
      </div>
      <Loaded query={entries}>
        {({ count, results, reason }) =>
          count === 0 ? (
            <Empty title="Nothing found">{reason}</Empty>
          ) : (
            <>
              <Table
                caption="Audit log"
                captionHidden
                compact
                columns={COLUMNS}
                rows={results}
                rowKey={(entry) => entry.id}
                tools={<CsvButton what="the audit log" onDownload={() => downloadCsv(csvAddress(query), 'audit.csv')} />}
              />
              <Pagination page={page} pageSize={PAGE_SIZE} total={count} noun="entries" onPage={(next) => filter('page', String(next))} />
            </>
          )
        }
      </Loaded>
    </>
  )
}

function queryOf(given: (name: string) => string) {
  const what = WHATS.find((one) => one === given('what'))
  const [who, student, from, to] = [given('who').trim(), given('student_id').trim(), startOfDay(given('from')), startOfDay(given('to'), 1)]
  return {
    ...(who !== '' && { who }),
    ...(what !== undefined && { what }),
    ...(student !== '' && { student_id: student }),
    ...(from !== undefined && { from }),
    ...(to !== undefined && { to }),
  }
}

function csvAddress(query: Readonly<Record<string, string>>): string {
  return `/api/audit/?${new URLSearchParams(query).toString()}`
}

const COLUMNS: Column<Entry>[] = [
  { key: 'at', header: 'When', cell: (entry) => <span className="tabular whitespace-nowrap">{formatMoment(entry.at)}</span> },
  { key: 'who', header: 'Who', rowHeader: true, cell: (entry) => <span className="md:whitespace-nowrap max-md:break-all">{entry.who}</span> },
  { key: 'what', header: 'What', cell: (entry) => <span className="lg:whitespace-nowrap">{whatWords(entry.what)}</span> },
  { key: 'whom', header: 'About', wideOnly: true, cell: (entry) => <span className="break-words" title={entry.whom}>{whomWords(entry.whom)}</span> },
  { key: 'details', header: 'Details', wideOnly: true, cell: (entry) => <span className="text-xs break-words text-ink-2">{detailWords(entry.details)}</span> },
  { key: 'from_where', header: 'From', wideOnly: true, cell: (entry) => <span className="text-xs text-ink-2">{entry.from_where}</span> },
]
