/** Ends of the scale for some values 0-100: at least 30 points apart, so that a calm line looks calm. */
export function sparklineRange(values: readonly (number | null)[]): [number, number] {
  const known = values.filter((value) => value !== null)
  if (known.length === 0) return [0, 100]
  const [least, most] = [Math.min(...known), Math.max(...known)]
  const spare = Math.max(0, 30 - (most - least)) / 2
  return [least - spare, most + spare]
}

interface Drawn {
  line: string
  /** Where the last value is; null without any. */
  end: [number, number] | null
}

/** The path of a sparkline, broken at gaps; 3 pixels are left around it for its end. */
export function sparklinePath(
  values: readonly (number | null)[],
  [low, high]: readonly [number, number],
  width: number,
  height: number,
): Drawn {
  const x = (index: number) => 3 + (values.length < 2 ? 0.5 : index / (values.length - 1)) * (width - 6)
  const y = (value: number) => height - 3 - ((Math.min(high, Math.max(low, value)) - low) / (high - low)) * (height - 6)
  let line = ''
  let end: [number, number] | null = null
  values.forEach((value, index) => {
    if (value === null) return
    end = [round(x(index)), round(y(value))]
    const starts = index === 0 || values[index - 1] === null
    line += `${starts ? 'M' : 'L'}${end.join(' ')}`
    // A line of no length, whose round ends make a dot: a week between two gaps.
    if (starts && (values[index + 1] ?? null) === null) line += 'h0'
  })
  return { line, end }
}

function round(value: number): number {
  return Math.round(value * 10) / 10
}
