import { LEVEL_WORDS, type Level } from './level'
import { classes } from './classes'

const TEXT: Record<Level, string> = {
  critical: 'text-critical',
  high: 'text-high',
  watch: 'text-watch',
  fine: 'text-fine',
  cannot_tell: 'text-cannot-tell',
}

/** Shape, colour and word of a level. `word` hides the word from sight where a column heading gives it: it is still read out. */
export function LevelMark({ level, word = true }: { level: Level; word?: boolean }) {
  return (
    <span className={classes('inline-flex items-center gap-1.5 font-medium whitespace-nowrap', TEXT[level])}>
      <svg viewBox="0 0 14 14" width="14" height="14" aria-hidden className="shrink-0">
        {title(level, word)}
        <LevelShape level={level} />
      </svg>
      <span className={word ? undefined : 'sr-only'}>{LEVEL_WORDS[level]}</span>
    </span>
  )
}

function title(level: Level, word: boolean) {
  return word ? null : <title>{LEVEL_WORDS[level]}</title>
}

/** The shape alone, in a box of 14 by 14, in the current colour. */
export function LevelShape({ level }: { level: Level }) {
  switch (level) {
    case 'critical':
      return <path d="M7 .5 13.5 7 7 13.5.5 7Z" fill="currentColor" />
    case 'high':
      return <path d="M7 1.2 13.4 12.6H.6Z" fill="currentColor" />
    case 'watch':
      return <circle cx="7" cy="7" r="4.75" fill="none" stroke="currentColor" strokeWidth="2.25" />
    case 'fine':
      return <circle cx="7" cy="7" r="3" fill="currentColor" />
    case 'cannot_tell':
      return <circle cx="7" cy="7" r="5" fill="none" stroke="currentColor" strokeWidth="1.75" strokeDasharray="2.4 2.2" />
  }
}
