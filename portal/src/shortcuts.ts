/**
 * Whether single characters are shortcuts: / for the search, j and k for the next and the previous student.
 *
 * Who dictates, or whose hand rests on the keys, sets them off without wanting to (WCAG 2.1.4), so they can be switched
 * off. Ctrl-K and the arrow keys work all the same. The choice is this browser's, as the appearance is.
 */
import { useSyncExternalStore } from 'react'

const NAME = 'character-shortcuts'
const listeners = new Set<() => void>()

export function characterShortcuts(): boolean {
  return localStorage.getItem(NAME) !== 'off'
}

export function chooseCharacterShortcuts(on: boolean): void {
  if (on) localStorage.removeItem(NAME)
  else localStorage.setItem(NAME, 'off')
  listeners.forEach((listener) => listener())
}

export function useCharacterShortcuts(): boolean {
  return useSyncExternalStore((listener) => {
    listeners.add(listener)
    return () => listeners.delete(listener)
  }, characterShortcuts)
}

window.addEventListener('storage', (event) => {
  if (event.key === NAME) listeners.forEach((listener) => listener())
})
