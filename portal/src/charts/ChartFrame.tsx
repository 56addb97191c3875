import { ChartLine, Table2 } from 'lucide-react'
import { useId, useState, type ReactNode } from 'react'
import { Button } from '@/ui'

interface Props {
  /** Says what is shown, as a heading would. */
  title: string
  /** What a reader would see at a glance, in one or two sentences; read by screen readers, and shown with `summaryShown`. */
  summary: string
  summaryShown?: boolean
  /** The same numbers. */
  table: ReactNode
  tools?: ReactNode
  children: ReactNode
  /** Heading level of the title. */
  level?: 2 | 3 | 4
}

/** What every chart has around it: title, summary, and the table behind a toggle. */
export function ChartFrame({ title, summary, summaryShown = false, table, tools, children, level = 3 }: Props) {
  const [asTable, setAsTable] = useState(false)
  const id = useId()
  const Heading = `h${level}` as const
  return (
    <figure aria-labelledby={`${id}-title`} aria-describedby={`${id}-summary`} className="min-w-0">
      <div className="flex min-h-8 items-start justify-between gap-3 pb-1">
        <Heading id={`${id}-title`} className="pt-1 text-sm font-semibold">
          {title}
        </Heading>
        <span className="no-print flex shrink-0 gap-1">
          {tools}
          <Button
            kind="quiet"
            size="small"
            aria-pressed={asTable}
            onClick={() => setAsTable(!asTable)}
            icon={asTable ? <ChartLine size={14} aria-hidden /> : <Table2 size={14} aria-hidden />}
          >
            {asTable ? 'Chart' : 'Table'}
          </Button>
        </span>
      </div>
      <figcaption id={`${id}-summary`} className={summaryShown ? 'prose-width pb-2 text-sm text-ink-2' : 'sr-only'}>
        {summary}
      </figcaption>
      {asTable ? table : children}
    </figure>
  )
}
