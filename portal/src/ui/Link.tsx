import { Link as RouterLink, type LinkProps } from 'react-router'
import { classes } from './classes'

interface Props extends Omit<LinkProps, 'className' | 'style'> {
  /** `strong` for names in lists: ink that turns into a link under the pointer. */
  kind?: 'plain' | 'strong'
}

const KINDS = {
  plain: 'text-accent underline decoration-accent/40 underline-offset-2 hover:decoration-accent',
  strong: 'font-medium text-ink hover:text-accent hover:underline underline-offset-2',
} as const

export function Link({ kind = 'plain', ...rest }: Props) {
  return <RouterLink {...rest} className={classes('rounded-sm', KINDS[kind])} />
}
