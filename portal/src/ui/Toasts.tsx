import { Toast } from '@base-ui/react/toast'
import { X } from 'lucide-react'
import { manager } from './toast'

/** Where toasts appear; once in the app. F6 moves the focus there. */
export function Toasts() {
  return (
    <Toast.Provider toastManager={manager} limit={3} timeout={6000}>
      <Toast.Portal>
        <Toast.Viewport className="fixed right-4 bottom-4 left-4 z-50 flex flex-col gap-2 outline-none sm:left-auto sm:w-96">
          <Shown />
        </Toast.Viewport>
      </Toast.Portal>
    </Toast.Provider>
  )
}

function Shown() {
  const { toasts } = Toast.useToastManager()
  return toasts.map((toast) => (
    <Toast.Root
      key={toast.id}
      toast={toast}
      className="rounded-lg border border-line bg-surface text-ink shadow-raised transition-opacity data-ending-style:opacity-0 data-limited:hidden data-starting-style:opacity-0"
    >
      <Toast.Content className="flex items-start gap-3 px-4 py-3">
        <div className="min-w-0 grow text-sm">
          <Toast.Title className="font-medium" />
          <Toast.Description className="text-ink-2" />
        </div>
        <Toast.Action className="shrink-0 rounded-sm font-medium text-accent underline-offset-2 empty:hidden hover:underline" />
        <Toast.Close aria-label="Close" className="-mr-1 inline-flex size-6 shrink-0 items-center justify-center rounded text-ink-2 hover:bg-hover">
          <X size={14} aria-hidden />
        </Toast.Close>
      </Toast.Content>
    </Toast.Root>
  ))
}
