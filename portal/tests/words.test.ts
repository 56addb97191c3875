import { describe, expect, it } from 'vitest'
import { binned, quantile } from '@/charts/bins'
import { byUrgency, packStars, valueAt, within, type Star } from '@/charts/galaxy/stars'
import { panelSummary, runsOf, unbroken, type Panel } from '@/charts/weeks'
import { asApiError, errorOf } from '@/api/errors'
import { formatDay, formatFromNow, formatPercent, parseDate } from '@/format'
import { paths } from '@/paths'
import { sortRows } from '@/ui/sort'
import { sparklinePath, sparklineRange } from '@/ui/sparkline-path'

describe('gaps stay gaps', () => {
  it('in a series', () => {
    expect(unbroken([1, 2, null, 4, null, null, 7])).toEqual([[0, 1], [3], [6]])
    expect(runsOf([null, 2, null, 4, 5])).toEqual({ lines: [[3, 4]], single: [1] })
  })

  it('in a sparkline', () => {
    expect(sparklinePath([0, 100, null, 50], [0, 100], 66, 26).line).toBe('M3 23L23 3M63 13h0')
    expect(sparklinePath([null, null], [0, 100], 66, 26)).toEqual({ line: '', end: null })
  })

  it('in the Galaxy: nobody glides through a week of which nothing is known', () => {
    const values = Float32Array.of(40, NaN, 60, 80)
    expect(valueAt(values, 4, 0, 0)).toBe(40)
    expect(valueAt(values, 4, 0, 0.5)).toBeNaN()
    expect(valueAt(values, 4, 0, 1.5)).toBeNaN()
    expect(valueAt(values, 4, 0, 2.5)).toBe(70)
    expect(valueAt(values, 4, 0, 3)).toBe(80)
  })
})

it('lets a calm sparkline look calm, and uses the room for one that moves', () => {
  expect(sparklineRange([60, 62])).toEqual([46, 76])
  expect(sparklineRange([20, null, 90])).toEqual([20, 90])
})

it('says a chart in words', () => {
  const panel: Panel = {
    key: 'attendance',
    name: 'Attendance',
    unit: 'percent',
    student: [82, null, 64],
    median: [84, 83, 81],
    lower: [70, 70, 70],
    upper: [90, 90, 90],
    notes: [{ week: 11, text: '82% to 64% in 3 weeks' }],
  }
  expect(panelSummary(panel, [9, 10, 11], 'Aarav')).toBe(
    'Attendance of Aarav is 64% in week 11; it was 82% in week 9. The class median is 81%. Week 11: 82% to 64% in 3 weeks.',
  )
  expect(panelSummary({ ...panel, student: [null, null, null] }, [9, 10, 11], 'Aarav')).toBe('Attendance: no data for Aarav.')
})

it('counts a mark of 100 in the last bin, and every value once', () => {
  expect(binned([0, 9.99, 10, 100], 10).map((bin) => bin.count)).toEqual([2, 1, 0, 0, 0, 0, 0, 0, 0, 1])
  expect(quantile([1, 2, 3, 4], 0.25)).toBe(1.75)
  expect(quantile([], 0.5)).toBeNull()
})

describe('the Galaxy', () => {
  const star = (id: string, effort: number | null, urgency: number): Star => ({
    id, name: id, detail: '', effort: [effort], performance: [50], level: ['watch'], urgency: [urgency],
  })
  const packed = packStars([star('a', 20, 30), star('b', 80, 70), star('c', null, 99), star('d', 25, 60)], 1)

  it('orders those who have a place by urgency', () => {
    expect(byUrgency(packed, 0)).toEqual([1, 3, 0])
  })

  it('lists those within a brush', () => {
    expect(within(packed, 0, { effort: [0, 50], performance: [0, 100] })).toEqual([3, 0])
    expect(within(packed, 0, { effort: [0, 50], performance: [51, 100] })).toEqual([])
  })
})

it('sorts rows with those that are not known last, both ways', () => {
  const rows = [{ v: 2 }, { v: null }, { v: 10 }, { v: 1 }]
  expect(sortRows(rows, (row) => row.v, false).map((row) => row.v)).toEqual([1, 2, 10, null])
  expect(sortRows(rows, (row) => row.v, true).map((row) => row.v)).toEqual([10, 2, 1, null])
})

describe('dates and numbers', () => {
  it('take a bare date for a day, in every time zone', () => {
    expect(parseDate('2026-11-14')).toEqual(new Date(2026, 10, 14))
  })

  it('are in the locale of the reader', () => {
    expect(formatPercent(63.6)).toBe('64%')
    expect(formatDay('2026-11-14', new Date(2026, 10, 20))).toBe('Nov 14')
    expect(formatDay('2025-11-14', new Date(2026, 10, 20))).toBe('Nov 14, 2025')
    expect(formatFromNow('2026-11-14', new Date(2026, 10, 14, 23, 59))).toBe('today')
    expect(formatFromNow('2026-11-17', new Date(2026, 10, 14, 23, 59))).toBe('in 3 days')
    expect(formatFromNow('2026-10-24', new Date(2026, 10, 14))).toBe('3 weeks ago')
  })
})

describe('errors', () => {
  it('keep the sentences of a problem by field', () => {
    const error = errorOf(400, { title: 'Bad', detail: 'week is 99', status: 400, errors: { week: ['At most 18.'], to: 'Say one.' } })
    expect(error.kind).toBe('invalid')
    expect(error.fields).toEqual({ week: ['At most 18.'], to: ['Say one.'] })
  })

  it.each([[401, 'signed-out'], [403, 'no-rights'], [404, 'not-found'], [409, 'conflict'], [429, 'busy'], [503, 'busy'], [500, 'server'], [418, 'invalid']])(
    'of status %i are %s, whatever came with them',
    (status, kind) => expect(errorOf(status, '<html>').kind).toBe(kind),
  )

  it('without an answer are offline', () => {
    expect(asApiError(new TypeError('Failed to fetch')).kind).toBe('offline')
  })
})

it('puts what is chosen into the address, and nothing that is not', () => {
  expect(paths.student('25 CSE/1', { week: 11, class_id: undefined })).toBe('/students/25%20CSE%2F1?week=11')
  expect(paths.home()).toBe('/')
})
