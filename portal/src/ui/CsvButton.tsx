import { Download } from 'lucide-react'
import { DownloadButton } from './DownloadButton'

/** Fetches the file through the caller; `what` names it for screen readers: "students to contact". */
export function CsvButton({ what, onDownload }: { what: string; onDownload: () => Promise<void> }) {
  return (
    <span className="no-print">
      <DownloadButton kind="quiet" size="small" icon={<Download size={14} aria-hidden />} onDownload={onDownload}>
        CSV<span className="sr-only"> of {what}</span>
      </DownloadButton>
    </span>
  )
}
