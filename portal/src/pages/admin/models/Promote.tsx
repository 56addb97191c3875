import { useMutation, useQueryClient } from '@tanstack/react-query'
import { useState } from 'react'
import { api, unwrap } from '@/api/client'
import { Banner, Button, Dialog, toast } from '@/ui'
import { refusalOf } from '../refusal'
import { comparisonWords, type Model } from './card'

/** Puts a model into use, after the comparison has been seen. */
export function Promote({ model, inUse }: { model: Model; inUse: Model | undefined }) {
  const [asking, setAsking] = useState(false)
  const client = useQueryClient()
  const promote = useMutation({
    mutationFn: () => unwrap(api.POST('/api/models/{version}/promote/', { params: { path: { version: model.version } } })),
    onSuccess: (promoted) => {
      setAsking(false)
      toast(`${promoted.version} is in use`, {
        description: promoted.in_place_of === null ? 'From the next run on.' : `From the next run on, in the place of ${promoted.in_place_of}.`,
      })
      return client.invalidateQueries({ queryKey: ['models'] })
    },
  })
  const refusal = promote.isError
    ? refusalOf(promote.error, { conflict: 'It cannot be put into use', busy: 'EduMetrics is busy' })
    : null
  const compared = comparisonWords(model)
  return (
    <>
      <Button
        size="small"
        aria-label={`Put ${model.version} into use`}
        disabled={!model.beats_baselines}
        onClick={() => {
          promote.reset()
          setAsking(true)
        }}
      >
        Promote
      </Button>
      <Dialog
        open={asking}
        onClose={() => setAsking(false)}
        title={`Put ${model.version} into use?`}
        description="The next runs predict by it. What was predicted already stays as it is, and the change goes to the audit log."
        actions={
          <>
            <Button onClick={() => setAsking(false)}>Cancel</Button>
            <Button kind="primary" busy={promote.isPending} onClick={() => promote.mutate()}>
              Put it into use
            </Button>
          </>
        }
      >
        <div className="flex flex-col gap-3 text-sm">
          {refusal !== null && (
            <Banner tone="error" live title={refusal.title}>
              {refusal.text}
            </Banner>
          )}
          <p>{model.sentence}</p>
          {inUse === undefined ? (
            <p>No model is in use for this yet.</p>
          ) : (
            <>
              <p>
                In use now: <span className="font-medium">{inUse.version}</span>. {inUse.sentence}
              </p>
              <p>{compared ?? 'The two were not compared on the same rows: there was no model in use when this one was trained.'}</p>
            </>
          )}
        </div>
      </Dialog>
    </>
  )
}
