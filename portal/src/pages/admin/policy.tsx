import { useQuery } from '@tanstack/react-query'
import { api, unwrap } from '@/api/client'
import type { components } from '@/api/__generated__/schema'
import { saveRows } from '@/api/rows-csv'
import { count } from '@/format'
import { Banner, CsvButton, PageHead, Section, Table } from '@/ui'
import { Loaded } from './Loaded'
import { isChanged, partsOf, valueWords, type PolicyNumber } from './policy/numbers'

type Policy = components['schemas']['Policy']

/** For everybody: who is scored by a number may know it. */
export function Component() {
  const policy = useQuery({ queryKey: ['policy'], queryFn: () => unwrap(api.GET('/api/policy/')) })
  return (
    <>
      <title>Policy · EduMetrics</title>
      <PageHead
        title="The policy in force"
        summary="Every number of the scoring and what it means. They are set in the policy file on the server, and here they are read only."
        actions={policy.data !== undefined && <CsvButton what="the policy" onDownload={() => saveRows(rowsOf(policy.data), 'policy.csv')} />}
      />
      <Loaded query={policy}>{(data) => <Numbers policy={data} />}</Loaded>
    </>
  )
}

function Numbers({ policy }: { policy: Policy }) {
  const changed = policy.numbers.filter(isChanged).length
  return (
    <>
      <p className="pb-4 text-sm text-ink-2">
        Version <span className="font-mono text-ink">{policy.version}</span>.{' '}
        {changed === 0 ? 'Every number is as delivered.' : `${count(changed, 'number')} differ from what is delivered.`}
      </p>
      <InUse policy={policy} />
      {partsOf(policy.numbers).map(({ key, title, numbers }) => (
        <Section key={key} title={title}>
          <Table
            caption={title}
            captionHidden
            compact
            rows={numbers}
            rowKey={(number) => number.key}
            columns={[
              {
                key: 'meaning',
                header: 'Meaning',
                rowHeader: true,
                cell: (number) => (
                  <>
                    <span className="block first-letter:uppercase">{number.meaning}</span>
                    <span className="block font-mono text-xs break-all text-ink-3">{number.key}</span>
                  </>
                ),
              },
              { key: 'value', header: 'Value', align: 'right', cell: (number) => <Value number={number} /> },
            ]}
          />
        </Section>
      ))}
    </>
  )
}

function Value({ number }: { number: PolicyNumber }) {
  return (
    <span className="tabular">
      <span className={isChanged(number) ? 'font-semibold' : undefined}>{valueWords(number.value)}</span>
      {isChanged(number) && <span className="block text-xs text-ink-2">delivered: {valueWords(number.default)}</span>}
    </span>
  )
}

/** A class keeps the policy that its semester began with: other versions than the file's may be in use. */
function InUse({ policy }: { policy: Policy }) {
  const others = policy.in_use.filter((one) => one.policy_version !== policy.version)
  if (others.length === 0) return null
  return (
    <div className="pb-6">
      <Banner tone="warning" title="Some classes are scored by an earlier version">
        A class keeps its policy for the semester.{' '}
        {others.map((one) => `${count(one.classes, 'class', 'classes')} by version ${one.policy_version}`).join(', ')}.
      </Banner>
    </div>
  )
}

function rowsOf(policy: Policy) {
  return policy.numbers.map((number) => ({
    key: number.key,
    value: valueWords(number.value),
    delivered: valueWords(number.default),
    meaning: number.meaning,
  }))
}
