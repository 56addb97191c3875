/** Which neighbour a key leads to; null for every other key and for one with Ctrl, Alt or Meta. */
export function stepOf(event: Pick<KeyboardEvent, 'key' | 'ctrlKey' | 'altKey' | 'metaKey' | 'defaultPrevented'>): 'previous' | 'next' | null {
  if (event.defaultPrevented || event.ctrlKey || event.altKey || event.metaKey) return null
  if (event.key === 'k' || event.key === 'ArrowLeft') return 'previous'
  return event.key === 'j' || event.key === 'ArrowRight' ? 'next' : null
}
