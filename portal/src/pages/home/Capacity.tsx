/** "This week I can meet [ 8 ] students": cuts the first list at once, and is kept a moment later. */
import { useMutation, useQueryClient } from '@tanstack/react-query'
import { useRef, useState } from 'react'
import { api, unwrap } from '@/api/client'
import { useMe } from '@/api/me'
import { Button, NumberField, toast } from '@/ui'

const MOST = 1000
const SETTLES_MS = 400

export interface Capacity {
  /** What the lists are cut by; undefined leaves it to the policy. */
  value: number | undefined
  set: (value: number | null) => void
}

/** The reader's own capacity: kept for the account, and used at once. */
export function useCapacity(): Capacity {
  const kept = useMe().data?.capacity ?? null
  const [typed, setTyped] = useState<number | null>()
  const queries = useQueryClient()
  const timer = useRef<ReturnType<typeof setTimeout>>(undefined)
  const keep = useMutation({
    mutationFn: (capacity: number | null) => unwrap(api.PATCH('/api/me/', { body: { capacity } })),
    onSuccess: (me) => {
      queries.setQueryData(['me'], me)
      void queries.invalidateQueries({ queryKey: ['students'] })
    },
    onError: () =>
      toast('Your capacity was not saved', {
        description: 'The list shows it, and the next visit will not. Change it once more to try again.',
        urgent: true,
      }),
  })
  const set = (value: number | null) => {
    setTyped(value)
    clearTimeout(timer.current)
    // Each step of the buttons is a change; only where it comes to rest is worth keeping.
    timer.current = setTimeout(() => keep.mutate(value), SETTLES_MS)
  }
  return { value: (typed === undefined ? kept : typed) ?? undefined, set }
}

/** `places`: what the policy gives where the reader has said nothing; null while it is not known. */
export function CapacityField({ capacity, places }: { capacity: Capacity; places: number | null }) {
  return (
    <div className="flex flex-wrap items-center gap-x-2 gap-y-1">
      <NumberField
        label="This week I can meet"
        unit="students"
        min={0}
        max={MOST}
        value={capacity.value ?? places}
        onChange={(value) => value !== null && capacity.set(value)}
      />
      {capacity.value !== undefined && (
        <span className="no-print">
          <Button kind="quiet" size="small" onClick={() => capacity.set(null)}>
            Reset
            <span className="sr-only"> to what the policy gives</span>
          </Button>
        </span>
      )}
    </div>
  )
}
