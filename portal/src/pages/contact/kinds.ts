/** The kinds of contact, in words. */
import type { components } from '@/api/__generated__/schema'

export type ContactKind = components['schemas']['InterventionKindEnum']

export const KIND_WORDS: Record<ContactKind, string> = {
  conversation: 'Conversation',
  call: 'Call',
  mail_to_student: 'Mail to the student',
  mail_to_parent: 'Mail to a parent',
  referral: 'Referral',
  other: 'Other',
}

export const KIND_CHOICES = (Object.keys(KIND_WORDS) as ContactKind[]).map((kind) => ({
  value: kind,
  label: KIND_WORDS[kind],
}))

/** A day of the calendar some days from now, as the API writes it. */
export function dayFromNow(days: number, now = new Date()): string {
  const day = new Date(now.getFullYear(), now.getMonth(), now.getDate() + days)
  const parts = [day.getMonth() + 1, day.getDate()].map((part) => String(part).padStart(2, '0'))
  return [String(day.getFullYear()), ...parts].join('-')
}
