/** What is written about a contact, whether it is new or put right. */
import { Button, Select, TextArea, TextField } from '@/ui'
import { KIND_CHOICES, dayFromNow, type ContactKind } from './kinds'

export interface ContactText {
  kind: ContactKind
  notes: string
  outcome: string
  /** A day, or empty for no follow-up. */
  followUpOn: string
}

interface Props {
  value: ContactText
  onChange: (change: Partial<ContactText>) => void
  /** Sentences by field name of the API. */
  errors: Record<string, string[]>
}

const SOON = [
  { label: 'In 1 week', days: 7 },
  { label: 'In 2 weeks', days: 14 },
] as const

export function ContactFields({ value, onChange, errors }: Props) {
  return (
    <>
      <Select label="Kind" choices={KIND_CHOICES} value={value.kind} onChange={(kind) => onChange({ kind })} />
      <TextArea
        label="Notes"
        hint="What you talked about. Colleagues who see the student can read it."
        rows={3}
        value={value.notes}
        error={errors.notes}
        onChange={(event) => onChange({ notes: event.target.value })}
      />
      <TextField
        label="Outcome"
        hint="What was agreed, in a line."
        value={value.outcome}
        error={errors.outcome}
        onChange={(event) => onChange({ outcome: event.target.value })}
      />
      <div className="flex flex-wrap items-end gap-2">
        <div className="w-44">
          <TextField
            label="Follow up on"
            type="date"
            value={value.followUpOn}
            error={errors.follow_up_on}
            onChange={(event) => onChange({ followUpOn: event.target.value })}
          />
        </div>
        {SOON.map(({ label, days }) => (
          <Button key={days} onClick={() => onChange({ followUpOn: dayFromNow(days) })}>
            {label}
          </Button>
        ))}
      </div>
    </>
  )
}
