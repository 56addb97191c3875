import { ChevronLeft, ChevronRight } from 'lucide-react'
import { formatNumber } from '@/format'
import { Button } from './Button'

interface Props {
  /** From 1. */
  page: number
  pageSize: number
  total: number
  onPage: (page: number) => void
  /** What is listed: "students". */
  noun: string
}

export function Pagination({ page, pageSize, total, onPage, noun }: Props) {
  const pages = Math.max(1, Math.ceil(total / pageSize))
  const first = Math.min(total, (page - 1) * pageSize + 1)
  const last = Math.min(total, page * pageSize)
  return (
    <nav aria-label={`Pages of ${noun}`} className="tabular flex items-center justify-between gap-3 py-2 text-sm text-ink-2">
      <span aria-live="polite">
        {formatNumber(first)}-{formatNumber(last)} of {formatNumber(total)} {noun}
      </span>
      <span className="flex gap-2">
        <Button size="small" disabled={page <= 1} onClick={() => onPage(page - 1)} icon={<ChevronLeft size={14} aria-hidden />}>
          Previous
        </Button>
        <Button size="small" disabled={page >= pages} onClick={() => onPage(page + 1)}>
          Next
          <ChevronRight size={14} aria-hidden />
        </Button>
      </span>
    </nav>
  )
}
