import { formatNumber } from '@/format'

interface Props {
  /** "Midterm score" */
  label: string
  value: number
  /** Ends of the 80 % interval. */
  low: number
  high: number
  /** A line to compare with: the pass mark, the class median. */
  marks?: readonly { value: number; label: string }[]
  /** What came, once it is known. */
  actual?: number
}

/** A prediction as a range, not a point: 8 of 10 such ranges hold the result. */
export function PredictionRange({ label, value, low, high, marks = [], actual }: Props) {
  const words = `${label}: likely between ${formatNumber(low)} and ${formatNumber(high)}, in the middle ${formatNumber(value)}.`
  const came = actual === undefined ? '' : ` It was ${formatNumber(actual)}.`
  return (
    <div className="text-sm">
      <p>
        {words}
        {came}
      </p>
      <div aria-hidden className="relative mt-2 mb-7 h-4">
        <div className="absolute inset-x-0 top-1.5 h-1 rounded-full bg-sunken" />
        <div className="absolute top-0.5 h-3 rounded-sm bg-accent/35" style={{ left: `${low}%`, width: `${high - low}%` }} />
        <div className="absolute top-0 h-4 w-0.5 -translate-x-1/2 bg-accent" style={{ left: `${value}%` }} />
        {actual !== undefined && (
          <div className="absolute top-0.5 size-3 -translate-x-1/2 rotate-45 border-2 border-surface bg-ink" style={{ left: `${actual}%` }} />
        )}
        {marks.map((mark) => (
          <div key={mark.label} className="absolute -top-0.5 h-5 border-l border-dashed border-ink-2" style={{ left: `${mark.value}%` }}>
            <span className={`absolute top-5 text-xs whitespace-nowrap text-ink-2 ${mark.value > 60 ? 'right-0' : 'left-0'}`}>{mark.label}</span>
          </div>
        ))}
      </div>
    </div>
  )
}
