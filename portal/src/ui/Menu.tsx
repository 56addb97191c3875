import { Menu as BaseMenu } from '@base-ui/react/menu'
import { Check } from 'lucide-react'
import type { ReactElement, ReactNode } from 'react'
import { Link as RouterLink } from 'react-router'
import { classes } from './classes'
import { POPUP, POPUP_ITEM } from './popup'

export type MenuEntry =
  | { kind: 'action'; label: string; icon?: ReactNode; onSelect: () => void; disabled?: boolean }
  | { kind: 'link'; label: string; icon?: ReactNode; to: string }
  | { kind: 'choice'; label: string; value: string; choices: { value: string; label: string }[]; onChange: (value: string) => void }
  | { kind: 'line' }

interface Props {
  /** The button that opens it: a Button or an IconButton. */
  trigger: ReactElement
  entries: readonly MenuEntry[]
  align?: 'start' | 'end'
}

export function Menu({ trigger, entries, align = 'end' }: Props) {
  return (
    <BaseMenu.Root>
      <BaseMenu.Trigger render={trigger} />
      <BaseMenu.Portal>
        <BaseMenu.Positioner sideOffset={4} align={align} className="z-50 outline-none">
          <BaseMenu.Popup className={classes(POPUP, 'min-w-44')}>
            {entries.map((entry, index) => (
              <Entry key={entry.kind === 'line' ? index : entry.label} entry={entry} />
            ))}
          </BaseMenu.Popup>
        </BaseMenu.Positioner>
      </BaseMenu.Portal>
    </BaseMenu.Root>
  )
}

function Entry({ entry }: { entry: MenuEntry }) {
  if (entry.kind === 'line') return <BaseMenu.Separator className="my-1 h-px bg-line" />
  if (entry.kind === 'choice') return <ChoiceEntry entry={entry} />
  const inside = (
    <>
      {entry.icon !== undefined && <span className="text-ink-2">{entry.icon}</span>}
      {entry.label}
    </>
  )
  if (entry.kind === 'link') {
    return (
      <BaseMenu.LinkItem closeOnClick render={<RouterLink to={entry.to} />} className={POPUP_ITEM}>
        {inside}
      </BaseMenu.LinkItem>
    )
  }
  return (
    <BaseMenu.Item onClick={entry.onSelect} disabled={entry.disabled} className={POPUP_ITEM}>
      {inside}
    </BaseMenu.Item>
  )
}

function ChoiceEntry({ entry }: { entry: Extract<MenuEntry, { kind: 'choice' }> }) {
  return (
    <BaseMenu.Group>
      <BaseMenu.GroupLabel className="px-2 pt-1.5 pb-1 text-xs text-ink-2">{entry.label}</BaseMenu.GroupLabel>
      <BaseMenu.RadioGroup value={entry.value} onValueChange={(value: string) => entry.onChange(value)}>
        {entry.choices.map((choice) => (
          <BaseMenu.RadioItem key={choice.value} value={choice.value} className={POPUP_ITEM}>
            <span className="w-4 shrink-0 text-accent">
              <BaseMenu.RadioItemIndicator>
                <Check size={14} aria-hidden />
              </BaseMenu.RadioItemIndicator>
            </span>
            {choice.label}
          </BaseMenu.RadioItem>
        ))}
      </BaseMenu.RadioGroup>
    </BaseMenu.Group>
  )
}
