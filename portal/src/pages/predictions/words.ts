/** The labels and numbers of predictions in words. */
import type { components } from '@/api/__generated__/schema'
import { formatNumber, formatPercent } from '@/format'

type Schemas = components['schemas']

export const RISK_WORDS: Record<string, string> = { HIGH: 'High', MEDIUM: 'Medium', LOW: 'Low' } satisfies Record<Schemas['RiskLabelEnum'], string>

export const VERDICT_WORDS: Record<Schemas['VerdictEnum'], string> = {
  under: 'Worse than predicted',
  'as expected': 'As predicted',
  over: 'Better than predicted',
}

/** Whether a list is empty for want of a model, by the sentence that the API gives for it. */
export function isWithoutModel(reason: string | null): boolean {
  return reason?.startsWith('No trained model') ?? false
}

/** "52, likely 44 to 61"; without ends it is a rule of thumb. */
export function rangeWords(value: number | null, low: number | null, high: number | null): string {
  if (value === null) return 'cannot tell'
  return low === null || high === null ? `about ${formatNumber(value)}` : `${formatNumber(low)} to ${formatNumber(high)}, middle ${formatNumber(value)}`
}

/** A probability 0-1. */
export function chanceWords(chance: number | null): string {
  return chance === null ? 'cannot tell' : formatPercent(chance * 100)
}

/** Which models gave the rows, once each: "midterm_score-1a2b3c4d5e6f"; a rule of thumb has none. */
export function modelsOf(rows: readonly { model_version: string | null }[]): string[] {
  return [...new Set(rows.flatMap((row) => row.model_version ?? []))]
}
