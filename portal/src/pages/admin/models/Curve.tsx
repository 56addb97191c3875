import { saveRows } from '@/api/rows-csv'
import { ChartFrame } from '@/charts/ChartFrame'
import { formatNumber, formatPercent } from '@/format'
import { CsvButton, Table } from '@/ui'
import { curveSummary, type CurvePoint } from './card'

const SIDE = 240
const MARGIN = { left: 36, bottom: 34, top: 8, right: 16 }
const at = (share: number) => MARGIN.left + share * (SIDE - MARGIN.left - MARGIN.right)
const up = (share: number) => SIDE - MARGIN.bottom - share * (SIDE - MARGIN.top - MARGIN.bottom)

/** Predicted against actual shares: on the diagonal the probabilities are right. */
export function Curve({ points, version }: { points: readonly CurvePoint[]; version: string }) {
  const line = points.map((point, index) => `${index === 0 ? 'M' : 'L'}${at(point.predicted)} ${up(point.actual)}`).join('')
  return (
    <ChartFrame
      title="Are its probabilities right?"
      level={4}
      summary={curveSummary(points)}
      summaryShown
      table={<CurveTable points={points} />}
      tools={<CsvButton what={`the calibration of ${version}`} onDownload={() => saveRows(points.map((point) => ({ ...point })), `${version}-calibration.csv`)} />}
    >
      <svg aria-hidden width={SIDE} height={SIDE} className="tabular">
        {[0, 0.5, 1].map((tick) => (
          <g key={tick}>
            <line x1={at(tick)} x2={at(tick)} y1={up(0)} y2={up(1)} className="stroke-chart-grid" />
            <line x1={at(0)} x2={at(1)} y1={up(tick)} y2={up(tick)} className="stroke-chart-grid" />
            <text x={at(tick)} y={up(0) + 14} textAnchor="middle" className="fill-ink-3 text-xs">
              {formatNumber(100 * tick)}
            </text>
            <text x={at(0) - 6} y={up(tick)} dy="0.32em" textAnchor="end" className="fill-ink-3 text-xs">
              {formatNumber(100 * tick)}
            </text>
          </g>
        ))}
        <line x1={at(0)} y1={up(0)} x2={at(1)} y2={up(1)} strokeDasharray="3 3" className="stroke-ink-3" />
        <path d={line} fill="none" strokeWidth={2} className="stroke-accent" />
        {points.map((point) => (
          <circle key={point.predicted} cx={at(point.predicted)} cy={up(point.actual)} r={3.5} className="fill-accent" />
        ))}
        <text x={at(1)} y={SIDE - 4} textAnchor="end" className="fill-ink-2 text-xs">
          predicted, % →
        </text>
        <text x={at(0) + 5} y={up(1) + 12} className="fill-ink-2 text-xs">
          ↑ came about, %
        </text>
      </svg>
    </ChartFrame>
  )
}

function CurveTable({ points }: { points: readonly CurvePoint[] }) {
  return (
    <Table
      caption="Calibration"
      captionHidden
      compact
      rows={points}
      rowKey={(point) => point.predicted}
      columns={[
        { key: 'predicted', header: 'Predicted', rowHeader: true, cell: (point) => formatPercent(100 * point.predicted) },
        { key: 'actual', header: 'Came about', align: 'right', cell: (point) => formatPercent(100 * point.actual) },
        { key: 'n', header: 'Rows', align: 'right', cell: (point) => formatNumber(point.n) },
      ]}
    />
  )
}
