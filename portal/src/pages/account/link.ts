/** What a one-time link says. */
export interface OneTimeLink {
  uid: string
  token: string
}

/** From what comes after # in the address; null where the link is not whole. */
export function readLink(hash: string): OneTimeLink | null {
  const said = new URLSearchParams(hash.replace(/^#/, ''))
  const [uid, token] = [said.get('uid') ?? '', said.get('token') ?? '']
  return uid === '' || token === '' ? null : { uid, token }
}
