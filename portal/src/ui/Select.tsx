import { Select as BaseSelect } from '@base-ui/react/select'
import { Check, ChevronsUpDown } from 'lucide-react'
import { classes } from './classes'
import { POPUP, POPUP_ITEM } from './popup'

export interface Choice<Value extends string | number> {
  value: Value
  label: string
  /** A word more, in grey: "exam week". */
  note?: string
}

interface Props<Value extends string | number> {
  label: string
  labelHidden?: boolean
  choices: readonly Choice<Value>[]
  value: Value | null
  onChange: (value: Value) => void
  placeholder?: string
  disabled?: boolean
  /** `quiet` has no border: for the header. */
  kind?: 'box' | 'quiet'
}

const KINDS = {
  box: 'border-line-strong bg-surface',
  quiet: 'border-transparent bg-transparent font-medium hover:bg-hover',
} as const

export function Select<Value extends string | number>({ kind = 'box', ...props }: Props<Value>) {
  const { label, labelHidden = false, choices, value, onChange, placeholder, disabled } = props
  return (
    <BaseSelect.Root<Value>
      items={choices}
      value={value}
      disabled={disabled}
      onValueChange={(next) => next !== null && onChange(next)}
    >
      <div className="flex min-w-0 flex-col gap-1">
        <BaseSelect.Label className={labelHidden ? 'sr-only' : 'text-sm font-medium'}>{label}</BaseSelect.Label>
        <BaseSelect.Trigger
          className={classes(
            'flex h-9 min-w-0 items-center justify-between gap-1.5 rounded border px-2.5 text-left text-sm text-ink',
            'data-disabled:opacity-55',
            KINDS[kind],
          )}
        >
          <BaseSelect.Value className="truncate" placeholder={placeholder} />
          <BaseSelect.Icon className="text-ink-3">
            <ChevronsUpDown size={14} aria-hidden />
          </BaseSelect.Icon>
        </BaseSelect.Trigger>
      </div>
      <BaseSelect.Portal>
        <BaseSelect.Positioner sideOffset={4} alignItemWithTrigger={false} className="z-50 outline-none">
          <BaseSelect.Popup className={POPUP}>
            {choices.map((choice) => (
              <BaseSelect.Item key={choice.value} value={choice.value} className={classes(POPUP_ITEM, 'pr-3')}>
                <span className="w-4 shrink-0 text-accent">
                  <BaseSelect.ItemIndicator>
                    <Check size={14} aria-hidden />
                  </BaseSelect.ItemIndicator>
                </span>
                <BaseSelect.ItemText className="grow">{choice.label}</BaseSelect.ItemText>
                {choice.note !== undefined && <span className="text-xs text-ink-2">{choice.note}</span>}
              </BaseSelect.Item>
            ))}
          </BaseSelect.Popup>
        </BaseSelect.Positioner>
      </BaseSelect.Portal>
    </BaseSelect.Root>
  )
}
