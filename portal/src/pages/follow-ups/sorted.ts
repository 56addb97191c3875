/** My follow-ups by what is to be done about them. */
import type { components } from '@/api/__generated__/schema'

type Contact = components['schemas']['Intervention']

export interface Sorted {
  /** Today or before, the oldest first. */
  due: Contact[]
  /** The next first. */
  upcoming: Contact[]
  /** The one last done first. */
  done: Contact[]
}

export function sorted(contacts: readonly Contact[]): Sorted {
  const promised = contacts.filter((one) => one.follow_up_on !== null)
  const open = promised.filter((one) => one.follow_up_done_at === null).toSorted(byDay)
  return {
    due: open.filter((one) => one.due),
    upcoming: open.filter((one) => !one.due),
    done: promised
      .filter((one) => one.follow_up_done_at !== null)
      .toSorted((one, other) => text(other.follow_up_done_at).localeCompare(text(one.follow_up_done_at))),
  }
}

function byDay(one: Contact, other: Contact): number {
  return text(one.follow_up_on).localeCompare(text(other.follow_up_on))
}

function text(value: string | null): string {
  return value ?? ''
}
