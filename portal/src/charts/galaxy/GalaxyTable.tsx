import { useState } from 'react'
import { formatNumber } from '@/format'
import { LevelMark, Pagination, Table } from '@/ui'
import type { Star } from './stars'

interface Props {
  title: string
  stars: readonly Star[]
  /** Which of them, in order. */
  order: readonly number[]
  week: number
  onOpen: (id: string) => void
}

const PAGE = 25

/** The same students as rows; only a page of them is in the document. */
export function GalaxyTable({ title, stars, order, week, onOpen }: Props) {
  const [wanted, setPage] = useState(1)
  const page = Math.min(wanted, Math.max(1, Math.ceil(order.length / PAGE)))
  const rows = order.slice((page - 1) * PAGE, page * PAGE).flatMap((star) => stars[star] ?? [])
  const number = (value: number | null | undefined) => (value == null ? 'not known' : formatNumber(value))
  return (
    <div>
      <Table
        caption={title}
        captionHidden
        compact
        rows={rows}
        rowKey={(star) => star.id}
        columns={[
          {
            key: 'name',
            header: 'Student',
            rowHeader: true,
            cell: (star) => (
              <button type="button" onClick={() => onOpen(star.id)} className="rounded-sm font-medium hover:text-accent hover:underline">
                {star.name}
              </button>
            ),
          },
          { key: 'detail', header: 'Number and class', wideOnly: true, cell: (star) => star.detail },
          { key: 'level', header: 'Level', cell: (star) => <LevelMark level={star.level[week] ?? 'cannot_tell'} /> },
          { key: 'effort', header: 'Effort', align: 'right', cell: (star) => number(star.effort[week]) },
          { key: 'performance', header: 'Performance', align: 'right', cell: (star) => number(star.performance[week]) },
          { key: 'urgency', header: 'Urgency', align: 'right', cell: (star) => formatNumber(star.urgency[week] ?? 0) },
        ]}
      />
      {order.length > PAGE && <Pagination page={page} pageSize={PAGE} total={order.length} onPage={setPage} noun="students" />}
    </div>
  )
}
