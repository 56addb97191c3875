import { describe, expect, it } from 'vitest'
import type { components } from '@/api/__generated__/schema'
import { everyRow, listAddress } from '@/api/lists'
import { readLink } from '@/pages/account/link'
import { dayFromNow } from '@/pages/contact/kinds'
import { sorted } from '@/pages/follow-ups/sorted'
import {
  change,
  defaultPlaces,
  lastDayOf,
  movementOf,
  policyNumber,
  publishedWeek,
  sentencesOf,
  trendWords,
} from '@/pages/home/words'
import { levelShown, orderingOf, readFilters, sortingOf, withChanges } from '@/pages/students/filters'

type Flag = components['schemas']['Flag']
type Contact = components['schemas']['Intervention']
type Movement = components['schemas']['ClassMovement']

const reason = (sentence: string) => ({ sentence }) as Flag['reasons'][number]
const missing = (sentence: string) => ({ sentence }) as Flag['missing'][number]

describe('a flag in words', () => {
  it('says the strongest reasons first, and what is missing first where we cannot tell', () => {
    const said = { reasons: [reason('one'), reason('two'), reason('three')], missing: [missing('no quiz')] }
    expect(sentencesOf({ ...said, list: 'contact' }, 2)).toEqual(['one', 'two'])
    expect(sentencesOf({ ...said, list: 'cannot_tell' }, 2)).toEqual(['no quiz', 'one'])
    expect(sentencesOf({ reasons: [], missing: [missing('no quiz')], list: 'integrity' }, 2)).toEqual(['no quiz'])
  })

  it('says what changed, and nothing where nothing did', () => {
    expect(change({ kind: 'up', level_before: 'watch' })).toBe('worse, was Watch')
    expect(change({ kind: 'down', level_before: 'critical' })).toBe('better, was Critical')
    expect(change({ kind: 'same', level_before: 'high' })).toBeNull()
    expect(change({ kind: 'new', level_before: null })).toBeNull()
  })

  it('says the trend between the first and the last value that there is', () => {
    expect(trendWords([4, 5, 6, 7], [null, 61, null, 37.2])).toBe('Effort fell from 61 to 37, weeks 5 to 7')
    expect(trendWords([4, 5], [40, 61])).toBe('Effort rose from 40 to 61, weeks 4 to 5')
    expect(trendWords([4, 5], [60, 62])).toBe('Effort stayed near 62, weeks 4 to 5')
    expect(trendWords([4, 5], [60, null])).toBe('Effort 60 of 100 in week 4')
    expect(trendWords([4, 5], [null, null])).toBe('Effort: no value in these weeks')
  })
})

describe('the week', () => {
  const movement = (change: Partial<Movement>) => ({
    movement: { week_before: 10, new: 0, worse: 0, better: 0, same: 0, gone: 0, ...change },
  })

  it('adds the movement of the classes up', () => {
    const found = movementOf([movement({ new: 2, gone: 1 }), movement({ new: 1, worse: 3, better: 4, same: 9 })])
    expect(found).toEqual({ new: 3, worse: 3, better: 4, gone: 1, weekBefore: 10 })
  })

  it('has no movement in the first week and in exam weeks', () => {
    expect(movementOf([movement({ week_before: null })]).weekBefore).toBeNull()
    expect(movementOf([]).weekBefore).toBeNull()
  })

  it('is the last that is published of the classes asked for', () => {
    const one = { academic_year: 2026, semester: 3, branch: null, name: null }
    const classes = [
      { ...one, class_id: 'A', sem_week: 11 },
      { ...one, class_id: 'B', sem_week: 9 },
      { ...one, class_id: 'C', sem_week: null },
    ]
    expect(publishedWeek(classes)).toBe(11)
    expect(publishedWeek(classes, 'B')).toBe(9)
    expect(publishedWeek(classes, 'C')).toBeNull()
    expect(publishedWeek([])).toBeNull()
  })

  it('ends on the seventh day, over the end of a month too', () => {
    const day = new Intl.DateTimeFormat([...navigator.languages], { weekday: 'short', day: 'numeric', month: 'short' })
    expect(lastDayOf('2026-07-20', 1)).toBe(day.format(new Date(2026, 6, 26)))
    expect(lastDayOf('2026-07-20', 11)).toBe(day.format(new Date(2026, 9, 4)))
  })
})

describe('places by the policy', () => {
  it('are a share of all students of an advisor, rounded up, without a rounding error of the computer', () => {
    expect(defaultPlaces([58], 0.2, true)).toBe(12)
    expect(defaultPlaces([15], 0.2, true)).toBe(3)
    expect(defaultPlaces([21, 21], 0.2, true)).toBe(9)
  })

  it('are counted class by class for others', () => {
    expect(defaultPlaces([21, 21], 0.2, false)).toBe(10)
  })

  it('come from the number of the policy, if it is one', () => {
    const numbers = [
      { key: 'triage.capacity_share', value: 0.2, default: 0.2, meaning: '' },
      { key: 'calendar.midterm_weeks', value: [8], default: [8], meaning: '' },
    ]
    expect(policyNumber(numbers, 'triage.capacity_share')).toBe(0.2)
    expect(policyNumber(numbers, 'calendar.midterm_weeks')).toBeNull()
    expect(policyNumber(numbers, 'none')).toBeNull()
  })
})

describe('lists of the API', () => {
  const pages = [
    { results: [1, 2], next: 'there' },
    { results: [3, 4], next: 'there' },
    { results: [5], next: null },
  ]
  const asked: number[] = []
  const get = (page: number) => {
    asked.push(page)
    return Promise.resolve(pages[page - 1] ?? { results: [], next: null })
  }

  it('are read to the last page', async () => {
    expect(await everyRow(get)).toEqual([1, 2, 3, 4, 5])
  })

  it('are read no further than to the row that ends them', async () => {
    asked.length = 0
    expect(await everyRow(get, (row) => row === 4)).toEqual([1, 2, 3])
    expect(asked).toEqual([1, 2])
  })

  it('have an address with the filters that are set', () => {
    expect(listAddress('/api/students/', { search: 'a b', level: undefined, page: 2 })).toBe('/api/students/?search=a+b&page=2')
    expect(listAddress('/api/students/', { level: undefined })).toBe('/api/students/')
  })
})

describe('follow-ups', () => {
  const contact = (id: number, on: string | null, due: boolean, done: string | null) =>
    ({ id, follow_up_on: on, due, follow_up_done_at: done }) as Contact
  const ids = (contacts: Contact[]) => contacts.map(({ id }) => id)

  it('are due, upcoming or done, each in its order', () => {
    const { due, upcoming, done } = sorted([
      contact(1, '2026-12-09', false, null),
      contact(2, '2026-11-20', true, null),
      contact(3, '2026-11-10', true, null),
      contact(4, '2026-11-01', false, '2026-11-02T10:00:00Z'),
      contact(5, '2026-11-01', false, '2026-11-05T10:00:00Z'),
      contact(6, '2026-12-01', false, null),
      contact(7, null, false, null),
    ])
    expect(ids(due)).toEqual([3, 2])
    expect(ids(upcoming)).toEqual([6, 1])
    expect(ids(done)).toEqual([5, 4])
  })

  it('are some days from today, over the end of a year too', () => {
    expect(dayFromNow(7, new Date(2026, 11, 28))).toBe('2027-01-04')
    expect(dayFromNow(0, new Date(2026, 2, 5, 23, 59))).toBe('2026-03-05')
  })
})

describe('the students', () => {
  it('are filtered by what the address says, and by nothing that it says wrongly', () => {
    const read = (text: string) => readFilters(new URLSearchParams(text))
    expect(read('search=anu&level=high&list=contact&ordering=-roll_number&page=3')).toEqual({
      search: 'anu',
      level: 'high',
      list: 'contact',
      ordering: '-roll_number',
      page: 3,
    })
    expect(read('level=worst&list=none&ordering=level&page=-1')).toEqual({
      search: undefined,
      level: undefined,
      list: undefined,
      ordering: undefined,
      page: 1,
    })
  })

  it('begin with the first page when a filter is changed, and keep what else the address says', () => {
    const address = new URLSearchParams('class_id=CSE25A&level=high&page=3')
    expect(withChanges(address, { level: undefined, search: 'anu' }).toString()).toBe('class_id=CSE25A&search=anu')
    expect(withChanges(address, { page: '4' }).toString()).toBe('class_id=CSE25A&level=high&page=4')
    expect(withChanges(address, { search: '' }).toString()).toBe('class_id=CSE25A&level=high')
  })

  it('are sorted by the name unless another order is asked for', () => {
    expect(sortingOf(undefined)).toEqual({ key: 'name', descending: false })
    expect(sortingOf('-roll_number')).toEqual({ key: 'roll_number', descending: true })
    expect(orderingOf({ key: 'name', descending: false })).toBeUndefined()
    expect(orderingOf({ key: 'name', descending: true })).toBe('-name')
    expect(orderingOf({ key: 'class_id', descending: false })).toBe('class_id')
  })

  it('are fine where they are in no list, and nothing is said where nothing is published', () => {
    const week_status = { academic_year: 2026, semester: 3, sem_week: 11, computed_at: null }
    expect(levelShown({ level: null, list: null, week_status })).toBe('fine')
    expect(levelShown({ level: 'watch', list: 'watching', week_status })).toBe('watch')
    expect(levelShown({ level: null, list: 'cannot_tell', week_status })).toBe('cannot_tell')
    expect(levelShown({ level: null, list: null, week_status: null })).toBeNull()
  })
})

it('reads a one-time link, and refuses one that is not whole', () => {
  expect(readLink('#uid=MQ&token=abc-123')).toEqual({ uid: 'MQ', token: 'abc-123' })
  expect(readLink('#uid=MQ')).toBeNull()
  expect(readLink('')).toBeNull()
})
