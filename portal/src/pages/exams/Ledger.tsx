import { useState } from 'react'
import { api, unwrap } from '@/api/client'
import type { components } from '@/api/__generated__/schema'
import { listAddress } from '@/api/lists'
import { formatNumber } from '@/format'
import type { WeekChoice } from '@/paths'
import { Select, type Column } from '@/ui'
import { PagedList } from '../predictions/PagedList'
import { chanceWords } from '../predictions/words'
import { signalWord } from '../flag-words'

type Schemas = components['schemas']
type Kind = Schemas['LedgerKindEnum']

const KINDS: readonly { value: Kind; label: string }[] = [
  { value: 'any', label: 'Flagged at all' },
  { value: 'level', label: 'By level' },
  { value: 'list', label: 'By list' },
  { value: 'reason', label: 'By reason' },
  { value: 'rule', label: 'By rule' },
  { value: 'prediction', label: 'By prediction' },
]

const CODE: Column<Schemas['Ledger']> = { key: 'code', header: 'Flagged by', cell: (row) => signalWord(row.code) }

/** What came of those who were flagged: how often the flags were right. */
export function Ledger({ choice: { class_id, semester, week } }: { choice: WeekChoice }) {
  const [kind, setKind] = useState<Kind>('any')
  const query = { class_id, semester, week, kind }
  return (
    <>
      <p className="prose-width pb-3 text-sm text-ink-2">
        Of those who were flagged in a week, how many failed an endterm or left the college later; and how many would have by chance. A flag
        that was followed by help and then by no failure counts as wrong here, though it may have been the reason.
      </p>
      <div className="no-print flex pb-3">
        <Select label="Flagged by" labelHidden value={kind} choices={KINDS} onChange={setKind} />
      </div>
      <PagedList<Schemas['Ledger'], Schemas['PageOfLedger']>
        key={JSON.stringify(query)}
        queryKey={['ledger', query]}
        get={(page, page_size) => unwrap(api.GET('/api/ledger/', { params: { query: { ...query, page, page_size } } }))}
        caption="What came of the flags"
        noun="rows"
        csv={{ address: listAddress('/api/ledger/', query), name: 'ledger.csv' }}
        rowKey={(row) => [row.class_id, row.academic_year, row.term, row.sem_week, row.kind, row.code].join('-')}
        columns={[
          { key: 'week', header: 'Week', rowHeader: true, cell: (row) => row.sem_week },
          ...(kind === 'any' ? [] : [CODE]),
          { key: 'sentence', header: 'In words', cell: (row) => row.sentence },
          { key: 'precision', header: 'Right', align: 'right', cell: (row) => known(row.precision) },
          { key: 'chance', header: 'By chance', align: 'right', cell: (row) => known(row.base_rate) },
          { key: 'recall', header: 'Found of all', align: 'right', wideOnly: true, cell: (row) => known(row.recall) },
          { key: 'ahead', header: 'Weeks ahead', align: 'right', wideOnly: true, cell: (row) => (row.mean_weeks_ahead === null ? '' : formatNumber(row.mean_weeks_ahead, 1)) },
        ]}
      />
    </>
  )
}

function known(rate: number | null): string {
  return rate === null ? '' : chanceWords(rate)
}
