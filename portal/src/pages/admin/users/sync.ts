import type { components } from '@/api/__generated__/schema'
import { count } from '@/format'
import { listWords } from './user'

type Synced = components['schemas']['Synced']

/** What a sync does, a sentence each; empty parts are left out. */
export function syncSentences(synced: Synced): string[] {
  const { added, renamed, deactivated, gained, lost, refused, follow_ups: followUps } = synced
  return [
    ...told(added, (names) => `${count(added.length, 'account')} added and invited: ${names}.`),
    ...told(renamed, (names) => `Name or mail address changed of ${names}.`),
    ...told(deactivated, (names) => `Not in the table any more, and can sign in no more: ${names}.`),
    ...gained.map(({ username, classes }) => `${username} gets ${listWords(classes)}.`),
    ...lost.map(({ username, classes }) => `${username} gives up ${listWords(classes)}.`),
    ...(followUps === 0 ? [] : [`${count(followUps, 'open follow-up')} handed over.`]),
    ...refused,
  ]
}

/** Also where something is refused: a sync would change nothing about that. */
export function changesNothing({ added, renamed, deactivated, gained, lost, follow_ups: followUps }: Synced): boolean {
  return [added, renamed, deactivated, gained, lost].every((part) => part.length === 0) && followUps === 0
}

function told(names: readonly string[], sentence: (names: string) => string): string[] {
  return names.length === 0 ? [] : [sentence(listWords(names, 8))]
}
