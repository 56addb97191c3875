/** All my students, those who left included. */
import { keepPreviousData, useQuery } from '@tanstack/react-query'
import { useDeferredValue, useState } from 'react'
import { useSearchParams } from 'react-router'
import type { components } from '@/api/__generated__/schema'
import { api, downloadCsv, unwrap } from '@/api/client'
import { asApiError } from '@/api/errors'
import { listAddress } from '@/api/lists'
import { useChoice } from '@/choice'
import { count, formatDay } from '@/format'
import { paths } from '@/paths'
import {
  Button,
  CsvButton,
  ErrorState,
  LEVEL_WORDS,
  LevelMark,
  Link,
  LoadingRows,
  PageHead,
  Pagination,
  Select,
  Table,
  TextField,
  type Column,
  type Sorting,
} from '@/ui'
import { LIST_WORDS, levelShown, orderingOf, readFilters, sortingOf, withChanges } from './students/filters'

type Student = components['schemas']['Student']

const PAGE_SIZE = 50
const ANY = 'any'

export function Component() {
  const [address, setAddress] = useSearchParams()
  const { choice } = useChoice()
  const { search, level, list, ordering, page } = readFilters(address)
  const [typed, setTyped] = useState(search ?? '')
  const words = useDeferredValue(typed.trim())
  const filters = { search: words === '' ? undefined : words, level, list, ordering, class_id: choice.class_id }
  const found = useQuery({
    queryKey: ['students', filters, page],
    queryFn: () => unwrap(api.GET('/api/students/', { params: { query: { ...filters, page, page_size: PAGE_SIZE } } })),
    placeholderData: keepPreviousData,
  })
  const change = (changes: Record<string, string | undefined>) =>
    setAddress((before) => withChanges(before, changes), { replace: true })
  const filtered = filters.search !== undefined || level !== undefined || list !== undefined
  const clear = () => {
    setTyped('')
    change({ search: undefined, level: undefined, list: undefined })
  }
  return (
    <>
      <title>Students · EduMetrics</title>
      <PageHead
        title="Students"
        summary={found.data === undefined ? undefined : count(found.data.count, 'student')}
        actions={
          <span className="no-print">
            <CsvButton what="students" onDownload={() => downloadCsv(listAddress('/api/students/', filters), 'students.csv')} />
          </span>
        }
      />
      <div role="search" aria-label="Students" className="no-print flex flex-wrap items-end gap-3 pb-3">
        <div className="w-full sm:w-64">
          <TextField
            label="Name or roll number"
            type="search"
            maxLength={100}
            value={typed}
            onChange={(event) => {
              setTyped(event.target.value)
              change({ search: event.target.value.trim() })
            }}
          />
        </div>
        <Select
          label="Level"
          value={level ?? ANY}
          choices={[
            { value: ANY, label: 'Every level' },
            ...(['critical', 'high', 'watch'] as const).map((value) => ({ value, label: LEVEL_WORDS[value] })),
          ]}
          onChange={(value) => change({ level: value === ANY ? undefined : value })}
        />
        <Select
          label="List"
          value={list ?? ANY}
          choices={[
            { value: ANY, label: 'In a list or none' },
            ...Object.entries(LIST_WORDS).map(([value, label]) => ({ value, label })),
          ]}
          onChange={(value) => change({ list: value === ANY ? undefined : value })}
        />
        {filtered && <Button onClick={clear}>Clear</Button>}
      </div>
      {found.isPending ? (
        <LoadingRows rows={10} />
      ) : found.data === undefined ? (
        <ErrorState
          kind={asApiError(found.error).kind}
          detail={asApiError(found.error).problem.detail}
          onAgain={() => void found.refetch()}
          action={page > 1 && <Button onClick={() => change({ page: undefined })}>Go to the first page</Button>}
        />
      ) : (
        <>
          <Table
            caption="Students"
            captionHidden
            columns={COLUMNS}
            rows={found.data.results}
            rowKey={(student) => student.student_id}
            sorting={sortingOf(ordering)}
            onSorting={(sorting: Sorting) => change({ ordering: orderingOf(sorting) })}
            empty={found.data.reason}
          />
          {found.data.count > PAGE_SIZE && (
            <Pagination
              page={page}
              pageSize={PAGE_SIZE}
              total={found.data.count}
              onPage={(next) => change({ page: next === 1 ? undefined : String(next) })}
              noun="students"
            />
          )}
        </>
      )}
    </>
  )
}

const COLUMNS: Column<Student>[] = [
  {
    key: 'name',
    header: 'Name',
    rowHeader: true,
    sort: (student) => student.name,
    cell: (student) => (
      <Link kind="strong" to={paths.student(student.student_id)}>
        {student.name ?? student.student_id}
      </Link>
    ),
  },
  {
    key: 'roll_number',
    header: 'Roll no.',
    align: 'right',
    sort: (student) => student.roll_number,
    cell: (student) => <span className="tabular">{student.roll_number ?? ''}</span>,
  },
  { key: 'student_id', header: 'Student id', wideOnly: true, sort: (student) => student.student_id, cell: (student) => student.student_id },
  {
    key: 'class_id',
    header: 'Class',
    sort: (student) => student.class_id,
    cell: (student) => <span className="whitespace-nowrap">{student.class_name ?? student.class_id ?? 'none'}</span>,
  },
  { key: 'level', header: 'Level', cell: (student) => <Level student={student} /> },
  {
    key: 'list',
    header: 'List',
    wideOnly: true,
    cell: (student) => <span className="text-ink-2">{student.list === null ? '' : LIST_WORDS[student.list]}</span>,
  },
]

function Level({ student }: { student: Student }) {
  if (student.left_on !== null) return <span className="text-ink-2">left {formatDay(student.left_on)}</span>
  const level = levelShown(student)
  return level === null ? <span className="text-ink-2">nothing published</span> : <LevelMark level={level} />
}
