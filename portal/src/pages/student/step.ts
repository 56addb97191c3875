/** Which neighbour a key leads to; null for every other key and for one with Ctrl, Alt or Meta. j and k only as `characters`. */
export function stepOf(
  event: Pick<KeyboardEvent, 'key' | 'ctrlKey' | 'altKey' | 'metaKey' | 'defaultPrevented'>,
  characters: boolean,
): 'previous' | 'next' | null {
  if (event.defaultPrevented || event.ctrlKey || event.altKey || event.metaKey) return null
  if (event.key === 'ArrowLeft' || (characters && event.key === 'k')) return 'previous'
  return event.key === 'ArrowRight' || (characters && event.key === 'j') ? 'next' : null
}
