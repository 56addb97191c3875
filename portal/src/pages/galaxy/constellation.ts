/** The API's students as the Galaxy draws them. */
import type { components } from '@/api/__generated__/schema'
import type { Star } from '@/charts'
import type { Level } from '@/ui'

type Student = components['schemas']['GalaxyStudent']

interface Constellation {
  stars: Star[]
  /** Numbers of the weeks, oldest first. */
  weeks: number[]
  /** Classes are in different weeks. */
  apart: boolean
}

/** Up to the week chosen, or the last that any class has come to. */
export function constellationOf(students: readonly Student[], until?: number): Constellation {
  const ends = students.map((student) => student.weeks.at(-1) ?? 0)
  const last = Math.min(Math.max(0, ...ends), until ?? Infinity)
  const weeks = Array.from({ length: last }, (_, index) => index + 1)
  return { stars: last === 0 ? [] : students.map((student) => starOf(student, last)), weeks, apart: new Set(ends).size > 1 }
}

function starOf(student: Student, last: number): Star {
  const upToLast = <Value>(values: readonly Value[], none: Value) => Array.from({ length: last }, (_, index) => values[index] ?? none)
  const number = student.roll_number === null ? student.student_id : `${student.student_id}, roll number ${student.roll_number}`
  return {
    id: student.student_id,
    name: student.name ?? student.student_id,
    detail: `${number}, ${student.class_name ?? student.class_id}`,
    effort: upToLast(student.effort, null),
    performance: upToLast(student.performance, null),
    level: Array.from({ length: last }, (_, index) => levelAt(student, index)),
    urgency: Array.from({ length: last }, (_, index) => student.urgency[index] ?? 0),
  }
}

function levelAt(student: Student, index: number): Level {
  const level = student.level[index] ?? null
  if (level !== null) return level
  const known = student.effort[index] != null || student.performance[index] != null
  return student.list[index] === 'cannot_tell' || !known ? 'cannot_tell' : 'fine'
}
