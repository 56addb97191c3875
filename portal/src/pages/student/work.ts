/** The pieces of work of a semester, counted by week and said in words. */
import type { components } from '@/api/__generated__/schema'
import type { WeekOfWork } from '@/charts'

export type Piece = components['schemas']['Piece']
export type WorkState = components['schemas']['WorkStateEnum']

export const STATE_WORDS: Record<WorkState, string> = {
  handed_in: 'Done',
  late: 'Done late',
  missed: 'Missed',
  not_due: 'Not due yet',
  unknown: 'Cannot tell: its row is not usable',
  not_loaded: 'Cannot tell: not loaded for the class yet',
}

/** Only what we can tell of counts as due: what is not loaded is nobody's fault. */
export function workByWeek(pieces: readonly Piece[], kind: Piece['kind']): WeekOfWork[] {
  const weeks = new Map<number, WeekOfWork>()
  for (const piece of pieces) {
    if (piece.kind !== kind || !(piece.state === 'missed' || isDone(piece))) continue
    const week = weeks.get(piece.due_week) ?? { week: piece.due_week, due: 0, done: 0 }
    weeks.set(piece.due_week, { ...week, due: week.due + 1, done: week.done + (isDone(piece) ? 1 : 0) })
  }
  return [...weeks.values()].toSorted((one, other) => one.week - other.week)
}

export function isDone(piece: Piece): boolean {
  return piece.state === 'handed_in' || piece.state === 'late'
}

/** "Has done 4 of 10 pieces of work so far; 2 of them late." */
export function workSentence(pieces: readonly Piece[]): string {
  const done = pieces.filter(isDone).length
  const missed = pieces.filter((piece) => piece.state === 'missed').length
  const late = pieces.filter((piece) => piece.state === 'late').length
  const dark = pieces.filter((piece) => piece.state === 'unknown' || piece.state === 'not_loaded').length
  const parts = [
    done + missed === 0 ? 'No work was due yet that we know of.' : `Has done ${done} of ${done + missed} pieces of work so far${late === 0 ? '' : `, ${late} of them late`}.`,
    dark === 0 ? '' : `We cannot tell about ${dark} more.`,
  ]
  return parts.filter((part) => part !== '').join(' ')
}
