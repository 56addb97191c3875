import { CircleCheck, Info, TriangleAlert } from 'lucide-react'
import type { ReactNode } from 'react'
import { classes } from './classes'

type Tone = 'info' | 'warning' | 'error' | 'good'

const TONES: Record<Tone, { box: string; icon: string; Icon: typeof Info }> = {
  info: { box: 'bg-accent-soft', icon: 'text-accent', Icon: Info },
  warning: { box: 'bg-watch-soft', icon: 'text-watch', Icon: TriangleAlert },
  error: { box: 'bg-critical-soft', icon: 'text-critical', Icon: TriangleAlert },
  good: { box: 'bg-good-soft', icon: 'text-good', Icon: CircleCheck },
}

interface Props {
  tone?: Tone
  title?: string
  children?: ReactNode
  action?: ReactNode
  /** Said at once by screen readers: for what has just happened. */
  live?: boolean
}

export function Banner({ tone = 'info', title, children, action, live = false }: Props) {
  const { box, icon, Icon } = TONES[tone]
  return (
    <div role={live ? 'alert' : undefined} className={classes('flex gap-2.5 rounded px-3 py-2.5 text-sm text-ink', box)}>
      <Icon size={16} aria-hidden className={classes('mt-0.5 shrink-0', icon)} />
      <div className="flex min-w-0 grow flex-wrap items-center justify-between gap-x-4 gap-y-2">
        <div className="prose-width min-w-0">
          {title !== undefined && <p className="font-medium">{title}</p>}
          {children !== undefined && <div>{children}</div>}
        </div>
        {action}
      </div>
    </div>
  )
}
