import { Toast } from '@base-ui/react/toast'

interface Options {
  description?: string
  /** A way back: "Undo". */
  action?: { label: string; onPress: () => void }
  /** Said at once and kept until it is closed. */
  urgent?: boolean
}

export const manager = Toast.createToastManager()

/** A word at the corner that something was done. Errors that need a decision belong beside what caused them. */
export function toast(title: string, { description, action, urgent = false }: Options = {}): void {
  manager.add({
    title,
    description,
    priority: urgent ? 'high' : 'low',
    timeout: urgent ? 0 : undefined,
    actionProps: action === undefined ? undefined : { children: action.label, onClick: action.onPress },
  })
}
