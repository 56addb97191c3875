/** A new password, typed twice. */
import { TextField } from '@/ui'

export interface TypedPassword {
  password: string
  again: string
}

export const NO_PASSWORD: TypedPassword = { password: '', again: '' }

interface Props {
  value: TypedPassword
  onChange: (value: TypedPassword) => void
  /** What the API says of it. */
  errors: string[] | undefined
}

/** Whether both are the same; null while the second is not typed yet. */
export function agree({ password, again }: TypedPassword): boolean | null {
  return again === '' ? null : password === again
}

export function NewPassword({ value, onChange, errors }: Props) {
  return (
    <>
      <TextField
        label="New password"
        type="password"
        autoComplete="new-password"
        required
        minLength={10}
        maxLength={1000}
        hint="At least 10 characters, not only digits, no common one, unlike your name."
        value={value.password}
        error={errors}
        onChange={(event) => onChange({ ...value, password: event.target.value })}
      />
      <TextField
        label="New password again"
        type="password"
        autoComplete="new-password"
        required
        value={value.again}
        error={agree(value) === false ? 'It differs from the one above.' : undefined}
        onChange={(event) => onChange({ ...value, again: event.target.value })}
      />
    </>
  )
}
