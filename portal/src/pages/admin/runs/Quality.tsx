import type { components } from '@/api/__generated__/schema'
import { saveRows } from '@/api/rows-csv'
import { count, formatNumber } from '@/format'
import { CsvButton, Disclosure, Section, Table } from '@/ui'
import { byRuleAndTable, weeksWords, type Found } from './findings'

type Report = components['schemas']['Quality']

/** What was wrong with the college's rows, and what became of it. */
export function Quality({ quality, run }: { quality: Report; run: number }) {
  const { findings, quarantined, late_changes: late } = quality
  return (
    <>
      <Section
        title="Quality of the data"
        note={findings.length === 0 ? undefined : 'wrong rows count as unknown, never as zero'}
        tools={
          findings.length > 0 && (
            <CsvButton
              what="findings"
              onDownload={() => saveRows(findings.map((one) => ({ ...one, examples: one.examples.join(' ') })), `run-${run}-findings.csv`)}
            />
          )
        }
      >
        {findings.length === 0 ? (
          <p className="text-sm text-ink-2">Every row that was read keeps the rules.</p>
        ) : (
          <ul className="divide-y divide-line border-y border-line">
            {byRuleAndTable(findings).map((found) => (
              <li key={`${found.rule} ${found.table}`} className="py-1.5">
                <FoundRows found={found} />
              </li>
            ))}
          </ul>
        )}
      </Section>
      {quarantined.length > 0 && (
        <Section
          title="Left out for a week"
          note="so many rows of a source were wrong that none of it counts"
          tools={<CsvButton what="sources left out" onDownload={() => saveRows(quarantined, `run-${run}-quarantined.csv`)} />}
        >
          <Table
            caption="Sources left out"
            captionHidden
            compact
            maxHeight="medium"
            rows={quarantined}
            rowKey={(one) => `${one.class_id} ${one.sem_week} ${one.source}`}
            columns={[
              { key: 'class', header: 'Class', rowHeader: true, sort: (one) => one.class_id, cell: (one) => one.class_id },
              { key: 'week', header: 'Week', align: 'right', sort: (one) => one.sem_week, cell: (one) => one.sem_week },
              { key: 'source', header: 'Source', sort: (one) => one.source, cell: (one) => one.source },
              { key: 'bad', header: 'Wrong rows', align: 'right', cell: (one) => `${formatNumber(one.bad)} of ${formatNumber(one.rows)}` },
            ]}
          />
        </Section>
      )}
      {late.length > 0 && (
        <Section
          title="Changed after it was published"
          note="the college's rows of a published week are others now; a recalculation from that week takes them in"
          tools={<CsvButton what="late changes" onDownload={() => saveRows(late, `run-${run}-late-changes.csv`)} />}
        >
          <Table
            caption="Late changes"
            captionHidden
            compact
            maxHeight="medium"
            rows={late}
            rowKey={(one) => `${one.class_id} ${one.sem_week}`}
            columns={[
              { key: 'class', header: 'Class', rowHeader: true, sort: (one) => one.class_id, cell: (one) => one.class_id },
              { key: 'week', header: 'Week', align: 'right', sort: (one) => one.sem_week, cell: (one) => one.sem_week },
              { key: 'students', header: 'Students', align: 'right', sort: (one) => one.students, cell: (one) => formatNumber(one.students) },
            ]}
          />
        </Section>
      )}
    </>
  )
}

function FoundRows({ found }: { found: Found }) {
  const weeks = weeksWords(found.weeks)
  return (
    <Disclosure
      title={`${formatNumber(found.rows)} ${found.what}`}
      note={[found.table, weeks].filter((word) => word !== '').join(', ')}
    >
      <div className="pb-2 pl-5 text-sm">
        {found.examples.length === 0 ? (
          <p className="text-ink-2">No keys were kept.</p>
        ) : (
          <>
            <p className="pb-1 text-ink-2">{count(found.examples.length, 'example')}, by key:</p>
            <ul className="flex flex-wrap gap-x-4 gap-y-1 font-mono text-xs">
              {found.examples.map((key, index) => (
                <li key={`${index} ${key}`} className="break-all">
                  {key}
                </li>
              ))}
            </ul>
          </>
        )}
      </div>
    </Disclosure>
  )
}
