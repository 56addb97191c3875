/** How pages are laid out: a head, sections, and a main column with one beside it. */
import type { ReactNode } from 'react'

interface PageHeadProps {
  title: string
  /** One line under the title: week, numbers, how far the data goes. */
  summary?: ReactNode
  actions?: ReactNode
}

export function PageHead({ title, summary, actions }: PageHeadProps) {
  return (
    <div className="flex flex-wrap items-end justify-between gap-x-6 gap-y-3 pb-4">
      <div className="min-w-0">
        <h1 className="text-xl font-semibold tracking-tight">{title}</h1>
        {summary !== undefined && <p className="text-sm text-ink-2">{summary}</p>}
      </div>
      {actions !== undefined && <div className="flex flex-wrap items-center gap-2">{actions}</div>}
    </div>
  )
}

interface SectionProps {
  title: string
  note?: ReactNode
  tools?: ReactNode
  children: ReactNode
  /** Heading level. */
  level?: 2 | 3
}

export function Section({ title, note, tools, children, level = 2 }: SectionProps) {
  const Heading = `h${level}` as const
  return (
    <section className="min-w-0 pb-8">
      <div className="flex min-h-8 flex-wrap items-center justify-between gap-x-4 pb-2">
        <Heading className="text-base font-semibold">
          {title}
          {note !== undefined && <span className="ml-2 text-sm font-normal text-ink-2">{note}</span>}
        </Heading>
        {tools}
      </div>
      {children}
    </section>
  )
}

/** Two thirds and one third; one under the other where there is no room. */
export function Columns({ main, beside }: { main: ReactNode; beside: ReactNode }) {
  return (
    <div className="grid grid-cols-1 gap-x-10 lg:grid-cols-[minmax(0,2fr)_minmax(0,1fr)]">
      <div className="min-w-0">{main}</div>
      <aside className="min-w-0">{beside}</aside>
    </div>
  )
}

/** Names and values, one a line. */
export function Facts({ facts }: { facts: readonly { name: string; value: ReactNode }[] }) {
  return (
    <dl className="grid grid-cols-[auto_minmax(0,1fr)] gap-x-6 gap-y-1 text-sm">
      {facts.map(({ name, value }) => (
        <div key={name} className="contents">
          <dt className="text-ink-2">{name}</dt>
          <dd className="tabular">{value}</dd>
        </div>
      ))}
    </dl>
  )
}
