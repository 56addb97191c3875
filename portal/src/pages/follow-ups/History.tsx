/** Every contact with the reader's students, whoever logged it. */
import { keepPreviousData, useQuery } from '@tanstack/react-query'
import { useState } from 'react'
import { api, downloadCsv, unwrap } from '@/api/client'
import { asApiError } from '@/api/errors'
import { listAddress } from '@/api/lists'
import { formatDay } from '@/format'
import { KIND_CHOICES, KIND_WORDS, type ContactKind } from '@/pages/contact/kinds'
import type { Contact } from '@/pages/contact/FinishFollowUp'
import { paths } from '@/paths'
import { Checkbox, CsvButton, ErrorState, Link, LoadingRows, Pagination, Select, Table, type Column, type Sorting } from '@/ui'
import { Amend } from './FollowUpTable'

const PAGE_SIZE = 25
const ANY = 'any'

interface Props {
  username: string
  classId: string | undefined
  onAmend: (contact: Contact) => void
}

export function History({ username, classId, onAmend }: Props) {
  const [kind, setKind] = useState<ContactKind | typeof ANY>(ANY)
  const [mine, setMine] = useState(false)
  const [page, setPage] = useState(1)
  const [oldestFirst, setOldestFirst] = useState(false)
  const filters = {
    class_id: classId,
    kind: kind === ANY ? undefined : kind,
    advisor: mine ? username : undefined,
    ordering: oldestFirst ? ('logged_at' as const) : ('-logged_at' as const),
  }
  const found = useQuery({
    queryKey: ['interventions', 'history', filters, page],
    queryFn: () => unwrap(api.GET('/api/interventions/', { params: { query: { ...filters, page, page_size: PAGE_SIZE } } })),
    placeholderData: keepPreviousData,
  })
  return (
    <>
      <div className="no-print flex flex-wrap items-end gap-x-5 gap-y-2 pb-3">
        <Select
          label="Kind"
          choices={[{ value: ANY, label: 'Every kind' }, ...KIND_CHOICES]}
          value={kind}
          onChange={(next) => {
            setKind(next)
            setPage(1)
          }}
        />
        <Checkbox
          label="Only what I logged"
          checked={mine}
          onChange={(next) => {
            setMine(next)
            setPage(1)
          }}
        />
        <span className="ml-auto">
          <CsvButton what="contacts" onDownload={() => downloadCsv(listAddress('/api/interventions/', filters), 'contacts.csv')} />
        </span>
      </div>
      {found.isPending ? (
        <LoadingRows />
      ) : found.data === undefined ? (
        <ErrorState kind={asApiError(found.error).kind} onAgain={() => void found.refetch()} />
      ) : (
        <>
          <Table
            caption="Contacts"
            captionHidden
            columns={columns(onAmend)}
            rows={found.data.results}
            rowKey={(contact) => contact.id}
            sorting={{ key: 'logged', descending: !oldestFirst }}
            onSorting={({ descending }: Sorting) => {
              setOldestFirst(!descending)
              setPage(1)
            }}
            empty={found.data.reason}
          />
          {found.data.count > PAGE_SIZE && (
            <Pagination page={page} pageSize={PAGE_SIZE} total={found.data.count} onPage={setPage} noun="contacts" />
          )}
        </>
      )}
    </>
  )
}

function columns(onAmend: (contact: Contact) => void): Column<Contact>[] {
  return [
    {
      key: 'logged',
      header: 'When',
      sort: (contact) => contact.logged_at,
      cell: (contact) => <span className="whitespace-nowrap">{formatDay(contact.logged_at)}</span>,
    },
    {
      key: 'student',
      header: 'Student',
      rowHeader: true,
      cell: (contact) => (
        <Link kind="strong" to={paths.student(contact.student_id)}>
          {contact.student_name ?? contact.student_id}
        </Link>
      ),
    },
    { key: 'kind', header: 'Kind', wideOnly: true, cell: (contact) => KIND_WORDS[contact.kind] },
    {
      key: 'said',
      header: 'Outcome and notes',
      cell: (contact) => (
        <div className="prose-width min-w-40">
          {contact.outcome !== '' && <p>{contact.outcome}</p>}
          {contact.notes !== '' && <p className="text-xs text-ink-2">{contact.notes}</p>}
          {contact.amended_at !== null && <p className="text-xs text-ink-2">Put right on {formatDay(contact.amended_at)}</p>}
        </div>
      ),
    },
    { key: 'advisor', header: 'Logged by', wideOnly: true, cell: (contact) => contact.advisor },
    {
      key: 'follow-up',
      header: 'Follow-up',
      cell: (contact) =>
        contact.follow_up_on === null ? (
          <span className="text-ink-2">none</span>
        ) : (
          <span className="whitespace-nowrap">
            {formatDay(contact.follow_up_on)}
            {contact.follow_up_done_at !== null && <span className="text-ink-2">, done</span>}
          </span>
        ),
    },
    {
      key: 'actions',
      header: 'Actions',
      align: 'right',
      cell: (contact) => (
        <span className="no-print">
          <Amend contact={contact} onAmend={onAmend} />
        </span>
      ),
    },
  ]
}
