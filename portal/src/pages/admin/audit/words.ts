import type { paths } from '@/api/__generated__/schema'

export type What = NonNullable<NonNullable<paths['/api/audit/']['get']['parameters']['query']>['what']>

/** What can be done and is recorded, in words. */
export const WHAT_WORDS: Record<What, string> = {
  sign_in: 'Signed in',
  sign_in_refused: 'Was refused at sign-in',
  sign_out: 'Signed out',
  read_student: 'Read a student',
  export: 'Exported',
  log_intervention: 'Logged a contact',
  amend_intervention: 'Changed a contact',
  snooze: 'Snoozed a student',
  end_snooze: 'Ended a snooze',
  feedback: 'Gave feedback on a flag',
  add_user: 'Added a user',
  change_user: 'Changed a user',
  invite: 'Invited',
  set_password: 'Set a password',
  ask_for_password: 'Asked for a new password',
  sync_advisors: 'Synced the advisors',
  hand_over: 'Handed over follow-ups',
  calibrate: 'Asked for a recalculation',
  train: 'Asked for a training',
  promote: 'Put a model into use',
  purge: 'Purged old data',
  erase_student: 'Erased a student',
}

export const WHATS = Object.keys(WHAT_WORDS) as What[]

/** An entry of a newer server may have a word that this page does not know. */
export function whatWords(what: string): string {
  return WHATS.includes(what as What) ? WHAT_WORDS[what as What] : what.replaceAll('_', ' ')
}

/** A student's pseudonym is 64 letters, of which the first tell students apart; the file has them all. */
export function whomWords(whom: string): string {
  return whom.replace(/^(student:[0-9a-f]{12})[0-9a-f]+$/, '$1…')
}

/** "rows: 12, format: csv" */
export function detailWords(details: Readonly<Record<string, unknown>>): string {
  return Object.entries(details)
    .filter(([, value]) => value !== null && value !== '')
    .map(([name, value]) => `${name.replaceAll('_', ' ')}: ${typeof value === 'string' ? value : JSON.stringify(value)}`)
    .join(', ')
}

/** The start of a day where the reader is, as the API takes it; `after` days later. Undefined where no day is given. */
export function startOfDay(day: string, after = 0): string | undefined {
  const read = /^(\d{4})-(\d{2})-(\d{2})$/.exec(day)
  if (read === null) return undefined
  return new Date(Number(read[1]), Number(read[2]) - 1, Number(read[3]) + after).toISOString()
}
