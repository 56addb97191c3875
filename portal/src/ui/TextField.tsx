import { Field } from '@base-ui/react/field'
import type { ComponentProps, ReactNode } from 'react'
import { classes } from './classes'

interface FieldProps {
  label: string
  /** For a label that the place itself gives: still there for screen readers. */
  labelHidden?: boolean
  hint?: ReactNode
  /** What is wrong and what to do, from the API's `errors` of this field. */
  error?: string | string[]
}

export const FIELD_BOX =
  'w-full rounded border border-line-strong bg-surface px-2.5 text-sm text-ink placeholder:text-ink-3 ' +
  'data-invalid:border-critical disabled:opacity-55 focus-visible:outline-offset-0'

type InputProps = FieldProps & Omit<ComponentProps<'input'>, 'ref' | 'className' | 'style' | 'defaultValue'>

export function TextField({ label, labelHidden, hint, error, ...rest }: InputProps) {
  return (
    <FieldFrame {...{ label, labelHidden, hint, error }}>
      <Field.Control {...rest} className={classes(FIELD_BOX, 'h-9')} />
    </FieldFrame>
  )
}

type AreaProps = FieldProps & Omit<ComponentProps<'textarea'>, 'ref' | 'className' | 'style' | 'defaultValue'>

export function TextArea({ label, labelHidden, hint, error, rows = 4, ...rest }: AreaProps) {
  return (
    <FieldFrame {...{ label, labelHidden, hint, error }}>
      <Field.Control
        render={<textarea {...rest} rows={rows} />}
        className={classes(FIELD_BOX, 'py-2 leading-5')}
      />
    </FieldFrame>
  )
}

function FieldFrame({ label, labelHidden, hint, error, children }: FieldProps & { children: ReactNode }) {
  const sentences = typeof error === 'string' ? [error] : (error ?? [])
  return (
    <Field.Root invalid={sentences.length > 0} className="flex w-full min-w-0 flex-col gap-1">
      <Field.Label className={labelHidden === true ? 'sr-only' : 'text-sm font-medium text-ink'}>{label}</Field.Label>
      {children}
      {hint !== undefined && <Field.Description className="text-xs text-ink-2">{hint}</Field.Description>}
      <Field.Error match={sentences.length > 0} className="text-xs font-medium text-critical">
        {sentences.join(' ')}
      </Field.Error>
    </Field.Root>
  )
}
