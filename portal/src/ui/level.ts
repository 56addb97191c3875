/** A student's level as shapes and words; `cannot_tell` and null (fine) stand beside the API's three. */
export type Level = 'critical' | 'high' | 'watch' | 'fine' | 'cannot_tell'

export const LEVELS: readonly Level[] = ['critical', 'high', 'watch', 'fine', 'cannot_tell']

export const LEVEL_WORDS: Record<Level, string> = {
  critical: 'Critical',
  high: 'High',
  watch: 'Watch',
  fine: 'Fine',
  cannot_tell: 'Cannot tell',
}

/** The colour's name in theme.css. */
export const LEVEL_COLOURS: Record<Level, string> = {
  critical: '--critical',
  high: '--high',
  watch: '--watch',
  fine: '--fine',
  cannot_tell: '--cannot-tell',
}
