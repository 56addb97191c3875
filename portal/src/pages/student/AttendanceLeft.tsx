import type { components } from '@/api/__generated__/schema'
import { formatNumber, formatPercent } from '@/format'
import { Facts, Section } from '@/ui'

type Left = components['schemas']['AttendanceLeft']

export function AttendanceLeft({ left }: { left: Left }) {
  return (
    <Section title="Attendance left">
      <p className="pb-2 text-sm">{left.sentence}</p>
      <Facts
        facts={[
          { name: 'Attended so far', value: left.overall_att_pct === null ? 'not known' : formatPercent(left.overall_att_pct) },
          { name: 'The rule', value: formatPercent(left.required_pct) },
          { name: 'Still to attend', value: left.lectures_to_attend === null ? 'not known' : `${formatNumber(left.lectures_to_attend)} lectures` },
          { name: 'Still to come', value: left.lectures_remaining === null ? 'not known' : `${formatNumber(left.lectures_remaining)} lectures` },
        ]}
      />
    </Section>
  )
}
