import { saveRows } from '@/api/rows-csv'
import { formatNumber, formatPercent } from '@/format'
import { CsvButton, Section, Table } from '@/ui'
import { FIGURES, words, type Group } from './card'

/** Those that tell groups apart, in this order. */
const SHOWN = ['mae', 'coverage', 'brier', 'auc', 'slope'] as const

/** Whether it serves all groups alike. The groups are for this table only: no model reads them. */
export function Fairness({ groups, version }: { groups: readonly Group[]; version: string }) {
  const figures = SHOWN.filter((key) => groups.some((group) => group.figures[key] !== undefined))
  const tellsMissed = groups.some((group) => group.figures.missed !== undefined)
  return (
    <Section
      level={3}
      title="By group"
      note="for audit; no model reads these"
      tools={
        <CsvButton
          what={`the figures by group of ${version}`}
          onDownload={() => saveRows(groups.map(({ column, value, n, figures: own }) => rowOf(column, value, n, [...figures, 'missed'], own)), `${version}-groups.csv`)}
        />
      }
    >
      <Table
        caption="Figures by group"
        captionHidden
        compact
        rows={groups}
        rowKey={(group) => `${group.column} ${group.value}`}
        columns={[
          { key: 'group', header: 'Group', rowHeader: true, cell: ({ column, value }) => `${words(column)}: ${value === '' ? 'not known' : value}` },
          { key: 'n', header: 'Test rows', align: 'right', cell: ({ n }) => (n === null ? '' : formatNumber(n)) },
          ...figures.map((key) => ({
            key,
            header: FIGURES[key]?.name ?? key,
            align: 'right' as const,
            cell: (group: Group) => {
              const value = group.figures[key]
              return value === undefined ? (group.note === '' ? 'too few to tell' : group.note) : FIGURES[key]?.shown(value)
            },
          })),
          ...(tellsMissed
            ? [
                {
                  key: 'missed',
                  header: 'Missed of those who failed',
                  align: 'right' as const,
                  cell: ({ figures: { missed } }: Group) => (missed === undefined ? 'too few to tell' : formatPercent(100 * missed)),
                },
              ]
            : []),
        ]}
      />
    </Section>
  )
}

function rowOf(column: string, value: string, n: number | null, keys: readonly string[], figures: Readonly<Record<string, number>>) {
  return { column, value, n, ...Object.fromEntries(keys.map((key) => [key, figures[key] ?? null])) }
}
