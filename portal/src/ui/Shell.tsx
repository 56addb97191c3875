import { Menu as MenuIcon, X } from 'lucide-react'
import { useState, type ReactNode } from 'react'
import { NavLink } from 'react-router'
import { classes } from './classes'
import { IconButton } from './Button'

export interface NavEntry {
  label: string
  to: string
  /** Only this very address counts as being there. */
  exact?: boolean
}

interface Props {
  nav: readonly NavEntry[]
  /** Week and class. */
  choices?: ReactNode
  search?: ReactNode
  userMenu: ReactNode
  /** Over everything: the demo college says what it is. */
  notice?: ReactNode
  children: ReactNode
}

export function Shell({ nav, choices, search, userMenu, notice, children }: Props) {
  const [open, setOpen] = useState(false)
  return (
    <div className="flex min-h-dvh flex-col">
      <a
        href="#content"
        className="sr-only z-50 rounded bg-accent-fill px-3 py-2 font-medium text-on-accent focus:not-sr-only focus:fixed focus:top-2 focus:left-2"
      >
        Go to the content
      </a>
      {notice}
      <header className="no-print sticky top-0 z-30 border-b border-line bg-surface">
        <div className="mx-auto flex max-w-7xl flex-wrap items-center gap-x-4 px-4 lg:px-6 xl:flex-nowrap">
          <div className="flex h-13 items-center gap-2">
            <span className="xl:hidden">
              <IconButton
                label={open ? 'Close the menu' : 'Open the menu'}
                aria-expanded={open}
                aria-controls="main-nav"
                icon={open ? <X size={18} aria-hidden /> : <MenuIcon size={18} aria-hidden />}
                onClick={() => setOpen(!open)}
              />
            </span>
            <span className="text-base font-semibold tracking-tight">EduMetrics</span>
          </div>
          <nav
            id="main-nav"
            aria-label="Main"
            className={classes('order-last w-full xl:order-none xl:block xl:w-auto', open ? 'block pb-2' : 'hidden')}
          >
            <ul className="flex flex-col xl:h-13 xl:flex-row xl:gap-1">
              {nav.map((entry) => (
                <li key={entry.to} className="xl:h-full">
                  <NavLink
                    to={entry.to}
                    end={entry.exact}
                    onClick={() => setOpen(false)}
                    className={({ isActive }) =>
                      classes(
                        'flex h-10 items-center border-transparent px-2 whitespace-nowrap focus-visible:-outline-offset-2 xl:h-full xl:border-b-2',
                        isActive ? 'font-medium text-ink xl:border-accent' : 'text-ink-2 hover:text-ink',
                      )
                    }
                  >
                    {entry.label}
                  </NavLink>
                </li>
              ))}
            </ul>
          </nav>
          <div className="ml-auto flex min-w-0 items-center gap-1 xl:order-2">
            <div className="hidden items-center gap-1 sm:flex">{choices}</div>
            {userMenu}
          </div>
          <div className="w-full min-w-0 pb-2 xl:order-1 xl:ml-auto xl:w-60 xl:shrink xl:pb-0">{search}</div>
          <div className="order-3 -ml-2.5 flex w-full items-center gap-1 pb-1 sm:hidden">{choices}</div>
        </div>
      </header>
      <main id="content" tabIndex={-1} className="mx-auto w-full max-w-7xl grow px-4 py-5 outline-none lg:px-6">
        {children}
      </main>
    </div>
  )
}
