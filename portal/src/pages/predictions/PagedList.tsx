import { keepPreviousData, useQuery } from '@tanstack/react-query'
import { useState, type ReactNode } from 'react'
import { downloadCsv } from '@/api/client'
import { CsvButton, Pagination, Table, type Column } from '@/ui'
import { Answer } from '../Answer'
import { NothingPredicted } from './NothingPredicted'

interface Page<Row> {
  count: number
  reason: string | null
  results: Row[]
}

interface Props<Row, Found extends Page<Row>> {
  /** Names the list and its filters: another one begins at its first page (give it as `key` too). */
  queryKey: readonly unknown[]
  get: (page: number, pageSize: number) => Promise<Found>
  caption: string
  noun: string
  csv: { address: string; name: string }
  columns: readonly Column<Row>[]
  rowKey: (row: Row) => string
  /** Above the table, from what came with the page. */
  above?: (found: Found) => ReactNode
}

const PAGE_SIZE = 50

/** A list of the API, a page at a time, in the API's order. */
export function PagedList<Row, Found extends Page<Row>>({ queryKey, get, caption, noun, csv, columns, rowKey, above }: Props<Row, Found>) {
  const [page, setPage] = useState(1)
  const list = useQuery({ queryKey: [...queryKey, page], queryFn: () => get(page, PAGE_SIZE), placeholderData: keepPreviousData })
  return (
    <Answer of={list}>
      {(found) => (
        <>
          {above?.(found)}
          {found.count === 0 ? (
            <NothingPredicted reason={found.reason} />
          ) : (
            <>
              <Table
                caption={caption}
                tools={<CsvButton what={caption} onDownload={() => downloadCsv(csv.address, csv.name)} />}
                columns={columns}
                rows={found.results}
                rowKey={rowKey}
              />
              {found.count > PAGE_SIZE && <Pagination page={page} pageSize={PAGE_SIZE} total={found.count} onPage={setPage} noun={noun} />}
            </>
          )}
        </>
      )}
    </Answer>
  )
}
