export interface Bin {
  from: number
  /** Not within, but for the last bin. */
  to: number
  count: number
}

/** Values 0-100 counted in bins of the same width. */
export function binned(values: readonly number[], width: number): Bin[] {
  const bins = Array.from({ length: Math.ceil(100 / width) }, (_, index) => ({
    from: index * width,
    to: Math.min(100, (index + 1) * width),
    count: 0,
  }))
  for (const value of values) {
    const bin = bins[Math.min(bins.length - 1, Math.max(0, Math.floor(value / width)))]
    if (bin) bin.count += 1
  }
  return bins
}

/** Linear between the neighbours, as the API's quartiles are; null of nothing. */
export function quantile(values: readonly number[], share: number): number | null {
  const sorted = values.toSorted((one, other) => one - other)
  const at = (sorted.length - 1) * share
  const low = sorted[Math.floor(at)]
  const high = sorted[Math.ceil(at)]
  return low === undefined || high === undefined ? null : low + (high - low) * (at - Math.floor(at))
}
