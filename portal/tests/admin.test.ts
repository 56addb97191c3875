import { describe, expect, it } from 'vitest'
import { ApiError, errorOf } from '@/api/errors'
import { csvOf } from '@/api/rows-csv'
import { detailWords, startOfDay, whatWords, whomWords } from '@/pages/admin/audit/words'
import { besideBaselines, comparisonWords, curveOf, curveSummary, figuresOf, groupsOf, learntFrom } from '@/pages/admin/models/card'
import { isChanged, partsOf, valueWords } from '@/pages/admin/policy/numbers'
import { refusalOf } from '@/pages/admin/refusal'
import { byRuleAndTable, weeksWords } from '@/pages/admin/runs/findings'
import { durationWords, progressWords, secondsOf, shareDone, stageWords } from '@/pages/admin/runs/words'
import { changesNothing, syncSentences } from '@/pages/admin/users/sync'
import { changesOf, listWords, NEW_FORM } from '@/pages/admin/users/user'

describe('runs', () => {
  const progress = { what: '2026 odd semesters', classes: 8, classes_done: 2, shards: 4, shards_done: 3 }

  it('are as long as from the start to the end, or to now', () => {
    const started = '2026-11-28T05:00:00Z'
    expect(secondsOf({ started, finished: '2026-11-28T05:01:30Z' }, 0)).toBe(90)
    expect(secondsOf({ started, finished: null }, Date.parse('2026-11-28T05:00:07Z'))).toBe(7)
    expect(secondsOf({ started: null, finished: null }, 0)).toBeNull()
  })

  it('take a time that is read at a glance', () => {
    expect([0.44, 9.97, 48.2, 59.6, 60, 200, 3600, 3900].map(durationWords)).toEqual([
      '0.4 s', '10 s', '48 s', '1 min', '1 min', '3 min 20 s', '1 h', '1 h 5 min',
    ])
  })

  it('say how far they are by classes, else by shards, else not at all', () => {
    expect(shareDone({ state: 'running', progress })).toBe(0.25)
    expect(shareDone({ state: 'running', progress: { ...progress, classes: null } })).toBe(0.75)
    expect(shareDone({ state: 'running', progress: { ...progress, classes: 0, shards: 0 } })).toBeNull()
    expect(shareDone({ state: 'queued', progress: null })).toBeNull()
    expect(progressWords({ state: 'running', progress })).toBe('2026 odd semesters, 2 of 8 classes')
    expect(progressWords({ state: 'queued', progress: null })).toBe('Waits for the runner')
  })
})

describe('the quality of the data', () => {
  const finding = { table: 'quiz_submissions', rule: 'marks_over_max', sentence: '3 rows with more marks than there are', examples: ['q1'] }

  it('is told once a rule and table, the most rows first', () => {
    const found = byRuleAndTable([
      { ...finding, week: 4, rows: 3 },
      { ...finding, rule: 'negative_count', week: null, rows: 4, sentence: '4 rows with a negative number', examples: [] },
      { ...finding, week: 2, rows: 2, examples: ['q2'] },
    ])
    expect(found.map(({ rule, rows, weeks, examples }) => [rule, rows, weeks, examples])).toEqual([
      ['marks_over_max', 5, [2, 4], ['q1', 'q2']],
      ['negative_count', 4, [], []],
    ])
    expect(found[0]?.what).toBe('rows with more marks than there are')
  })

  it('names weeks as spans', () => {
    expect(weeksWords([])).toBe('')
    expect(weeksWords([3])).toBe('week 3')
    expect(weeksWords([1, 2, 3, 4, 7])).toBe('weeks 1-4 and 7')
  })
})

describe('a model card', () => {
  const flat = { metrics: { n: 120, mae: 6.1, curve: [] }, baselines: { 'class mean': { n: 120, mae: 7.25 }, A: { mae: 6 } } }

  it('has figures flat or under "figures"', () => {
    expect(figuresOf({ figures: { n: 2, auc: null, brier: 0.1 }, more_loss: 3 })).toEqual({ n: 2, brier: 0.1 })
    expect(figuresOf('none')).toEqual({})
  })

  it('is better only where it beats every baseline', () => {
    const { names, rows } = besideBaselines(flat)
    expect(names).toEqual(['class mean', 'A'])
    expect(rows.map(({ key, own, best }) => [key, own, best])).toEqual([['n', '120', null], ['mae', '6.1', false]])
    const alone = besideBaselines({ ...flat, baselines: { 'class mean': { mae: 7.25 } } })
    expect(alone.rows[1]).toMatchObject({ best: true, others: { 'class mean': '7.3' } })
    expect(besideBaselines({ metrics: { auc: 0.6 }, baselines: { A: { auc: 0.7 } } }).rows[0]?.best).toBe(false)
  })

  it('leaves out what is no point of a curve', () => {
    expect(curveOf([{ n: 12, predicted: 0.1, actual: 0.3 }, { predicted: 0.5 }, 7])).toEqual([{ n: 12, predicted: 0.1, actual: 0.3 }])
    expect(curveOf({})).toEqual([])
    expect(curveSummary([{ n: 1, predicted: 0.1, actual: 0.3 }])).toBe('Furthest from the truth: where it said 10%, 30% came about.')
    expect(curveSummary([{ n: 1, predicted: 0.1, actual: 0.12 }])).toContain('right within 5 points')
  })

  it('has groups in either shape', () => {
    expect(groupsOf({ gender: { F: { n: 60, mae: 5 } } })).toEqual([
      { column: 'gender', value: 'F', n: 60, figures: { n: 60, mae: 5 }, note: '' },
    ])
    expect(groupsOf([{ column: 'gender', value: '', n: 9, figures: null, missed: 0.2, note: 'too few to tell' }])).toEqual([
      { column: 'gender', value: '', n: 9, figures: { n: 9, missed: 0.2 }, note: 'too few to tell' },
    ])
    expect(groupsOf(null)).toEqual([])
  })

  it('is compared in a sentence', () => {
    expect(comparisonWords({ comparison: null, metrics: {} })).toBeNull()
    expect(comparisonWords({ comparison: { said: 'On the same 9 rows.' }, metrics: {} })).toBe('On the same 9 rows.')
    expect(comparisonWords({ comparison: { with: 'old', mae: 5.9 }, metrics: { mae: 6.1 } })).toBe(
      'On the same rows old has mean error 5.9 (this one: 6.1).',
    )
  })

  it('says what it learnt from', () => {
    expect(learntFrom({ examples: 1000, terms: [{ academic_year: 2025, term: 'even' }], none: null })).toEqual([
      { name: 'Examples', value: '1,000' },
      { name: 'Terms', value: '2025 even' },
    ])
  })
})

describe('users', () => {
  const before = { ...NEW_FORM, username: 'r.rao', classes: ['C1'] }

  it('are changed only in what was changed, and of classes and branches in what the role has', () => {
    expect(changesOf(before, before)).toEqual({})
    expect(changesOf(before, { ...before, name: 'R. Rao', classes: ['C1', 'C2'] })).toEqual({ name: 'R. Rao', classes: ['C1', 'C2'] })
    expect(changesOf(before, { ...before, role: 'coordinator', classes: [], branches: ['CSE'] })).toEqual({
      role: 'coordinator',
      branches: ['CSE'],
    })
  })

  it('see long lists short', () => {
    expect(listWords(['a', 'b', 'c', 'd'])).toBe('a, b, c, d')
    expect(listWords(['a', 'b', 'c', 'd', 'e'])).toBe('a, b, c and 2 more')
  })

  it('are synced in sentences', () => {
    const nothing = { dry_run: true, added: [], renamed: [], deactivated: [], gained: [], lost: [], refused: [], follow_ups: 0, invitations: [] }
    expect(changesNothing(nothing)).toBe(true)
    const some = { ...nothing, added: ['adv1'], gained: [{ username: 'adv1', classes: ['C1'] }], follow_ups: 1 }
    expect(changesNothing(some)).toBe(false)
    expect(syncSentences(some)).toEqual(['1 account added and invited: adv1.', 'adv1 gets C1.', '1 open follow-up handed over.'])
  })
})

describe('the audit log', () => {
  it('has words for what it knows, and shows the rest', () => {
    expect(whatWords('read_student')).toBe('Read a student')
    expect(whatWords('new_thing')).toBe('new thing')
    expect(whomWords(`student:${'0123456789abcdef'.repeat(4)}`)).toBe('student:0123456789ab…')
    expect(whomWords('students')).toBe('students')
    expect(stageWords('score')).toBe('Scoring and flagging')
    expect(stageWords('new_stage')).toBe('new stage')
    expect(detailWords({ rows: 12, format: 'csv', gone: null, classes: ['a'] })).toBe('rows: 12, format: csv, classes: ["a"]')
  })

  it('takes a day as the reader has it, the last one included', () => {
    expect(startOfDay('2026-11-28')).toBe(new Date(2026, 10, 28).toISOString())
    expect(startOfDay('2026-11-30', 1)).toBe(new Date(2026, 11, 1).toISOString())
    expect(startOfDay('')).toBeUndefined()
  })
})

describe('the policy', () => {
  it('is shown by parts, with what differs from what is delivered', () => {
    const number = { key: 'risk.weights.low_effort', value: 8, default: 8, meaning: 'weight' }
    expect(partsOf([number, { ...number, key: 'calendar.weeks' }, { ...number, key: 'risk.x' }]).map((part) => [part.key, part.numbers.length])).toEqual([
      ['risk', 2],
      ['calendar', 1],
    ])
    expect(isChanged(number)).toBe(false)
    expect(isChanged({ ...number, value: 9 })).toBe(true)
  })

  it('writes lists and objects out', () => {
    expect([0.75, '', [], [8], [{ share: 0.5, risk: 40 }, { share: 1, risk: 80 }], {}, { odd: 'x' }].map(valueWords)).toEqual([
      '0.75', 'none', 'none', '8', 'share 0.5, risk 40; share 1, risk 80', 'none', 'odd x',
    ])
  })
})

describe('a refused action', () => {
  const titles = { conflict: 'A run is under way already', busy: 'Nobody would carry the run out' }

  it('is told by what can be done', () => {
    expect(refusalOf(errorOf(409, { detail: 'Run 3 waits.' }), titles)).toEqual({ title: titles.conflict, text: 'Run 3 waits.' })
    expect(refusalOf(errorOf(503, { detail: 'Start one.' }), titles)).toEqual({ title: titles.busy, text: 'Start one.' })
    expect(refusalOf(errorOf(429, { detail: 'Wait 9 s.' }), titles).title).toBe('Too many requests')
    expect(refusalOf(new ApiError('offline'), titles).text).toContain('may or may not')
  })
})

describe('rows as CSV', () => {
  it('are quoted where they must be, and are no formulas', () => {
    expect(csvOf([{ a: 'x,"y"', b: 1 }, { a: '=1+1', b: null }])).toBe('a,b\r\n"x,""y""",1\r\n\'=1+1,\r\n')
    expect(csvOf([{ a: -1 }])).toBe('a\r\n-1\r\n')
  })
})
