import { ChevronLeft, ChevronRight } from 'lucide-react'
import { useEffect } from 'react'
import { useNavigate } from 'react-router'
import type { components } from '@/api/__generated__/schema'
import { paths, type WeekChoice } from '@/paths'
import { useCharacterShortcuts } from '@/shortcuts'
import { Link, isTyping } from '@/ui'
import { stepOf } from './step'

type Pair = components['schemas']['Neighbours']

/** The student before and after in this week's list, by link and by key. */
export function Neighbours({ of, choice }: { of: Pair; choice: WeekChoice }) {
  const navigate = useNavigate()
  const characters = useCharacterShortcuts()
  useEffect(() => {
    const listen = (event: KeyboardEvent) => {
      const step = isTyping(event.target) || isBusy(event.target) ? null : stepOf(event, characters)
      const to = step === null ? null : of[step]
      if (to == null) return
      event.preventDefault()
      void navigate(paths.student(to.student_id, choice))
    }
    document.addEventListener('keydown', listen)
    return () => document.removeEventListener('keydown', listen)
  }, [of, choice, navigate, characters])
  if (of.previous === null && of.next === null) return null
  return (
    <nav aria-label="Students of the list" className="flex flex-wrap items-center gap-x-3 gap-y-1 text-sm">
      {of.previous !== null && (
        <Link to={paths.student(of.previous.student_id, choice)} rel="prev">
          <span className="inline-flex items-center gap-0.5">
            <ChevronLeft size={14} aria-hidden />
            <span className="sr-only">Previous: </span>
            {of.previous.name ?? of.previous.student_id}
          </span>
        </Link>
      )}
      {of.next !== null && (
        <Link to={paths.student(of.next.student_id, choice)} rel="next">
          <span className="inline-flex items-center gap-0.5">
            <span className="sr-only">Next: </span>
            {of.next.name ?? of.next.student_id}
            <ChevronRight size={14} aria-hidden />
          </span>
        </Link>
      )}
      <span className="text-xs text-ink-3 max-sm:hidden">
        keys <Key>←</Key> <Key>→</Key>
        {characters && (
          <>
            {' or '}
            <Key>k</Key> <Key>j</Key>
          </>
        )}
      </span>
    </nav>
  )
}

function Key({ children }: { children: string }) {
  return <kbd className="rounded-sm border border-line-strong/60 px-1 font-sans">{children}</kbd>
}

const BUSY = ['dialog', 'alertdialog', 'menu', 'listbox', 'region', 'tablist', 'application'].map((role) => `[role="${role}"]`).join(', ')

/** In a dialog, a menu, a chart or a box that scrolls the keys have their own meaning; what is open has the focus. */
function isBusy(target: EventTarget | null): boolean {
  return target instanceof Element && target.closest(BUSY) !== null
}
