import { useMutation, useQueryClient } from '@tanstack/react-query'
import { RefreshCw } from 'lucide-react'
import { useState } from 'react'
import { api, unwrap } from '@/api/client'
import { useMe } from '@/api/me'
import { paths } from '@/paths'
import { Banner, Button, Dialog, Link, Select } from '@/ui'
import { refusalOf } from '../refusal'

const ONLY_MISSING = 0

/** Asks for a run that brings the results to the college's week. */
export function Recalculate({ open: somethingOpen }: { open: boolean }) {
  const [asking, setAsking] = useState(false)
  const [from, setFrom] = useState(ONLY_MISSING)
  const client = useQueryClient()
  const last = Math.max(0, ...(useMe().data?.classes ?? []).map((one) => one.sem_week ?? 0))
  const start = useMutation({
    mutationFn: () => unwrap(api.POST('/api/calibrate/', { body: { recompute_from: from === ONLY_MISSING ? null : from } })),
    onSuccess: () => client.invalidateQueries({ queryKey: ['runs'] }),
    onSettled: () => setAsking(false),
  })
  const refusal = start.isError
    ? refusalOf(start.error, { conflict: 'A run is under way already', busy: 'Nobody would carry the run out' })
    : null
  return (
    <>
      <div className="flex flex-col gap-3 pb-4 empty:hidden">
        {start.isSuccess && (
          <Banner tone="good" live title={`Run ${start.data.run_id} waits for the runner`}>
            It begins within seconds, and this page shows how far it is. The pages show the old results until it has succeeded.{' '}
            <Link to={paths.run(start.data.run_id)}>Open run {start.data.run_id}</Link>
          </Banner>
        )}
        {refusal !== null && (
          <Banner tone="error" live title={refusal.title}>
            {refusal.text}
          </Banner>
        )}
      </div>
      <Button
        kind="primary"
        icon={<RefreshCw size={15} aria-hidden />}
        disabled={somethingOpen}
        busy={start.isPending}
        onClick={() => {
          start.reset()
          setAsking(true)
        }}
      >
        Recalculate
      </Button>
      {somethingOpen && <p className="pt-1 text-xs text-ink-2">One run at a time: it can be asked for when the present one has ended.</p>}
      <Dialog
        open={asking}
        onClose={() => setAsking(false)}
        title="Recalculate the results"
        description="The college's database is read again, and the weeks that are missing are scored. Nobody is locked out meanwhile."
        actions={
          <>
            <Button onClick={() => setAsking(false)}>Cancel</Button>
            <Button kind="primary" busy={start.isPending} onClick={() => start.mutate()}>
              Start the run
            </Button>
          </>
        }
      >
        <Select
          label="Which weeks"
          value={from}
          onChange={setFrom}
          choices={[
            { value: ONLY_MISSING, label: 'Those that are missing' },
            ...Array.from({ length: last }, (_, index) => ({ value: index + 1, label: `From week ${index + 1} on, anew` })),
          ]}
        />
        <p className="pt-2 text-xs text-ink-2">
          Score weeks anew after the college has corrected its data. Published results of those weeks are replaced.
        </p>
      </Dialog>
    </>
  )
}
