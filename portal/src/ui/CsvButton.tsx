import { Download } from 'lucide-react'
import { useState } from 'react'
import { Button } from './Button'
import { toast } from './toast'

/** Fetches the file through the caller; `what` names it for screen readers: "students to contact". */
export function CsvButton({ what, onDownload }: { what: string; onDownload: () => Promise<void> }) {
  const [busy, setBusy] = useState(false)
  const download = async () => {
    setBusy(true)
    try {
      await onDownload()
    } catch {
      toast('The file could not be loaded', { description: 'Nothing was changed. Try again in a minute.', urgent: true })
    } finally {
      setBusy(false)
    }
  }
  return (
    <span className="no-print">
      <Button kind="quiet" size="small" busy={busy} onClick={() => void download()} icon={<Download size={14} aria-hidden />}>
        CSV<span className="sr-only"> of {what}</span>
      </Button>
    </span>
  )
}
