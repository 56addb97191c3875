import { useState, type ComponentProps } from 'react'
import { Button } from './Button'
import { toast } from './toast'

interface Props extends Omit<ComponentProps<typeof Button>, 'busy' | 'onClick'> {
  onDownload: () => Promise<void>
}

/** Fetches a file through the caller, and says so where it cannot be had. */
export function DownloadButton({ onDownload, ...button }: Props) {
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
  return <Button {...button} busy={busy} onClick={() => void download()} />
}
