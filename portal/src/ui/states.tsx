/** What stands in the place of content: nothing yet, nothing there, or something wrong. */
import type { ReactNode } from 'react'
import { Button } from './Button'

/** What to do comes last: `action`. */
export function Empty({ title, children, action }: { title: string; children?: ReactNode; action?: ReactNode }) {
  return (
    <div className="flex flex-col items-start gap-2 rounded border border-dashed border-line-strong/60 px-5 py-8">
      <p className="text-base font-medium">{title}</p>
      {children !== undefined && <div className="prose-width text-sm text-ink-2">{children}</div>}
      {action}
    </div>
  )
}

const WIDTHS = ['w-11/12', 'w-3/4', 'w-5/6', 'w-2/3', 'w-4/5'] as const

/** Rows of a list that is on its way, as high as those that will come. */
export function LoadingRows({ rows = 6, label = 'Loading' }: { rows?: number; label?: string }) {
  return (
    <div role="status" aria-label={label} className="divide-y divide-line">
      {Array.from({ length: rows }, (_, row) => (
        <div key={row} className="flex h-10 items-center gap-4">
          <div className="skeleton size-3.5 shrink-0" />
          <div className="skeleton h-3 w-32 shrink-0" />
          <div className="min-w-0 grow">
            <div className={`skeleton h-3 ${WIDTHS[row % WIDTHS.length] ?? ''}`} />
          </div>
        </div>
      ))}
    </div>
  )
}

const HEIGHTS = { line: 'h-4', block: 'h-24', chart: 'h-52' } as const

export function LoadingBlock({ size = 'block', label = 'Loading' }: { size?: keyof typeof HEIGHTS; label?: string }) {
  return <div role="status" aria-label={label} className={`skeleton w-full ${HEIGHTS[size]}`} />
}

export type Trouble = 'offline' | 'signed-out' | 'no-rights' | 'not-found' | 'invalid' | 'conflict' | 'busy' | 'server'

/** What happened, what is safe, what to do. */
const TROUBLES: Record<Trouble, { title: string; text: string; again: boolean }> = {
  offline: {
    title: 'No connection to EduMetrics',
    text: 'What you saved before is safe. Check your network; this page tries again when the connection is back.',
    again: true,
  },
  'signed-out': {
    title: 'You are signed out',
    text: 'Nothing was changed. Sign in again to go on.',
    again: true,
  },
  'no-rights': {
    title: 'This page is not for your role',
    text: 'Nothing is wrong with your account. If you need to see this, ask the administrator of EduMetrics at your college.',
    again: false,
  },
  'not-found': {
    title: 'There is nothing here that you can see',
    text: 'The address may be old, or the student may be in a class that is not yours. Search for the name instead.',
    again: false,
  },
  invalid: {
    title: 'EduMetrics did not understand this request',
    text: 'Nothing was changed. The address of this page may be incomplete.',
    again: false,
  },
  conflict: {
    title: 'Something else is under way',
    text: 'Nothing was changed. Wait for it to finish, then try again.',
    again: true,
  },
  busy: {
    title: 'EduMetrics is busy',
    text: 'What you saved before is safe. Wait a minute, then try again.',
    again: true,
  },
  server: {
    title: 'Something went wrong in EduMetrics',
    text: 'What you saved before is safe. Try again; if it happens once more, tell your administrator when it was.',
    again: true,
  },
}

interface ErrorStateProps {
  kind: Trouble
  /** What the server said about it, in its own sentence. */
  detail?: string
  onAgain?: () => void
  action?: ReactNode
}

export function ErrorState({ kind, detail, onAgain, action }: ErrorStateProps) {
  const { title, text, again } = TROUBLES[kind]
  return (
    <div role="alert" className="flex flex-col items-start gap-2 rounded border border-line bg-surface px-5 py-6">
      <p className="text-base font-medium">{title}</p>
      <p className="prose-width text-sm text-ink-2">{text}</p>
      {detail !== undefined && <p className="prose-width text-sm text-ink-2">The server says: {detail}</p>}
      <div className="flex gap-2 pt-1 empty:hidden">
        {again && onAgain !== undefined && <Button onClick={onAgain}>Try again</Button>}
        {action}
      </div>
    </div>
  )
}
