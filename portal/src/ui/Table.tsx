import { ArrowDown, ArrowUp } from 'lucide-react'
import { useState, type ReactNode } from 'react'
import { classes } from './classes'
import { sortRows, type SortValue } from './sort'

export interface Column<Row> {
  key: string
  header: string
  cell: (row: Row) => ReactNode
  /** What the column is sorted by; without it there is no sorting. Null goes last either way. */
  sort?: (row: Row) => SortValue
  /** Numbers stand at the right. */
  align?: 'left' | 'right'
  /** Names the row for screen readers; one column of a table. */
  rowHeader?: boolean
  /** Left out on a narrow screen. */
  wideOnly?: boolean
}

export interface Sorting {
  key: string
  descending: boolean
}

interface Props<Row> {
  /** What the table shows; visible unless `captionHidden`. */
  caption: string
  captionHidden?: boolean
  columns: readonly Column<Row>[]
  rows: readonly Row[]
  rowKey: (row: Row) => string | number
  compact?: boolean
  startSorting?: Sorting
  /** With it the caller sorts (a list of many pages does so in the API); without it the table does. */
  sorting?: Sorting | null
  onSorting?: (sorting: Sorting) => void
  /** At the right of the caption: the CSV button. */
  tools?: ReactNode
  /** Stands below the head when there are no rows. */
  empty?: ReactNode
  /** The head stays while a list longer than this scrolls. */
  maxHeight?: 'none' | 'medium' | 'tall'
}

const MAX_HEIGHTS = { none: '', medium: 'max-h-96', tall: 'max-h-[70vh]' } as const

export function Table<Row>({ caption, captionHidden = false, compact = false, maxHeight = 'none', ...props }: Props<Row>) {
  const { columns, rows, rowKey, startSorting, sorting: given, onSorting, tools, empty } = props
  const [own, setOwn] = useState<Sorting | null>(startSorting ?? null)
  const sorting = given === undefined ? own : given
  const sortedBy = columns.find((column) => column.key === sorting?.key)?.sort
  const shown = given === undefined && sortedBy ? sortRows(rows, sortedBy, sorting?.descending ?? false) : rows
  return (
    <div className="min-w-0">
      {(!captionHidden || tools !== undefined) && (
        <div className="flex min-h-9 items-center justify-between gap-3 pb-1">
          <span aria-hidden className={captionHidden ? 'invisible' : 'text-sm font-medium'}>
            {captionHidden ? '' : caption}
          </span>
          {tools}
        </div>
      )}
      {/* A box that scrolls must be reachable by keyboard. */}
      <div role="region" aria-label={caption} tabIndex={0} className={classes('relative overflow-auto', MAX_HEIGHTS[maxHeight])}>
        <table className="w-full border-separate border-spacing-0 text-sm">
          <caption className="sr-only">{caption}</caption>
          <thead>
            <tr>
              {columns.map((column) => (
                <HeadCell key={column.key} column={column} sorting={sorting} onSorting={onSorting ?? setOwn} />
              ))}
            </tr>
          </thead>
          <tbody>
            {shown.map((row) => (
              <tr key={rowKey(row)} className="hover:bg-hover">
                {columns.map((column) => (
                  <BodyCell key={column.key} column={column} row={row} compact={compact} />
                ))}
              </tr>
            ))}
          </tbody>
        </table>
        {rows.length === 0 && <div className="py-4 text-sm text-ink-2">{empty ?? 'Nothing to list.'}</div>}
      </div>
    </div>
  )
}

interface HeadCellProps<Row> {
  column: Column<Row>
  sorting: Sorting | null
  onSorting: (sorting: Sorting) => void
}

function HeadCell<Row>({ column, sorting, onSorting }: HeadCellProps<Row>) {
  const active = sorting?.key === column.key ? sorting : null
  const Arrow = active?.descending === true ? ArrowDown : ArrowUp
  return (
    <th
      scope="col"
      aria-sort={active === null ? undefined : active.descending ? 'descending' : 'ascending'}
      className={classes(cellClass(column), 'sticky top-0 z-10 h-9 border-b border-line bg-page text-xs font-medium text-ink-2')}
    >
      {column.sort === undefined ? (
        column.header
      ) : (
        <button
          type="button"
          onClick={() => onSorting({ key: column.key, descending: active !== null && !active.descending })}
          className={classes(
            'group -mx-1 inline-flex h-7 items-center gap-1 rounded-sm px-1 whitespace-nowrap hover:text-ink',
            column.align === 'right' && 'flex-row-reverse',
            active !== null && 'text-ink',
          )}
        >
          {column.header}
          <Arrow size={12} aria-hidden className={active === null ? 'opacity-0 group-hover:opacity-60' : ''} />
        </button>
      )}
    </th>
  )
}

function BodyCell<Row>({ column, row, compact }: { column: Column<Row>; row: Row; compact: boolean }) {
  const className = classes(cellClass(column), 'border-b border-line py-1.5', compact ? 'h-8' : 'h-10')
  if (column.rowHeader === true) {
    return (
      <th scope="row" className={classes(className, 'font-normal')}>
        {column.cell(row)}
      </th>
    )
  }
  return <td className={className}>{column.cell(row)}</td>
}

function cellClass<Row>(column: Column<Row>): string {
  return classes(
    'px-2 align-middle first:pl-0.5 last:pr-0.5',
    column.align === 'right' ? 'text-right' : 'text-left',
    column.wideOnly === true && 'max-md:hidden',
  )
}
