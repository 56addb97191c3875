import { Autocomplete } from '@base-ui/react/autocomplete'
import { Search as SearchIcon } from 'lucide-react'
import { useEffect, useRef, type ReactNode } from 'react'
import { classes } from './classes'
import { POPUP, POPUP_ITEM } from './popup'

interface Props<Item> {
  label: string
  placeholder?: string
  /** What was typed; the caller looks it up and gives `items`. */
  text: string
  onText: (text: string) => void
  items: readonly Item[]
  itemKey: (item: Item) => string
  itemText: (item: Item) => string
  renderItem: (item: Item) => ReactNode
  onChoose: (item: Item) => void
  /** Said while there are no items: "Looking", "No student of yours has this name or number." */
  status?: string
  /** What focuses it from anywhere on the page: Ctrl-K alone, or / too. */
  shortcut?: 'ctrl-k' | 'slash'
}

export function Search<Item>({ shortcut, ...props }: Props<Item>) {
  const { label, placeholder, text, onText, items, itemKey, itemText, renderItem, onChoose, status } = props
  const input = useRef<HTMLInputElement>(null)
  useShortcut(shortcut, () => {
    input.current?.focus()
    input.current?.select()
  })
  return (
    <Autocomplete.Root<Item>
      items={items}
      mode="none"
      value={text}
      onValueChange={(value, details) => details.reason !== 'item-press' && onText(value)}
      itemToStringValue={itemText}
      autoHighlight
    >
      <div className="relative w-full min-w-0">
        <SearchIcon size={15} aria-hidden className="pointer-events-none absolute top-2.5 left-2.5 text-ink-3" />
        <Autocomplete.Input
          ref={input}
          aria-label={label}
          placeholder={placeholder}
          className={classes(
            'h-9 w-full rounded border border-line-strong bg-surface pr-8 pl-8 text-sm placeholder:text-ink-3',
            'focus-visible:outline-offset-0',
          )}
        />
        {shortcut !== undefined && (
          <kbd
            aria-hidden
            className="pointer-events-none absolute top-2 right-2 rounded-sm border border-line bg-sunken px-1.5 font-sans text-xs text-ink-2"
          >
            {shortcut === 'slash' ? '/' : 'Ctrl K'}
          </kbd>
        )}
      </div>
      <Autocomplete.Portal>
        <Autocomplete.Positioner sideOffset={4} className="z-50 outline-none">
          <Autocomplete.Popup className={classes(POPUP, text.trim() === '' && 'hidden')}>
            <Autocomplete.Status className={status === undefined ? 'sr-only' : 'px-2 py-1.5 text-sm text-ink-2'}>
              {status ?? `${items.length} found`}
            </Autocomplete.Status>
            <Autocomplete.List>
              {items.map((item) => (
                <Autocomplete.Item
                  key={itemKey(item)}
                  value={item}
                  onClick={() => onChoose(item)}
                  className={POPUP_ITEM}
                >
                  {renderItem(item)}
                </Autocomplete.Item>
              ))}
            </Autocomplete.List>
          </Autocomplete.Popup>
        </Autocomplete.Positioner>
      </Autocomplete.Portal>
    </Autocomplete.Root>
  )
}

function useShortcut(shortcut: Props<unknown>['shortcut'], act: () => void): void {
  const latest = useRef(act)
  useEffect(() => {
    latest.current = act
  })
  useEffect(() => {
    if (shortcut === undefined) return
    const listen = (event: KeyboardEvent) => {
      const slash = shortcut === 'slash' && event.key === '/' && !event.ctrlKey && !event.metaKey && !isTyping(event.target)
      const palette = event.key.toLowerCase() === 'k' && (event.ctrlKey || event.metaKey)
      if (!slash && !palette) return
      event.preventDefault()
      latest.current()
    }
    document.addEventListener('keydown', listen)
    return () => document.removeEventListener('keydown', listen)
  }, [shortcut])
}

/** A letter pressed in a field is text, not a shortcut. */
export function isTyping(target: EventTarget | null): boolean {
  return target instanceof HTMLElement && (target.isContentEditable || /^(INPUT|TEXTAREA|SELECT)$/.test(target.tagName))
}
