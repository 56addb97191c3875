/** What the reader promised, and what is due today or was before. */
import { useState } from 'react'
import { useMe } from '@/api/me'
import { formatFromNow, formatNumber } from '@/format'
import { paths } from '@/paths'
import { FinishFollowUp, type Contact } from '@/pages/contact/FinishFollowUp'
import { Button, Link, Section } from '@/ui'
import { useFollowUpsDue } from './use-week'

export function FollowUpsDue() {
  const due = useFollowUpsDue(useMe().data?.username).data
  const [finishing, setFinishing] = useState<Contact | null>(null)
  if (due === undefined) return null
  return (
    <Section
      title="Follow-ups due"
      note={formatNumber(due.count)}
      tools={<Link to={paths.followUps()}>All my follow-ups</Link>}
    >
      {due.count === 0 ? (
        <p className="text-sm text-ink-2">Nothing that you promised is due.</p>
      ) : (
        <ul>
          {due.results.map((contact) => (
            <li key={contact.id} className="flex flex-wrap items-center justify-between gap-x-4 gap-y-1 border-b border-line py-2">
              <p className="min-w-0">
                <Link kind="strong" to={paths.student(contact.student_id)}>
                  {contact.student_name ?? contact.student_id}
                </Link>
                {contact.outcome !== '' && <span className="text-ink-2">: {contact.outcome}</span>}
                {contact.follow_up_on !== null && <span className="text-ink-2">, due {formatFromNow(contact.follow_up_on)}</span>}
              </p>
              <span className="no-print">
                <Button size="small" onClick={() => setFinishing(contact)}>
                  Done<span className="sr-only"> with {contact.student_name ?? contact.student_id}</span>
                </Button>
              </span>
            </li>
          ))}
        </ul>
      )}
      {finishing !== null && <FinishFollowUp contact={finishing} onDone={() => setFinishing(null)} />}
    </Section>
  )
}
