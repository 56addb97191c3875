/** Follow-ups: with whom, what was agreed, when. */
import { Pencil } from 'lucide-react'
import { KIND_WORDS } from '@/pages/contact/kinds'
import type { Contact } from '@/pages/contact/FinishFollowUp'
import { formatDay, formatFromNow } from '@/format'
import { paths } from '@/paths'
import { Button, IconButton, Link, Table, type Column } from '@/ui'

export interface ContactActions {
  onFinish: (contact: Contact) => void
  onReopen: (contact: Contact) => void
  onAmend: (contact: Contact) => void
}

const STUDENT: Column<Contact> = {
  key: 'student',
  header: 'Student',
  rowHeader: true,
  sort: (contact) => contact.student_name ?? contact.student_id,
  cell: (contact) => (
    <Link kind="strong" to={paths.student(contact.student_id)}>
      {contact.student_name ?? contact.student_id}
    </Link>
  ),
}

const SAID: Column<Contact> = {
  key: 'said',
  header: 'Outcome and notes',
  cell: (contact) => (
    <div className="prose-width min-w-40">
      {contact.outcome !== '' && <p>{contact.outcome}</p>}
      {contact.notes !== '' && <p className="text-xs text-ink-2">{contact.notes}</p>}
    </div>
  ),
}

const CONTACT: Column<Contact> = {
  key: 'logged',
  header: 'Contact',
  wideOnly: true,
  sort: (contact) => contact.logged_at,
  cell: (contact) => (
    <span className="text-ink-2">
      {formatDay(contact.logged_at)}, {KIND_WORDS[contact.kind].toLowerCase()}
    </span>
  ),
}

const DUE: Column<Contact> = {
  key: 'due',
  header: 'Due',
  sort: (contact) => contact.follow_up_on,
  cell: (contact) =>
    contact.follow_up_on === null ? null : (
      <span className="whitespace-nowrap">
        {formatDay(contact.follow_up_on)} <span className="text-ink-2">({formatFromNow(contact.follow_up_on)})</span>
      </span>
    ),
}

const DONE: Column<Contact> = {
  key: 'done',
  header: 'Done',
  sort: (contact) => contact.follow_up_done_at,
  cell: (contact) => (contact.follow_up_done_at === null ? null : formatDay(contact.follow_up_done_at)),
}

export function Amend({ contact, onAmend }: { contact: Contact; onAmend: (contact: Contact) => void }) {
  return (
    <IconButton
      size="small"
      label={`Put right the contact with ${contact.student_name ?? contact.student_id}`}
      icon={<Pencil size={14} aria-hidden />}
      onClick={() => onAmend(contact)}
    />
  )
}

interface Props extends ContactActions {
  caption: string
  contacts: readonly Contact[]
  empty: string
  done?: boolean
}

export function FollowUpTable({ caption, contacts, empty, done = false, onFinish, onReopen, onAmend }: Props) {
  const actions: Column<Contact> = {
    key: 'actions',
    header: 'Actions',
    align: 'right',
    cell: (contact) => (
      <span className="no-print inline-flex items-center gap-1">
        <Button size="small" onClick={() => (done ? onReopen(contact) : onFinish(contact))}>
          {done ? 'Open again' : 'Done'}
          <span className="sr-only"> with {contact.student_name ?? contact.student_id}</span>
        </Button>
        <Amend contact={contact} onAmend={onAmend} />
      </span>
    ),
  }
  return (
    <Table
      caption={caption}
      captionHidden
      columns={[STUDENT, SAID, CONTACT, done ? DONE : DUE, actions]}
      rows={contacts}
      rowKey={(contact) => contact.id}
      empty={empty}
    />
  )
}
