import { useMutation, useQueryClient } from '@tanstack/react-query'
import { RefreshCw } from 'lucide-react'
import { useState } from 'react'
import { api, unwrap } from '@/api/client'
import { Banner, Button, Dialog, LoadingBlock, toast } from '@/ui'
import { refusalOf } from '../refusal'
import { changesNothing, syncSentences } from './sync'
import type { Invitation } from './user'

/** Lets the accounts follow the college's table of advisors, after what would change has been seen. */
export function SyncAdvisors({ onInvited }: { onInvited: (invitations: Invitation[]) => void }) {
  const [asking, setAsking] = useState(false)
  const client = useQueryClient()
  const look = useMutation({ mutationFn: () => unwrap(api.POST('/api/advisors/sync/', { body: { dry_run: true } })) })
  const sync = useMutation({
    mutationFn: () => unwrap(api.POST('/api/advisors/sync/', { body: { dry_run: false } })),
    onSuccess: ({ invitations }) => {
      setAsking(false)
      toast("The accounts follow the college's table")
      onInvited(invitations)
      return client.invalidateQueries()
    },
  })
  const failed = sync.error ?? look.error
  const refusal = failed === null ? null : refusalOf(failed, TITLES)
  const nothing = look.data !== undefined && changesNothing(look.data)
  return (
    <>
      <Button
        icon={<RefreshCw size={15} aria-hidden />}
        onClick={() => {
          sync.reset()
          look.mutate()
          setAsking(true)
        }}
      >
        Sync advisors
      </Button>
      <Dialog
        open={asking}
        onClose={() => setAsking(false)}
        title="Sync the advisors"
        description="New advisors of the college's table are invited, those who are gone can sign in no more, and classes follow the table as the last run found it."
        actions={
          <>
            <Button onClick={() => setAsking(false)}>{nothing ? 'Close' : 'Cancel'}</Button>
            {!nothing && (
              <Button kind="primary" busy={sync.isPending} disabled={!look.isSuccess} onClick={() => sync.mutate()}>
                Make these changes
              </Button>
            )}
          </>
        }
      >
        {refusal !== null && (
          <Banner tone="error" live title={refusal.title}>
            {refusal.text}
          </Banner>
        )}
        {look.isPending && <LoadingBlock label="Looking what would change" />}
        {look.data !== undefined && (
          <div className="text-sm">
            <p className="pb-2 font-medium">{nothing ? 'Nothing would change: the accounts are as the table says.' : 'What would change:'}</p>
            <ul className="flex list-disc flex-col gap-1 pl-5">
              {syncSentences(look.data).map((sentence) => (
                <li key={sentence}>{sentence}</li>
              ))}
            </ul>
          </div>
        )}
      </Dialog>
    </>
  )
}

const TITLES = { conflict: 'There is nothing to follow', busy: 'EduMetrics is busy' }
