import { formatNumber } from '@/format'
import { Table } from '@/ui'
import { ChartFrame } from './ChartFrame'

export interface Contribution {
  key: string
  /** "Missed assignments" */
  label: string
  points: number
  /** What clears it. */
  clears?: string
}

interface Props {
  title: string
  contributions: readonly Contribution[]
  /** The sum as the API gives it, rounded. */
  total: number
}

/** The parts of a risk score, largest first, with their sum below. */
export function ContributionBars({ title, contributions, total }: Props) {
  const parts = contributions.filter((part) => part.points > 0).toSorted((one, other) => other.points - one.points)
  const largest = Math.max(1, ...parts.map((part) => part.points))
  return (
    <ChartFrame
      title={title}
      summary={`${parts.map((part) => `${part.label} ${formatNumber(part.points, 1)}`).join(', ')}: ${formatNumber(total, 1)} points in all.`}
      table={<ContributionTable title={title} parts={parts} />}
    >
      <ul className="space-y-2">
        {parts.map((part) => (
          <li key={part.key} className="text-sm">
            <div className="flex items-baseline justify-between gap-3">
              <span>{part.label}</span>
              <span className="tabular text-ink-2">{formatNumber(part.points, 1, true)}</span>
            </div>
            <div aria-hidden className="mt-1 h-1.5 rounded-full bg-sunken">
              <div className="h-full rounded-full bg-ink-2" style={{ width: `${(part.points / largest) * 100}%` }} />
            </div>
            {part.clears !== undefined && <p className="mt-0.5 text-xs text-ink-2">{part.clears}</p>}
          </li>
        ))}
      </ul>
      <p className="mt-3 flex justify-between border-t border-line pt-2 text-sm font-medium">
        <span>Risk score, of 100</span>
        <span className="tabular">{formatNumber(total, 1, true)}</span>
      </p>
    </ChartFrame>
  )
}

function ContributionTable({ title, parts }: { title: string; parts: readonly Contribution[] }) {
  return (
    <Table
      caption={title}
      captionHidden
      compact
      rows={parts}
      rowKey={(part) => part.key}
      columns={[
        { key: 'label', header: 'Signal', rowHeader: true, cell: (part) => part.label },
        { key: 'points', header: 'Points', align: 'right', cell: (part) => formatNumber(part.points, 1, true), sort: (part) => part.points },
      ]}
    />
  )
}
