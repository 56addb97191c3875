import type { components } from '@/api/__generated__/schema'

type Finding = components['schemas']['Finding']

/** Findings of one rule in one table: over its weeks. */
export interface Found {
  table: string
  rule: string
  /** Of one of its weeks, without the number: "rows with more marks than there are". */
  what: string
  rows: number
  weeks: number[]
  examples: string[]
}

/** One entry a rule and table, the most rows first. */
export function byRuleAndTable(findings: readonly Finding[]): Found[] {
  const found = new Map<string, Found>()
  for (const one of findings) {
    const key = `${one.rule} ${one.table}`
    const what = one.sentence.replace(/^[\d,.\s]+/, '')
    const whole = found.get(key) ?? { table: one.table, rule: one.rule, what, rows: 0, weeks: [], examples: [] }
    whole.rows += one.rows
    if (one.week !== null && !whole.weeks.includes(one.week)) whole.weeks.push(one.week)
    whole.examples.push(...one.examples)
    found.set(key, whole)
  }
  const all = [...found.values()]
  for (const one of all) one.weeks.sort((left, right) => left - right)
  return all.sort((left, right) => right.rows - left.rows)
}

/** "week 3", "weeks 1-4 and 7"; empty where the rows have no week. */
export function weeksWords(weeks: readonly number[]): string {
  const spans: [number, number][] = []
  for (const week of weeks) {
    const last = spans.at(-1)
    if (last !== undefined && last[1] === week - 1) last[1] = week
    else spans.push([week, week])
  }
  const words = spans.map(([from, to]) => (from === to ? `${from}` : `${from}-${to}`))
  if (words.length === 0) return ''
  const list = words.length === 1 ? words.join('') : `${words.slice(0, -1).join(', ')} and ${words.at(-1) ?? ''}`
  return `${weeks.length === 1 ? 'week' : 'weeks'} ${list}`
}
