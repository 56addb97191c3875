import { Collapsible } from '@base-ui/react/collapsible'
import { ChevronRight } from 'lucide-react'
import type { ReactNode } from 'react'

interface Props {
  title: ReactNode
  /** In grey beside the title: a number, a word. */
  note?: ReactNode
  children: ReactNode
  startsOpen?: boolean
  /** Heading level of the title; 0 for none. */
  level?: 0 | 2 | 3 | 4
}

export function Disclosure({ title, note, children, startsOpen = false, level = 0 }: Props) {
  const trigger = (
    <Collapsible.Trigger className="group -ml-1 flex min-h-8 items-center gap-1 rounded px-1 text-left text-sm font-medium text-ink hover:bg-hover">
      <ChevronRight size={15} aria-hidden className="shrink-0 text-ink-3 transition-transform group-data-panel-open:rotate-90" />
      <span>{title}</span>
      {note !== undefined && <span className="ml-1 font-normal text-ink-2">{note}</span>}
    </Collapsible.Trigger>
  )
  const Heading = `h${level === 0 ? 2 : level}` as const
  return (
    <Collapsible.Root defaultOpen={startsOpen}>
      {level === 0 ? trigger : <Heading>{trigger}</Heading>}
      <Collapsible.Panel className="pt-2">{children}</Collapsible.Panel>
    </Collapsible.Root>
  )
}
