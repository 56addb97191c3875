import type { ReactNode } from 'react'
import { Checkbox, Select, TextField } from '@/ui'
import { ChooseMany } from './ChooseMany'
import { branchesOf, useClasses } from './use-classes'
import { ROLE_NOTES, ROLE_WORDS, type Form, type Role } from './user'

interface Props {
  form: Form
  onChange: (form: Form) => void
  /** Sentences by field, from the API. */
  errors: Readonly<Record<string, string[]>>
  isNew: boolean
  /** Those that the college's table gives. */
  byCollege?: readonly string[]
  above?: ReactNode
}

const ROLES: readonly Role[] = ['advisor', 'coordinator', 'admin']

export function UserForm({ form, onChange, errors, isNew, byCollege = [], above }: Props) {
  const classes = useClasses().data ?? []
  const set = (change: Partial<Form>) => onChange({ ...form, ...change })
  return (
    <div className="flex flex-col gap-4">
      {above}
      {isNew && (
        <TextField
          label="User name"
          required
          autoComplete="off"
          hint="They sign in with it. It stays as it is."
          value={form.username}
          error={errors.username}
          onChange={(event) => set({ username: event.target.value })}
        />
      )}
      <TextField label="Name" autoComplete="off" value={form.name} error={errors.name} onChange={(event) => set({ name: event.target.value })} />
      <TextField
        label="Mail address"
        type="email"
        autoComplete="off"
        value={form.email}
        error={errors.email}
        onChange={(event) => set({ email: event.target.value })}
      />
      <div>
        <Select
          label="Role"
          value={form.role}
          choices={ROLES.map((role) => ({ value: role, label: ROLE_WORDS[role] }))}
          onChange={(role) => set({ role })}
        />
        <p className="pt-1 text-xs text-ink-2">{ROLE_NOTES[form.role]}</p>
      </div>
      {form.role === 'advisor' && (
        <ChooseMany
          label="Classes given here"
          hint={byCollege.length === 0 ? undefined : `The college gives ${byCollege.join(', ')}; only a sync changes that.`}
          options={classes.map((one) => ({ value: one.class_id, label: one.name === null ? one.class_id : `${one.name} (${one.class_id})` }))}
          chosen={form.classes}
          error={errors.classes}
          onChange={(chosen) => set({ classes: chosen })}
        />
      )}
      {form.role === 'coordinator' && (
        <ChooseMany
          label="Branches"
          options={branchesOf(classes).map((branch) => ({ value: branch, label: branch }))}
          chosen={form.branches}
          error={errors.branches}
          onChange={(chosen) => set({ branches: chosen })}
        />
      )}
      {!isNew && <Checkbox label="May sign in" checked={form.active} onChange={(active) => set({ active })} />}
    </div>
  )
}
