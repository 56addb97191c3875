import { NumberField as BaseNumberField } from '@base-ui/react/number-field'
import { Minus, Plus } from 'lucide-react'
import { useId, type ReactNode } from 'react'

interface Props {
  label: ReactNode
  /** After the box: "students". */
  unit?: string
  value: number | null
  onChange: (value: number | null) => void
  min?: number
  max?: number
}

const STEP = 'inline-flex size-7 items-center justify-center text-ink-2 hover:bg-hover hover:text-ink data-disabled:opacity-40'

/** A small whole number within a sentence: "This week I can meet [ 8 ] students". */
export function NumberField({ label, unit, value, onChange, min, max }: Props) {
  const id = useId()
  return (
    <BaseNumberField.Root id={id} value={value} onValueChange={onChange} min={min} max={max} className="flex items-center gap-2">
      <label htmlFor={id} className="text-sm">
        {label}
      </label>
      <BaseNumberField.Group className="flex items-center rounded border border-line-strong bg-surface">
        <BaseNumberField.Decrement aria-label="One less" className={STEP}>
          <Minus size={14} aria-hidden />
        </BaseNumberField.Decrement>
        <BaseNumberField.Input className="tabular h-7 w-10 bg-transparent text-center text-sm font-medium" />
        <BaseNumberField.Increment aria-label="One more" className={STEP}>
          <Plus size={14} aria-hidden />
        </BaseNumberField.Increment>
      </BaseNumberField.Group>
      {unit !== undefined && <span className="text-sm">{unit}</span>}
    </BaseNumberField.Root>
  )
}
