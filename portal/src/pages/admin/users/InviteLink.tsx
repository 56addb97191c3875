import { Copy } from 'lucide-react'
import { useState } from 'react'
import { formatMoment } from '@/format'
import { Banner, Button, Dialog, TextField } from '@/ui'
import type { Invitation } from './user'

/** A link to set a password. It is shown here once and kept nowhere: a key to the account is no text to lie about. */
export function InviteLinks({ invitations, onClose }: { invitations: readonly Invitation[]; onClose: () => void }) {
  return (
    <Dialog
      open={invitations.length > 0}
      onClose={onClose}
      stays
      size="large"
      title={invitations.length === 1 ? `The link for ${invitations[0]?.username ?? ''}` : `The links of ${invitations.length} accounts`}
      description="With it its owner sets a password, once. It is a key to the account: hand it to its owner and to nobody else. It is shown only now."
      actions={
        <Button kind="primary" onClick={onClose}>
          I have handed it on
        </Button>
      }
    >
      <ul className="flex flex-col gap-5">
        {invitations.map((invitation) => (
          <li key={invitation.username}>
            <OneLink invitation={invitation} />
          </li>
        ))}
      </ul>
    </Dialog>
  )
}

function OneLink({ invitation: { username, url, expires_at, mailed } }: { invitation: Invitation }) {
  const [copied, setCopied] = useState<'yes' | 'no' | null>(null)
  const copy = () => {
    // Only https and localhost have a clipboard; elsewhere the text is there to be marked.
    if (!('clipboard' in navigator)) setCopied('no')
    else navigator.clipboard.writeText(url).then(() => setCopied('yes'), () => setCopied('no'))
  }
  return (
    <div className="flex flex-col gap-2">
      <div className="flex items-end gap-2">
        <TextField label={`Link for ${username}`} value={url} readOnly onFocus={(event) => event.target.select()} />
        <Button icon={<Copy size={14} aria-hidden />} onClick={copy} aria-label={`Copy the link for ${username}`}>
          Copy
        </Button>
      </div>
      <p role="status" className="text-xs text-ink-2">
        {copied === 'yes' && 'Copied. '}
        {copied === 'no' && 'The browser does not let it be copied here: mark the text and copy it. '}
        It works until {formatMoment(expires_at)}.
      </p>
      {mailed && <Banner tone="good">It is on its way by mail, too.</Banner>}
    </div>
  )
}
