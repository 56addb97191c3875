import { WeekChart } from '@/charts'
import { saveCsv } from '@/csv'
import { CsvButton, Section, Table } from '@/ui'
import { Answer } from '../Answer'
import { classPanels, compared, weekOf, type ClassWeek } from './figures'
import { useClassWeeks } from './queries'

interface Props {
  rows: readonly ClassWeek[]
  week: ClassWeek
  name: string
  other: { class_id: string; name: string }
}

/** Two classes in the same week, and over the weeks. */
export function Compare({ rows, week, name, other }: Props) {
  const found = useClassWeeks({ class_id: other.class_id })
  return (
    <Section title={`Beside ${other.name}`}>
      <Answer of={found}>
        {(beside) => {
          const same = weekOf(beside, other.class_id, week.week_status.sem_week)
          if (same === undefined) return <p className="text-sm text-ink-2">Week {week.week_status.sem_week} of {other.name} is not published.</p>
          const figures = compared(week, same)
          return (
            <div className="space-y-6">
              <Table
                caption={`${name} and ${other.name}, week ${week.week_status.sem_week}`}
                compact
                tools={<CsvButton what="the comparison" onDownload={() => saveCsv('classes-compared.csv', ['figure', name, other.name], figures.map((row) => [row.name, row.one, row.other]))} />}
                rows={figures}
                rowKey={(row) => row.key}
                columns={[
                  { key: 'name', header: 'Figure', rowHeader: true, cell: (row) => row.name },
                  { key: 'one', header: name, align: 'right', cell: (row) => row.one },
                  { key: 'other', header: other.name, align: 'right', cell: (row) => row.other },
                ]}
              />
              <WeekChart
                title={`The mean of ${name}, with the middle half and the median of ${other.name} in grey`}
                who={name}
                weeks={rows.map((row) => row.week_status.sem_week)}
                panels={classPanels(rows, beside)}
              />
            </div>
          )
        }}
      </Answer>
    </Section>
  )
}
