/** The points of the Student Galaxy as flat arrays: 5,000 students over 18 weeks are drawn at every frame. */
import { LEVELS, type Level } from '@/ui/level'

export interface Star {
  id: string
  name: string
  /** Under the name: roll number, class. */
  detail: string
  /** One entry for each week; null where it is not known. */
  effort: readonly (number | null)[]
  performance: readonly (number | null)[]
  level: readonly Level[]
  /** 0-120: risk score and escalation. */
  urgency: readonly number[]
}

export interface Stars {
  count: number
  weeks: number
  /** At star * weeks + week; NaN where it is not known. */
  effort: Float32Array
  performance: Float32Array
  /** Index into LEVELS. */
  level: Uint8Array
  urgency: Float32Array
}

export function packStars(stars: readonly Star[], weeks: number): Stars {
  const packed: Stars = {
    count: stars.length,
    weeks,
    effort: new Float32Array(stars.length * weeks).fill(NaN),
    performance: new Float32Array(stars.length * weeks).fill(NaN),
    level: new Uint8Array(stars.length * weeks),
    urgency: new Float32Array(stars.length * weeks),
  }
  stars.forEach((star, index) => {
    for (let week = 0; week < weeks; week += 1) {
      const at = index * weeks + week
      packed.effort[at] = star.effort[week] ?? NaN
      packed.performance[at] = star.performance[week] ?? NaN
      packed.level[at] = LEVELS.indexOf(star.level[week] ?? 'cannot_tell')
      packed.urgency[at] = star.urgency[week] ?? 0
    }
  })
  return packed
}

/**
 * Value at a time between weeks: straight between its two weeks. NaN while either is not known, so that nobody glides
 * through weeks of which nothing is known; at a whole week, that week's own value.
 */
export function valueAt(values: Float32Array, weeks: number, star: number, time: number): number {
  const week = Math.floor(time)
  const from = values[star * weeks + week] ?? NaN
  const part = time - week
  if (part === 0) return from
  const to = values[star * weeks + week + 1] ?? NaN
  return from + (to - from) * part
}

/** Stars that are placed at `week`, the most urgent first. */
export function byUrgency(stars: Stars, week: number): number[] {
  const placed: number[] = []
  for (let star = 0; star < stars.count; star += 1) {
    const at = star * stars.weeks + week
    if (!Number.isNaN((stars.effort[at] ?? NaN) + (stars.performance[at] ?? NaN))) placed.push(star)
  }
  const urgency = (star: number) => stars.urgency[star * stars.weeks + week] ?? 0
  return placed.sort((one, other) => urgency(other) - urgency(one))
}

/** The area of a brush, in effort and performance. */
export interface Brush {
  effort: [number, number]
  performance: [number, number]
}

export function within(stars: Stars, week: number, brush: Brush): number[] {
  return byUrgency(stars, week).filter((star) => {
    const at = star * stars.weeks + week
    const [effort, performance] = [stars.effort[at] ?? NaN, stars.performance[at] ?? NaN]
    return (
      effort >= brush.effort[0] &&
      effort <= brush.effort[1] &&
      performance >= brush.performance[0] &&
      performance <= brush.performance[1]
    )
  })
}
