/** A model card's figures as the pages show them. They are JSON that the training wrote; what is not there is left out. */
import type { components } from '@/api/__generated__/schema'
import { isRecord } from '@/api/errors'
import { formatNumber, formatPercent } from '@/format'

export type Model = components['schemas']['Model']
export type Figures = Readonly<Record<string, number>>

interface Figure {
  name: string
  /** Which way is better; null: neither. */
  better: 'lower' | 'higher' | null
  meaning: string
  shown: (value: number) => string
}

const three = (value: number) => formatNumber(value, 3, true)
const points = (value: number) => formatNumber(value, 1, true)
const share = (value: number) => formatPercent(100 * value)

/** In the order of the page. */
export const FIGURES: Readonly<Record<string, Figure>> = {
  n: { name: 'Test rows', better: null, meaning: 'how many it was tested on, none of which it had learnt from', shown: formatNumber },
  mae: { name: 'Mean error', better: 'lower', meaning: 'points between predicted and actual, on average', shown: points },
  rmse: { name: 'Root mean square error', better: 'lower', meaning: 'as the mean error, with large ones counting more', shown: points },
  coverage: { name: 'Inside the interval', better: null, meaning: 'share of results within the 80% interval; 80% is right', shown: share },
  width: { name: 'Width of the interval', better: 'lower', meaning: 'points from end to end, on average', shown: points },
  mean: { name: 'Mean result', better: null, meaning: 'of the test rows', shown: points },
  brier: { name: 'Brier score', better: 'lower', meaning: 'mean squared error of the probabilities; 0 is perfect', shown: three },
  log_loss: { name: 'Log loss', better: 'lower', meaning: 'punishes confident mistakes; 0 is perfect', shown: three },
  auc: { name: 'AUC', better: 'higher', meaning: 'chance that who failed was given more than who did not; 0.5 is guessing', shown: three },
  pr_auc: { name: 'Average precision', better: 'higher', meaning: 'precision over all thresholds; the base rate is guessing', shown: three },
  base_rate: { name: 'Base rate', better: null, meaning: 'share of the test rows with the outcome', shown: share },
  recall_at_capacity: {
    name: 'Found within the capacity',
    better: 'higher',
    meaning: 'share of those with the outcome among the students that an advisor can meet',
    shown: share,
  },
  slope: { name: 'Calibration slope', better: null, meaning: '1 is right; below 1 the probabilities are too extreme', shown: three },
  intercept: { name: 'Calibration intercept', better: null, meaning: '0 is right; above 0 the probabilities are too low', shown: three },
}

/** The numbers of a JSON object. The training nests those of a baseline or group one deeper, under "figures". */
export function figuresOf(json: unknown): Figures {
  if (!isRecord(json)) return {}
  const inner = isRecord(json.figures) ? json.figures : json
  return Object.fromEntries(Object.entries(inner).filter((entry): entry is [string, number] => isFinite(entry[1])))
}

function isFinite(value: unknown): value is number {
  return typeof value === 'number' && Number.isFinite(value)
}

export interface FigureRow {
  key: string
  name: string
  meaning: string
  own: string
  /** By name of the baseline; empty where it has none. */
  others: Record<string, string>
  /** Whether the model is better than every baseline that has this figure; null where neither way is better, or none has it. */
  best: boolean | null
}

/** One row a figure: the model's beside each naive baseline's. */
export function besideBaselines(model: Pick<Model, 'metrics' | 'baselines'>): { names: string[]; rows: FigureRow[] } {
  const own = figuresOf(model.metrics)
  const baselines = isRecord(model.baselines) ? Object.entries(model.baselines).map(([name, json]) => [name, figuresOf(json)] as const) : []
  const rows = Object.entries(FIGURES).flatMap(([key, figure]) => {
    const value = own[key]
    if (value === undefined) return []
    const theirs = baselines.flatMap(([name, figures]) => (figures[key] === undefined ? [] : [[name, figures[key]] as const]))
    return [
      {
        key,
        name: figure.name,
        meaning: figure.meaning,
        own: figure.shown(value),
        others: Object.fromEntries(theirs.map(([name, one]) => [name, figure.shown(one)])),
        best: isBest(value, theirs.map(([, one]) => one), figure.better),
      },
    ]
  })
  return { names: baselines.map(([name]) => name), rows }
}

function isBest(value: number, others: readonly number[], better: Figure['better']): boolean | null {
  if (better === null || others.length === 0) return null
  return others.every((other) => (better === 'lower' ? value < other : value > other))
}

export interface CurvePoint {
  n: number
  /** Shares, 0 to 1. */
  predicted: number
  actual: number
}

export function curveOf(json: unknown): CurvePoint[] {
  if (!Array.isArray(json)) return []
  return json.flatMap((point: unknown) => {
    if (!isRecord(point) || !isFinite(point.predicted) || !isFinite(point.actual)) return []
    return [{ n: isFinite(point.n) ? point.n : 0, predicted: point.predicted, actual: point.actual }]
  })
}

/** "Where it said 30%, 41% failed" where it is furthest from the truth. */
export function curveSummary(points: readonly CurvePoint[]): string {
  const worst = points.toSorted((one, other) => gap(other) - gap(one))[0]
  if (worst === undefined) return ''
  const furthest = `Furthest from the truth: where it said ${share(worst.predicted)}, ${share(worst.actual)} came about.`
  return gap(worst) < 0.05 ? `The probabilities are right within 5 points everywhere. ${furthest}` : furthest
}

function gap({ predicted, actual }: CurvePoint): number {
  return Math.abs(predicted - actual)
}

export interface Group {
  column: string
  value: string
  n: number | null
  figures: Figures
  /** Why there are no figures. */
  note: string
}

/** The figures by group, from either shape: a list of groups, or an object of columns of values. */
export function groupsOf(json: unknown): Group[] {
  if (Array.isArray(json)) return json.flatMap((one: unknown) => (isRecord(one) ? [groupOf(text(one.column), text(one.value), one)] : []))
  if (!isRecord(json)) return []
  return Object.entries(json).flatMap(([column, values]) =>
    isRecord(values) ? Object.entries(values).map(([value, figures]) => groupOf(column, value, isRecord(figures) ? figures : {})) : [],
  )
}

function groupOf(column: string, value: string, json: Record<string, unknown>): Group {
  const figures: Figures = isFinite(json.missed) ? { ...figuresOf(json), missed: json.missed } : figuresOf(json)
  return { column, value, n: isFinite(json.n) ? json.n : null, figures, note: text(json.note) }
}

function text(value: unknown): string {
  return typeof value === 'string' ? value : ''
}

/** The comparison with the model in use, in a sentence; null: there was none in use. */
export function comparisonWords(model: Pick<Model, 'comparison' | 'metrics'>): string | null {
  const { comparison } = model
  if (!isRecord(comparison)) return null
  if (typeof comparison.said === 'string') return comparison.said
  const other = text(comparison.with) || text(comparison.promoted) || 'the model in use'
  const own = figuresOf(model.metrics)
  const parts = Object.entries(figuresOf(comparison)).flatMap(([key, value]) => {
    const figure = FIGURES[key]
    const mine = own[key]
    return figure === undefined || figure.better === null ? [] : [`${figure.name.toLowerCase()} ${figure.shown(value)}${mine === undefined ? '' : ` (this one: ${figure.shown(mine)})`}`]
  })
  return parts.length === 0 ? `It was compared with ${other}.` : `On the same rows ${other} has ${parts.join(', ')}.`
}

/** What it learnt from, as names and values: "examples", "1,000". */
export function learntFrom(json: unknown): { name: string; value: string }[] {
  if (!isRecord(json)) return []
  return Object.entries(json).flatMap(([name, value]) => {
    if (isFinite(value)) return [{ name: words(name), value: formatNumber(value) }]
    if (typeof value === 'string') return [{ name: words(name), value }]
    if (Array.isArray(value)) return [{ name: words(name), value: value.map(termWords).join(', ') }]
    return []
  })
}

function termWords(term: unknown): string {
  if (!isRecord(term)) return String(term)
  const of = [term.academic_year, term.term].filter((part) => part !== undefined).map(String).join(' ')
  return of === '' ? Object.values(term).map(String).join(' ') : of
}

/** A name of the API as words: "academic_year" is "Academic year". */
export function words(name: string): string {
  const spaced = name.replaceAll('_', ' ')
  return spaced.charAt(0).toUpperCase() + spaced.slice(1)
}
