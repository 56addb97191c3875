import { Button as BaseButton } from '@base-ui/react/button'
import type { ComponentProps, ReactNode } from 'react'
import { classes } from './classes'

type Kind = 'primary' | 'secondary' | 'quiet' | 'danger'

const KINDS: Record<Kind, string> = {
  primary: 'bg-accent-fill text-on-accent hover:bg-accent-fill-hover border-transparent',
  secondary: 'bg-surface text-ink border-line-strong/60 hover:bg-hover',
  quiet: 'bg-transparent text-ink-2 border-transparent hover:bg-hover hover:text-ink',
  danger: 'bg-surface text-critical border-critical hover:bg-critical-soft',
}

const SIZES = { medium: 'h-9 px-3', small: 'h-7 px-2' } as const

interface Props extends Omit<ComponentProps<'button'>, 'ref' | 'className' | 'style'> {
  kind?: Kind
  size?: keyof typeof SIZES
  icon?: ReactNode
  /** At work: cannot be pressed again, and says so. */
  busy?: boolean
}

export function Button({ kind = 'secondary', size = 'medium', icon, busy = false, disabled, children, ...rest }: Props) {
  return (
    <BaseButton
      {...rest}
      disabled={disabled === true || busy}
      focusableWhenDisabled={busy}
      aria-busy={busy || undefined}
      className={classes(
        'inline-flex shrink-0 items-center justify-center gap-1.5 rounded border text-sm font-medium whitespace-nowrap',
        'transition-colors data-disabled:opacity-55',
        KINDS[kind],
        SIZES[size],
      )}
    >
      {icon}
      {children}
    </BaseButton>
  )
}

interface IconButtonProps extends Omit<ComponentProps<'button'>, 'ref' | 'className' | 'style' | 'children'> {
  /** What it does, in words: there are none on it. */
  label: string
  icon: ReactNode
  size?: 'medium' | 'small'
  pressed?: boolean
}

const SQUARES = { medium: 'size-9', small: 'size-7' } as const

export function IconButton({ label, icon, size = 'medium', pressed, ...rest }: IconButtonProps) {
  return (
    <BaseButton
      {...rest}
      aria-label={label}
      aria-pressed={pressed}
      title={label}
      className={classes(
        'inline-flex shrink-0 items-center justify-center rounded text-ink-2 transition-colors',
        'hover:bg-hover hover:text-ink data-disabled:opacity-40 aria-pressed:bg-accent-soft aria-pressed:text-accent',
        SQUARES[size],
      )}
    >
      {icon}
    </BaseButton>
  )
}
