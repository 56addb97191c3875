import type { components } from '@/api/__generated__/schema'
import { isRecord } from '@/api/errors'
import { formatNumber } from '@/format'

export type PolicyNumber = components['schemas']['PolicyNumber']

const PARTS: Readonly<Record<string, string>> = {
  calendar: 'Weeks of the semester',
  sources: 'Sources of data',
  effort: 'Effort score',
  performance: 'Academic performance',
  attendance: 'Attendance requirement',
  baseline: "A student's own baseline",
  risk: 'Risk score',
  triage: 'Levels and order',
  quality: 'Quality of the data',
  predictions: 'Predictions',
  schedule: 'Schedule',
}

export interface Part {
  key: string
  title: string
  numbers: PolicyNumber[]
}

/** By the first word of the key, in the order of the policy file. */
export function partsOf(numbers: readonly PolicyNumber[]): Part[] {
  const parts = new Map<string, Part>()
  for (const number of numbers) {
    const key = number.key.split('.')[0] ?? number.key
    const part = parts.get(key) ?? { key, title: PARTS[key] ?? key.replaceAll('_', ' '), numbers: [] }
    part.numbers.push(number)
    parts.set(key, part)
  }
  return [...parts.values()]
}

/** A number, text, list or object of the policy as a reader would write it. */
export function valueWords(value: unknown): string {
  if (typeof value === 'number') return formatNumber(value, 4)
  if (typeof value === 'string') return value === '' ? 'none' : value
  if (typeof value === 'boolean') return value ? 'yes' : 'no'
  if (Array.isArray(value)) return value.length === 0 ? 'none' : value.map(valueWords).join(isRecord(value[0]) ? '; ' : ', ')
  if (!isRecord(value)) return 'none'
  const entries = Object.entries(value)
  return entries.length === 0 ? 'none' : entries.map(([name, inner]) => `${name.replaceAll('_', ' ')} ${valueWords(inner)}`).join(', ')
}

export function isChanged({ value, default: usual }: PolicyNumber): boolean {
  return JSON.stringify(value) !== JSON.stringify(usual)
}
