/** What a run is and how far it is, in words. */
import type { components } from '@/api/__generated__/schema'
import { count, formatNumber } from '@/format'

export type Run = components['schemas']['Run']
export type RunState = Run['state']

export const STATE_WORDS: Record<RunState, string> = {
  queued: 'Waiting',
  running: 'Running',
  succeeded: 'Succeeded',
  failed: 'Failed',
}

const KIND_WORDS: Record<string, string> = { weekly: 'Weekly run', calibrate: 'Recalculation', train: 'Training of models' }

export function kindOf(run: Pick<Run, 'kind'>): string {
  return KIND_WORDS[run.kind] ?? run.kind
}

const STAGE_WORDS: Record<string, string> = {
  plan: 'Finding out which weeks are missing',
  difficulty: 'Difficulty of the subjects',
  roster: 'Copying the roster',
  strays: 'Looking for rows of students outside their class',
  read: "Reading the college's tables",
  history: 'Reading the weeks before',
  score: 'Scoring and flagging',
  predict: 'Predicting',
  publish: 'Publishing',
  rounds: 'Comparing predictions with results',
}

/** What a stage does; a stage of a newer server may have a name that this page does not know. */
export function stageWords(stage: string): string {
  return STAGE_WORDS[stage] ?? stage.replaceAll('_', ' ')
}

/** Waits or runs: there is something to watch. */
export function isOpen(run: Pick<Run, 'state'>): boolean {
  return run.state === 'queued' || run.state === 'running'
}

/** Seconds from its start to its end, or to now; null before it has begun. */
export function secondsOf(run: Pick<Run, 'started' | 'finished'>, now: number): number | null {
  if (run.started === null) return null
  return Math.max(0, ((run.finished === null ? now : Date.parse(run.finished)) - Date.parse(run.started)) / 1000)
}

/** "0.4 s", "48 s", "3 min 20 s", "1 h 5 min" */
export function durationWords(seconds: number): string {
  if (seconds < 0.1) return `${formatNumber(seconds, 2)} s`
  if (seconds < 9.95) return `${formatNumber(seconds, 1)} s`
  const whole = Math.round(seconds)
  if (whole < 60) return `${whole} s`
  if (whole < 3600) return both(Math.floor(whole / 60), 'min', whole % 60, 's')
  const minutes = Math.round(whole / 60)
  return both(Math.floor(minutes / 60), 'h', minutes % 60, 'min')
}

function both(large: number, unit: string, small: number, smallUnit: string): string {
  return small === 0 ? `${large} ${unit}` : `${large} ${unit} ${small} ${smallUnit}`
}

/** "Academic year 2026, odd semesters, week 11": where the college stood. Null where a run was not about a week. */
export function weekWords(run: Pick<Run, 'academic_year' | 'term' | 'sem_week'>): string | null {
  if (run.academic_year === null) return null
  const week = run.sem_week === null ? '' : `, week ${run.sem_week}`
  return `${run.academic_year}, ${run.term ?? ''} semesters${week}`
}

/** How much of it is done, 0 to 1; null where that is not known. */
export function shareDone(run: Pick<Run, 'progress' | 'state'>): number | null {
  if (run.state === 'succeeded') return 1
  const { classes, classes_done: classesDone, shards, shards_done: shardsDone } = run.progress ?? {}
  return ratio(classesDone, classes) ?? ratio(shardsDone, shards)
}

function ratio(done: number | null | undefined, all: number | null | undefined): number | null {
  return done == null || all == null || all === 0 ? null : Math.min(1, done / all)
}

export function progressWords(run: Pick<Run, 'progress' | 'state'>): string {
  if (run.state === 'queued') return 'Waits for the runner'
  const { what, classes, classes_done: done } = run.progress ?? {}
  const many = classes == null || done == null || classes === 0 ? null : `${formatNumber(done)} of ${count(classes, 'class', 'classes')}`
  return [what ?? null, many].filter((part) => part !== null && part !== '').join(', ')
}
