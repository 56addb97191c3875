import { Dialog as BaseDialog } from '@base-ui/react/dialog'
import { X } from 'lucide-react'
import type { ReactNode } from 'react'
import { classes } from './classes'

interface Props {
  open: boolean
  onClose: () => void
  title: string
  description?: ReactNode
  children: ReactNode
  /** Buttons, the one that acts last. */
  actions?: ReactNode
  /** Neither Escape nor a press outside closes it: a sign-in over the page. */
  stays?: boolean
  /** What lies behind cannot be read: somebody else may be looking. */
  covers?: boolean
  size?: 'medium' | 'large'
}

const SIZES = { medium: 'sm:max-w-md', large: 'sm:max-w-2xl' } as const

export function Dialog({ open, onClose, title, description, children, actions, ...look }: Props) {
  const { stays = false, covers = false, size = 'medium' } = look
  return (
    <BaseDialog.Root open={open} disablePointerDismissal={stays} onOpenChange={(next) => !next && !stays && onClose()}>
      <BaseDialog.Portal>
        <BaseDialog.Backdrop
          className={classes('fixed inset-0 z-40 transition-opacity data-starting-style:opacity-0', covers ? 'bg-page' : 'bg-scrim')}
        />
        <BaseDialog.Viewport className="fixed inset-0 z-40 flex items-end justify-center overflow-y-auto sm:items-center sm:p-6">
          <BaseDialog.Popup
            className={classes(
              'relative flex max-h-full w-full flex-col rounded-t-lg bg-surface text-ink shadow-raised outline-none sm:rounded-lg',
              'transition-opacity data-starting-style:opacity-0',
              SIZES[size],
            )}
          >
            <header className="flex items-start justify-between gap-4 px-5 pt-4">
              <BaseDialog.Title className="text-base font-semibold">{title}</BaseDialog.Title>
              {!stays && (
                <BaseDialog.Close
                  aria-label="Close"
                  className="-mr-2 inline-flex size-7 items-center justify-center rounded text-ink-2 hover:bg-hover"
                >
                  <X size={16} aria-hidden />
                </BaseDialog.Close>
              )}
            </header>
            {description !== undefined && (
              <BaseDialog.Description className="px-5 pt-1 text-sm text-ink-2">{description}</BaseDialog.Description>
            )}
            <div className="min-h-0 overflow-y-auto px-5 py-4">{children}</div>
            {actions !== undefined && (
              <footer className="flex flex-wrap justify-end gap-2 border-t border-line px-5 py-3">{actions}</footer>
            )}
          </BaseDialog.Popup>
        </BaseDialog.Viewport>
      </BaseDialog.Portal>
    </BaseDialog.Root>
  )
}
