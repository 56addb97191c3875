/** Accounts: what the forms send. */
import type { components } from '@/api/__generated__/schema'

export type User = components['schemas']['User']
export type Role = User['role']
export type Invitation = components['schemas']['Invitation']
type Changes = components['schemas']['PatchedChangedUserRequest']

export const ROLE_WORDS: Record<Role, string> = {
  advisor: 'Advisor',
  coordinator: 'Coordinator',
  admin: 'Administrator',
}

export const ROLE_NOTES: Record<Role, string> = {
  advisor: 'sees the students of their classes',
  coordinator: 'sees the students of their branches',
  admin: 'sees every student, and manages runs, models and users',
}

/** What the form of an account holds. */
export interface Form {
  username: string
  name: string
  email: string
  role: Role
  /** Given here, besides those that the college gives. */
  classes: string[]
  branches: string[]
  active: boolean
}

export const NEW_FORM: Form = { username: '', name: '', email: '', role: 'advisor', classes: [], branches: [], active: true }

export function formOf(user: User): Form {
  const { username, name, email, role, branches, active } = user
  return { username, name, email, role, branches, active, classes: givenHere(user) }
}

/** What the college's own table gives is not ours to change: a sync brings it. */
export function givenHere(user: User): string[] {
  return user.classes.filter(({ origin }) => origin !== 'college').map(({ class_id }) => class_id)
}

export function givenByCollege(user: User): string[] {
  return user.classes.filter(({ origin }) => origin === 'college').map(({ class_id }) => class_id)
}

/** Only what was changed, and of classes and branches only what the role has. */
export function changesOf(before: Form, after: Form): Changes {
  const changes: Changes = {}
  if (after.name !== before.name) changes.name = after.name
  if (after.email !== before.email) changes.email = after.email
  if (after.role !== before.role) changes.role = after.role
  if (after.active !== before.active) changes.active = after.active
  if (after.role === 'advisor' && !same(after.classes, before.classes)) changes.classes = after.classes
  if (after.role === 'coordinator' && !same(after.branches, before.branches)) changes.branches = after.branches
  return changes
}

function same(left: readonly string[], right: readonly string[]): boolean {
  return left.length === right.length && left.every((one) => right.includes(one))
}

/** "CSE-2A, CSE-2B and 3 more" */
export function listWords(all: readonly string[], shown = 3): string {
  if (all.length <= shown + 1) return all.join(', ')
  return `${all.slice(0, shown).join(', ')} and ${all.length - shown} more`
}
