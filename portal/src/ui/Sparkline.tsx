import { sparklinePath, sparklineRange } from './sparkline-path'

interface Props {
  /** Oldest first; null is a gap. */
  values: readonly (number | null)[]
  /** What it shows, in words: "Effort fell from 61 to 37 in 6 weeks". */
  summary: string
  /** Ends of the scale; without it, those of the values, at least 30 points apart. */
  range?: readonly [number, number]
  width?: number
  height?: number
}

export function Sparkline({ values, summary, range = sparklineRange(values), width = 72, height = 22 }: Props) {
  const { line, end } = sparklinePath(values, range, width, height)
  return (
    <svg role="img" aria-label={summary} width={width} height={height} viewBox={`0 0 ${width} ${height}`} className="shrink-0 overflow-visible text-ink-2">
      <path d={line} fill="none" stroke="currentColor" strokeWidth="1.5" strokeLinejoin="round" strokeLinecap="round" />
      {end !== null && <circle cx={end[0]} cy={end[1]} r="2.25" className="fill-ink" />}
    </svg>
  )
}
