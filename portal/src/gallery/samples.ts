/** Made-up numbers for the gallery, the same at every visit. */
import type { Panel, Series, Star } from '@/charts'
import type { Level } from '@/ui'

export const WEEKS = Array.from({ length: 17 }, (_, index) => index + 1)
export const EXAMS = [{ week: 8, label: 'Midterm' }]

export function random(seed: number): () => number {
  let state = seed
  return () => {
    state = (state * 1664525 + 1013904223) % 4294967296
    return state / 4294967296
  }
}

const upTo11 = (values: (number | null)[]): Series => WEEKS.map((_, index) => values[index] ?? null)
const around = (middle: number, spread: number, seed: number): Series => {
  const chance = random(seed)
  return upTo11(Array.from({ length: 11 }, (_, week) => (week === 7 ? null : middle + (chance() - 0.5) * spread)))
}
const shifted = (series: Series, by: number): Series => series.map((value) => (value === null ? null : value + by))

function panel(key: string, name: string, unit: Panel['unit'], student: (number | null)[], middle: number, seed: number): Panel {
  const median = around(middle, 7, seed)
  return { key, name, unit, student: upTo11(student), median, lower: shifted(median, -11), upper: shifted(median, 9) }
}

export const PANELS: Panel[] = [
  {
    ...panel('effort', 'Effort', 'points', [66, 64, 68, 61, 63, 58, 55, null, 44, 39, 37], 61, 3),
    notes: [{ week: 9, text: 'fell 14 points below the usual' }],
  },
  panel('performance', 'Performance', 'points', [null, 71, 69, 70, null, 66, 64, null, 58, 55, 52], 66, 5),
  {
    ...panel('attendance', 'Attendance', 'percent', [95, 92, 96, 90, 88, 90, 82, null, 76, 70, 64], 84, 8),
    notes: [{ week: 11, text: '82% to 64% in 3 weeks' }],
  },
]

const FIRST = ['Aarav', 'Sneha', 'Rahul', 'Priya', 'Faizan', 'Manjunath', 'Ananya', 'Karthik', 'Meera', 'Vikram', 'Divya', 'Imran']
const LAST = ['Sharma', 'Iyer', 'Verma', 'Nair', 'Mirza', 'Hiremath', 'Rao', 'Reddy', 'Das', 'Joshi']

export function makeStars(howMany: number): Star[] {
  const chance = random(11)
  return Array.from({ length: howMany }, (_, index) => {
    const talent = 35 + chance() * 55
    let effort = 35 + chance() * 50
    const drift = (chance() - 0.56) * 5
    const weeks = WEEKS.map(() => {
      effort = Math.min(98, Math.max(4, effort + drift + (chance() - 0.5) * 9))
      const performance = Math.min(99, Math.max(3, talent * 0.5 + effort * 0.55 + (chance() - 0.5) * 12 - 8))
      const risk = Math.max(0, 105 - performance - effort * 0.55)
      return { effort, performance, risk, level: levelOf(risk, chance()) }
    })
    return {
      id: `S${index}`,
      name: `${FIRST[index % FIRST.length] ?? ''} ${LAST[Math.floor(index / FIRST.length) % LAST.length] ?? ''}`,
      detail: `25CSEA${String(index).padStart(3, '0')}, CSE 2A`,
      effort: weeks.map((week) => (week.level === 'cannot_tell' ? null : week.effort)),
      performance: weeks.map((week) => week.performance),
      level: weeks.map((week) => week.level),
      urgency: weeks.map((week) => week.risk),
    }
  })
}

function levelOf(risk: number, luck: number): Level {
  if (luck < 0.01) return 'cannot_tell'
  return risk >= 60 ? 'critical' : risk >= 48 ? 'high' : risk >= 38 ? 'watch' : 'fine'
}

export const MARKS = (() => {
  const chance = random(21)
  return Array.from({ length: 60 }, () => Math.min(99, 35 + (chance() + chance() + chance()) * 20))
})()
