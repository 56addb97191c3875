import { api, unwrap } from '@/api/client'
import type { components } from '@/api/__generated__/schema'
import { listAddress } from '@/api/lists'
import { formatNumber } from '@/format'
import type { WeekChoice } from '@/paths'
import { PagedList } from '../predictions/PagedList'
import { RISK_WORDS, chanceWords, modelsOf } from '../predictions/words'
import { classColumn, studentColumn } from './columns'

type Schemas = components['schemas']

/** Who is likely to need help from the first week of the coming semester on. */
export function Watchlist({ choice: { class_id, semester }, choice }: { choice: WeekChoice }) {
  const query = { class_id, semester }
  return (
    <PagedList<Schemas['Watchlist'], Schemas['PageOfWatchlist']>
      key={JSON.stringify(query)}
      queryKey={['watchlist', query]}
      get={(page, page_size) => unwrap(api.GET('/api/watchlist/', { params: { query: { ...query, page, page_size } } }))}
      caption="Watchlist for the coming semester"
      noun="students"
      csv={{ address: listAddress('/api/watchlist/', query), name: 'watchlist.csv' }}
      above={(found) => <About rows={found.results} />}
      rowKey={(row) => `${row.student_id}-${row.target_semester}`}
      columns={[
        studentColumn(choice),
        classColumn(),
        { key: 'chance', header: 'Chance', align: 'right', cell: (row) => chanceWords(row.risk_probability_pct === null ? null : row.risk_probability_pct / 100) },
        { key: 'label', header: 'Risk', cell: (row) => RISK_WORDS[row.risk_label ?? ''] ?? 'Cannot tell' },
        { key: 'attendance', header: 'Attended', align: 'right', wideOnly: true, cell: (row) => known(row.att_rate_hist) },
        { key: 'work', header: 'Handed in', align: 'right', wideOnly: true, cell: (row) => known(row.assn_rate_hist) },
        { key: 'exams', header: 'Endterm mean', align: 'right', wideOnly: true, cell: (row) => (row.exam_avg_hist === null ? '' : formatNumber(row.exam_avg_hist)) },
        { key: 'hard', header: 'Hard subjects', align: 'right', wideOnly: true, cell: (row) => row.hard_subject_count ?? '' },
        { key: 'why', header: 'Most of all because', cell: (row) => row.reasons[0]?.sentence ?? row.note },
      ]}
    />
  )
}

function known(rate: number | null): string {
  return rate === null ? '' : chanceWords(rate)
}

function About({ rows }: { rows: readonly Schemas['Watchlist'][] }) {
  const [first] = rows
  if (first === undefined) return null
  const models = modelsOf(rows)
  return (
    <p className="prose-width pb-2 text-sm text-ink-2">
      How likely a student is to fail an endterm or to leave in semester {first.target_semester}, from the semester before
      {models.length === 0 ? '' : `, by ${models.join(' and ')}`}.
    </p>
  )
}
