import { scaleLinear } from 'd3-scale'
import { count, formatNumber } from '@/format'
import { Table } from '@/ui'
import { binned, quantile, type Bin } from './bins'
import { ChartFrame } from './ChartFrame'
import { useWidth } from './use-width'

interface Props {
  title: string
  /** 0-100, one a student. */
  values: readonly number[]
  unit?: 'points' | 'percent'
  binWidth?: number
  /** A line with a word: the rule, the pass mark. */
  mark?: { value: number; label: string }
  level?: 2 | 3 | 4
}

const HEIGHT = 132
const TOP = 22
const BOTTOM = 22
const SIDE = 10

/** How a class spreads over 0-100: a dot for each student of a class, bars for a college. */
export function Distribution({ title, values, unit = 'points', binWidth = 5, mark, level }: Props) {
  const [box, width] = useWidth<HTMLDivElement>()
  const bins = binned(values, binWidth)
  const [lower, median, upper] = [0.25, 0.5, 0.75].map((share) => quantile(values, share))
  const sign = unit === 'percent' ? '%' : ''
  const summary =
    median == null || lower == null || upper == null
      ? 'No values yet.'
      : `Half of ${count(values.length, 'student')} are between ${formatNumber(lower)}${sign} and ${formatNumber(upper)}${sign}; the median is ${formatNumber(median)}${sign}.`
  return (
    <ChartFrame title={title} summary={summary} summaryShown table={<BinTable {...{ title, bins, sign }} />} level={level}>
      <div ref={box} className="w-full">
        {width > 0 && <Body {...{ bins, width, median: median ?? null, sign, mark }} />}
      </div>
    </ChartFrame>
  )
}

interface BodyProps {
  bins: readonly Bin[]
  width: number
  median: number | null
  sign: string
  mark: Props['mark']
}

function Body({ bins, width, median, sign, mark }: BodyProps) {
  const x = scaleLinear([0, 100], [SIDE, width - SIDE])
  const most = Math.max(1, ...bins.map((bin) => bin.count))
  const room = (HEIGHT - TOP - BOTTOM) / most
  const across = x(bins[0]?.to ?? 0) - x(0)
  const dots = room >= 4.5 && across >= 5
  const radius = Math.min(4, room / 2 - 0.5, across / 2 - 0.75)
  const floor = HEIGHT - BOTTOM
  const step = dots ? Math.min(room, radius * 2 + 1.5) : room
  return (
    <svg aria-hidden width={width} height={HEIGHT} className="tabular block">
      {bins.map((bin) => {
        const middle = x((bin.from + bin.to) / 2)
        if (!dots) {
          const high = bin.count * room
          return <rect key={bin.from} x={x(bin.from) + 0.5} width={Math.max(1, across - 1)} y={floor - high} height={high} className="fill-chart-median" />
        }
        return Array.from({ length: bin.count }, (_, index) => (
          <circle key={`${bin.from}-${index}`} cx={middle} cy={floor - radius - 1 - index * step} r={radius} className="fill-chart-median" />
        ))
      })}
      <line x1={SIDE} x2={width - SIDE} y1={floor} y2={floor} className="stroke-line-strong" />
      {[0, 25, 50, 75, 100].map((tick) => (
        <text key={tick} x={x(tick)} y={HEIGHT - 6} textAnchor={tick === 0 ? 'start' : tick === 100 ? 'end' : 'middle'} className="fill-ink-3 text-xs">
          {tick}
          {sign}
        </text>
      ))}
      {median !== null && <Rule x={x(median)} label={`median ${formatNumber(median)}${sign}`} left={mark !== undefined && median < mark.value} wide={width} className="stroke-ink" />}
      {mark !== undefined && <Rule x={x(mark.value)} label={mark.label} left={median !== null && median >= mark.value} wide={width} className="stroke-accent" dashed />}
    </svg>
  )
}

function Rule({ x, label, left, wide, className, dashed = false }: { x: number; label: string; left: boolean; wide: number; className: string; dashed?: boolean }) {
  const fits = left ? x - label.length * 6 > 0 : x + label.length * 6 < wide
  const atLeft = left === fits
  return (
    <g>
      <line x1={x} x2={x} y1={TOP - 14} y2={HEIGHT - BOTTOM} className={className} strokeDasharray={dashed ? '4 3' : undefined} />
      <text x={x + (atLeft ? -5 : 5)} y={TOP - 6} textAnchor={atLeft ? 'end' : 'start'} className={`text-xs ${dashed ? 'fill-accent' : 'fill-ink'}`}>
        {label}
      </text>
    </g>
  )
}

function BinTable({ title, bins, sign }: { title: string; bins: readonly Bin[]; sign: string }) {
  return (
    <Table
      caption={title}
      captionHidden
      compact
      rows={bins}
      rowKey={(bin) => bin.from}
      columns={[
        { key: 'range', header: 'From, to below', rowHeader: true, cell: (bin) => `${bin.from}${sign} - ${bin.to}${sign}` },
        { key: 'count', header: 'Students', align: 'right', cell: (bin) => formatNumber(bin.count), sort: (bin) => bin.count },
      ]}
    />
  )
}
