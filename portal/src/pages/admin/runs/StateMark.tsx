import { CircleCheck, CircleDashed, CircleX, LoaderCircle } from 'lucide-react'
import { STATE_WORDS, type RunState } from './words'

const MARKS = {
  queued: { Icon: CircleDashed, colour: 'text-ink-2' },
  running: { Icon: LoaderCircle, colour: 'text-accent' },
  succeeded: { Icon: CircleCheck, colour: 'text-good' },
  failed: { Icon: CircleX, colour: 'text-critical' },
} as const

/** A state by shape, word and colour. */
export function StateMark({ state }: { state: RunState }) {
  const { Icon, colour } = MARKS[state]
  return (
    <span className="inline-flex items-center gap-1.5 whitespace-nowrap">
      <Icon size={15} aria-hidden className={colour} />
      {STATE_WORDS[state]}
    </span>
  )
}
