/** A dialog with one form that is sent: its buttons, what went wrong, and no loss of what was typed. */
import { useId, type ReactNode } from 'react'
import type { ApiError } from '@/api/errors'
import { Button, Dialog } from '@/ui'
import { Trouble } from './Trouble'

interface Props {
  title: string
  description?: string
  /** The word on the button that sends it. */
  action: string
  onSend: () => void
  onCancel: () => void
  busy: boolean
  /** Something was typed: neither Escape nor a press outside closes the dialog; Cancel still does. */
  typed: boolean
  error: ApiError | null
  /** Said over the form when it failed: "The contact was not logged". */
  failed: string
  /** The fields. */
  children: ReactNode
  /** What stands below the form. */
  below?: ReactNode
}

export function FormDialog({ title, description, action, onSend, onCancel, busy, typed, error, failed, children, below }: Props) {
  const form = useId()
  return (
    <Dialog
      open
      stays={typed}
      onClose={onCancel}
      title={title}
      description={description}
      actions={
        <>
          <Button onClick={onCancel}>Cancel</Button>
          <Button kind="primary" type="submit" form={form} busy={busy}>
            {action}
          </Button>
        </>
      }
    >
      <form
        id={form}
        className="flex flex-col gap-4"
        onSubmit={(event) => {
          event.preventDefault()
          onSend()
        }}
      >
        {error !== null && <Trouble error={error} what={failed} />}
        {children}
      </form>
      {below}
    </Dialog>
  )
}
