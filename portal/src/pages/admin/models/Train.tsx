import { useMutation, useQueryClient } from '@tanstack/react-query'
import { GraduationCap } from 'lucide-react'
import { useState } from 'react'
import { api, unwrap } from '@/api/client'
import { paths } from '@/paths'
import { Banner, Button, Dialog, Link } from '@/ui'
import { refusalOf } from '../refusal'

export function Train() {
  const [asking, setAsking] = useState(false)
  const client = useQueryClient()
  const train = useMutation({
    mutationFn: () => unwrap(api.POST('/api/models/')),
    onSuccess: () => client.invalidateQueries({ queryKey: ['runs'] }),
    onSettled: () => setAsking(false),
  })
  const refusal = train.isError
    ? refusalOf(train.error, { conflict: 'A training is under way already', busy: 'Nobody would carry the training out' })
    : null
  return (
    <>
      <Button
        kind="primary"
        icon={<GraduationCap size={15} aria-hidden />}
        busy={train.isPending}
        onClick={() => {
          train.reset()
          setAsking(true)
        }}
      >
        Train
      </Button>
      <div className="w-full empty:hidden">
        {train.isSuccess && (
          <Banner tone="good" live title={`Run ${train.data.run_id} waits for the runner`}>
            Its models appear here when it has succeeded. <Link to={paths.run(train.data.run_id)}>Open run {train.data.run_id}</Link>
          </Banner>
        )}
        {refusal !== null && (
          <Banner tone="error" live title={refusal.title}>
            {refusal.text}
          </Banner>
        )}
      </div>
      <Dialog
        open={asking}
        onClose={() => setAsking(false)}
        title="Train new models"
        description="A model is trained for each prediction, from every finished semester. None of them is put into use by that: you compare and promote them here."
        actions={
          <>
            <Button onClick={() => setAsking(false)}>Cancel</Button>
            <Button kind="primary" busy={train.isPending} onClick={() => train.mutate()}>
              Start the training
            </Button>
          </>
        }
      >
        <p className="text-sm">It may take many minutes on a large college. The pages stay usable meanwhile.</p>
      </Dialog>
    </>
  )
}
