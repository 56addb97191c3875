/** The labels and numbers of predictions in words. */
import type { components } from '@/api/__generated__/schema'

type Schemas = components['schemas']

export const RISK_WORDS: Record<string, string> = { HIGH: 'High', MEDIUM: 'Medium', LOW: 'Low' } satisfies Record<Schemas['RiskLabelEnum'], string>

export const VERDICT_WORDS: Record<Schemas['VerdictEnum'], string> = {
  under: 'Worse than predicted',
  'as expected': 'As predicted',
  over: 'Better than predicted',
}
