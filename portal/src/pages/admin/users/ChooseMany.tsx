import { X } from 'lucide-react'
import { useState } from 'react'
import { Checkbox, IconButton, TextField } from '@/ui'

interface Option {
  value: string
  label: string
}

interface Props {
  /** "Classes" */
  label: string
  options: readonly Option[]
  chosen: readonly string[]
  onChange: (chosen: string[]) => void
  hint?: string
  error?: string[]
}

/** A long list is found through by typing. */
const SHOWN = 40
const SEARCHED_FROM = 10

/** Some of a list: what is chosen stands above, each with a button that takes it back. */
export function ChooseMany({ label, options, chosen, onChange, hint, error = [] }: Props) {
  const [search, setSearch] = useState('')
  const text = search.trim().toLowerCase()
  const found = options.filter((option) => text === '' || `${option.value} ${option.label}`.toLowerCase().includes(text))
  const nameOf = (value: string) => options.find((option) => option.value === value)?.label ?? value
  return (
    <fieldset className="min-w-0">
      <legend className="pb-1 text-sm font-medium">{label}</legend>
      {hint !== undefined && <p className="pb-1 text-xs text-ink-2">{hint}</p>}
      {chosen.length > 0 && (
        <ul aria-label={`${label} chosen`} className="flex flex-wrap gap-x-3 pb-1 text-sm">
          {chosen.map((value) => (
            <li key={value} className="inline-flex items-center">
              {nameOf(value)}
              <IconButton
                size="small"
                label={`Take ${nameOf(value)} away`}
                icon={<X size={13} aria-hidden />}
                onClick={() => onChange(chosen.filter((one) => one !== value))}
              />
            </li>
          ))}
        </ul>
      )}
      {options.length > SEARCHED_FROM && (
        <TextField label={`Search in ${label.toLowerCase()}`} labelHidden placeholder="Search" value={search} onChange={(event) => setSearch(event.target.value)} />
      )}
      <div role="region" tabIndex={0} aria-label={`${label} to choose from`} className="mt-1 max-h-44 overflow-y-auto rounded border border-line px-2.5">
        {found.slice(0, SHOWN).map((option) => (
          <Checkbox
            key={option.value}
            label={option.label}
            checked={chosen.includes(option.value)}
            onChange={(checked) => onChange(checked ? [...chosen, option.value] : chosen.filter((one) => one !== option.value))}
          />
        ))}
        {found.length === 0 && <p className="py-2 text-sm text-ink-2">None is like that.</p>}
        {found.length > SHOWN && <p className="py-2 text-xs text-ink-2">{found.length - SHOWN} more: type a part of the name.</p>}
      </div>
      {error.length > 0 && <p className="pt-1 text-xs font-medium text-critical">{error.join(' ')}</p>}
    </fieldset>
  )
}
