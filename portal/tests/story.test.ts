import { describe, expect, it } from 'vitest'
import type { components } from '@/api/__generated__/schema'
import { csvOf } from '@/csv'
import { levelShares, movementSentence, shortfallSentence, weekOf, type ClassWeek } from '@/pages/class/figures'
import { constellationOf } from '@/pages/galaxy/constellation'
import { everyPage } from '@/pages/galaxy/pages'
import { chanceWords, isWithoutModel, modelsOf, rangeWords } from '@/pages/predictions/words'
import { flaggedFor, howLong, levelOf, levelOfStudent } from '@/pages/flag-words'
import { stepOf } from '@/pages/student/step'
import { axisOf, examsOf, panelsOf, type Week } from '@/pages/student/weeks'
import { workByWeek, workSentence, type Piece, type WorkState } from '@/pages/student/work'
import { aboutWeek } from '@/pages/week-kinds'

type Schemas = components['schemas']

const QUARTILES = { lower_quartile: 50, median: 60, upper_quartile: 70 }

function week(number: number, effort: number | null, kind: Schemas['WeekKindEnum'] = 'teaching'): Week {
  const bands = { effort: QUARTILES, performance: QUARTILES, weekly_attendance: QUARTILES, overall_attendance: QUARTILES }
  const status = { academic_year: 2026, semester: 3, sem_week: number, computed_at: null }
  // The chart reads these fields of the thirty that a week has.
  return { kind, effort_score: effort, academic_performance: 55, weekly_att_pct: 80, class_bands: bands, week_status: status } as Week
}

function drop(sem_week: number, baseline: number, value: number): Schemas['FlagOfWeek'] {
  const reason: Schemas['Reason'] = { code: 'effort_drop', sentence: '', value, baseline, yardstick: 'own past', weeks: 1, contribution: 4, clears_when: '' }
  return { id: `${sem_week}`, academic_year: 2026, semester: 3, sem_week, level: 'watch', list: 'contact', risk_score: 30, urgency: 30, diagnosis: '', reasons: [reason] }
}

describe("a student's weeks", () => {
  it('keep the place of a week without a row', () => {
    const weeks = [week(4, 60), week(6, 40)]
    expect(axisOf(weeks)).toEqual([4, 5, 6])
    expect(panelsOf(weeks, [])[0]?.student).toEqual([60, null, 40])
    expect(axisOf([])).toEqual([])
  })

  it('say a drop once, and again only after two weeks without it', () => {
    const flags = [drop(3, 60, 40), drop(4, 58, 41), drop(5, 55, 42), drop(9, 50.4, 29.6)]
    expect(panelsOf([week(3, 40), week(9, 30)], flags)[0]?.notes).toEqual([
      { week: 3, text: 'fell from 60 to 40' },
      { week: 9, text: 'fell from 50 to 30' },
    ])
  })

  it('name the weeks without teaching, and say what they mean', () => {
    expect(examsOf([week(7, 1), week(8, null, 'midterm'), week(9, null, 'holiday')])).toEqual([
      { week: 8, label: 'Midterm' },
      { week: 9, label: 'Holiday' },
    ])
    expect(aboutWeek(8, 'midterm')?.title).toBe('Week 8 is an exam week (midterm)')
    expect(aboutWeek(18, 'endterm')?.text).toContain('nobody is scored or flagged')
    expect(aboutWeek(5, 'holiday')?.text).toContain('next teaching week')
    expect(aboutWeek(2, 'grace')?.text).toContain('above Watch')
    expect(aboutWeek(7, 'teaching')).toBeNull()
  })
})

describe('work', () => {
  const piece = (due_week: number, state: WorkState, kind: Piece['kind'] = 'assignment'): Piece => ({
    kind, state, due_week, work_id: `${due_week}-${state}`, subject_id: null, subject_name: null, title: null, max_marks: null, known_week: null, mark_pct: null, quality_pct: null, plagiarism_pct: null,
  })

  it('counts late work as done, and what we cannot tell as nothing', () => {
    const pieces = [piece(5, 'late'), piece(2, 'missed'), piece(5, 'missed'), piece(6, 'not_loaded'), piece(7, 'unknown'), piece(9, 'not_due'), piece(2, 'handed_in', 'quiz')]
    expect(workByWeek(pieces, 'assignment')).toEqual([
      { week: 2, due: 1, done: 0 },
      { week: 5, due: 2, done: 1 },
    ])
    expect(workSentence(pieces)).toBe('Has done 2 of 4 pieces of work so far, 1 of them late. We cannot tell about 2 more.')
    expect(workSentence([piece(9, 'not_due')])).toBe('No work was due yet that we know of.')
  })
})

describe('a level', () => {
  it('is fine without a flag, and cannot be told where data is missing', () => {
    expect(levelOf({ level: 'high', list: 'contact' })).toBe('high')
    expect(levelOf({ level: null, list: 'cannot_tell' })).toBe('cannot_tell')
    expect(levelOf({ level: null, list: 'integrity' })).toBeNull()
    expect(levelOfStudent({ level: null, list: 'integrity' })).toBe('fine')
    expect(levelOfStudent(null)).toBe('fine')
  })

  it('has its weeks in words', () => {
    expect([0, 1, 3].map(flaggedFor)).toEqual(['', 'new this week', 'flagged 3 weeks in a row'])
    expect([0, 1, 3].map((weeks_flagged) => howLong({ weeks_flagged }))).toEqual([null, 'new', 'week 3 of this'])
  })
})

describe('keys lead to the neighbours', () => {
  const key = (name: string, more = {}, characters = true) =>
    stepOf({ key: name, ctrlKey: false, altKey: false, metaKey: false, defaultPrevented: false, ...more }, characters)

  it('by letter and by arrow', () => {
    expect(['k', 'ArrowLeft', 'j', 'ArrowRight', 'ArrowDown', 'K'].map((name) => key(name))).toEqual(['previous', 'previous', 'next', 'next', null, null])
  })

  it('by arrow alone where single characters are switched off', () => {
    expect(['k', 'ArrowLeft', 'j', 'ArrowRight'].map((name) => key(name, {}, false))).toEqual([null, 'previous', null, 'next'])
  })

  it('and leave the shortcuts of the browser alone', () => {
    expect(key('ArrowLeft', { altKey: true })).toBeNull()
    expect(key('k', { ctrlKey: true })).toBeNull()
    expect(key('j', { defaultPrevented: true })).toBeNull()
  })
})

describe('the Galaxy', () => {
  const student = (id: string, effort: (number | null)[], more: Partial<Schemas['GalaxyStudent']> = {}): Schemas['GalaxyStudent'] => ({
    student_id: id, name: null, roll_number: null, class_id: 'A', class_name: null, academic_year: 2026, semester: 3,
    weeks: effort.map((_, index) => index + 1), effort, performance: effort, level: effort.map(() => null), list: effort.map(() => null), urgency: effort,
    ...more,
  })

  it('takes a week of which nothing is known for one that cannot be told', () => {
    const { stars } = constellationOf([student('a', [50, null, 70]), student('b', [10, 20, 30], { level: [null, 'high', null], list: ['cannot_tell', 'contact', null] })])
    expect(stars.map((star) => star.level)).toEqual([['fine', 'cannot_tell', 'fine'], ['cannot_tell', 'high', 'fine']])
  })

  it('ends at the chosen week, and says when classes are in different ones', () => {
    const students = [student('a', [50, 60, 70]), student('b', [10])]
    expect(constellationOf(students)).toMatchObject({ weeks: [1, 2, 3], apart: true })
    expect(constellationOf(students, 2).stars.map((star) => star.effort)).toEqual([[50, 60], [10, null]])
    expect(constellationOf([])).toEqual({ stars: [], weeks: [], apart: false })
  })

  it('is loaded page by page, in order, however the pages come', async () => {
    const said: number[] = []
    const get = async (page: number) => {
      await new Promise((resolve) => setTimeout(resolve, page === 2 ? 20 : 1))
      return { count: 5, reason: null, results: [[1, 2], [3, 4], [5]][page - 1] ?? [] }
    }
    const { rows } = await everyPage(get, { atOnce: 3, onProgress: ({ done }) => said.push(done) })
    expect(rows).toEqual([1, 2, 3, 4, 5])
    expect(said).toEqual([2, 3, 5])
  })

  it('keeps the reason of an empty list', async () => {
    const nothing = { count: 0, reason: 'No class is yours.', results: [] as number[] }
    expect(await everyPage(() => Promise.resolve(nothing), { atOnce: 3, onProgress: () => undefined })).toEqual({ rows: [], reason: 'No class is yours.' })
  })
})

describe('a class in words', () => {
  const row = {
    class_id: 'A', on_roll: 58, levels: { critical: 3, high: 5, watch: 4 }, lists: { contact: 12, watching: 0, in_progress: 0, integrity: 1, cannot_tell: 1 },
    movement: { week_before: 10, new: 3, worse: 2, better: 4, same: 5, gone: 1 },
    attendance_shortfall: { required_pct: 75, below_rule: 16, at_risk: 5, out_of_reach: 2 },
    week_status: { academic_year: 2026, semester: 3, sem_week: 11, computed_at: null },
  } as ClassWeek // the sentences read these fields

  it('adds its levels up to the roll', () => {
    expect(levelShares(row).reduce((sum, one) => sum + one.students, 0)).toBe(58)
  })

  it('says what moved and who is short', () => {
    expect(movementSentence(row)).toBe('3 new, 2 worse, 4 better, 5 as before, 1 not flagged any more, since week 10.')
    expect(movementSentence({ ...row, movement: { ...row.movement, week_before: null } })).toContain('no teaching week before')
    expect(shortfallSentence(row)).toBe('16 of 58 students attended less than 75% so far. 5 students must attend most of what is left or cannot reach the rule; 2 cannot.')
  })

  it('takes the last week where none is chosen, and none that is not there', () => {
    const before = { ...row, week_status: { ...row.week_status, sem_week: 10 } }
    expect(weekOf([before, row], 'A')).toBe(row)
    expect(weekOf([before, row], 'A', 10)).toBe(before)
    expect(weekOf([before, row], 'A', 12)).toBeUndefined()
  })
})

describe('predictions in words', () => {
  it('are ranges, or say that they are a rule of thumb or cannot be told', () => {
    expect(rangeWords(52.4, 44, 61)).toBe('44 to 61, middle 52')
    expect(rangeWords(52.4, null, null)).toBe('about 52')
    expect(rangeWords(null, null, null)).toBe('cannot tell')
    expect([chanceWords(0.804), chanceWords(null)]).toEqual(['80%', 'cannot tell'])
  })

  it('name each model once', () => {
    expect(modelsOf([{ model_version: 'a' }, { model_version: null }, { model_version: 'a' }])).toEqual(['a'])
    expect(isWithoutModel('No trained model yet: an admin')).toBe(true)
    expect(isWithoutModel('There is no ledger yet')).toBe(false)
    expect(isWithoutModel(null)).toBe(false)
  })
})

it('writes CSV that a spreadsheet opens and does not run', () => {
  expect(csvOf(['name', 'mark'], [['Iyer, "S"', 4.5], ['=1+1', null], ['two\nlines', false]])).toBe(
    'name,mark\r\n"Iyer, ""S""",4.5\r\n\'=1+1,\r\n"two\nlines",false\r\n',
  )
})
