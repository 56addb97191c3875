import { progressWords, shareDone, type Run } from './words'

/** A bar where the share is known, and always words. */
export function Progress({ run }: { run: Run }) {
  const share = shareDone(run)
  return (
    <div className="min-w-40">
      {share !== null && run.state === 'running' && (
        <div
          role="progressbar"
          aria-label={`Progress of run ${run.id}`}
          aria-valuenow={Math.round(100 * share)}
          aria-valuemin={0}
          aria-valuemax={100}
          className="mb-1 h-1.5 w-full max-w-64 overflow-hidden rounded-full bg-sunken"
        >
          <div className="h-full bg-accent" style={{ width: `${100 * share}%` }} />
        </div>
      )}
      <p className="text-xs text-ink-2">{progressWords(run)}</p>
    </div>
  )
}
