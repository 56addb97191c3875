/**
 * Who is signed in, shared by all tabs of the browser.
 *
 * The access token lives in this module's memory and nowhere else; the refresh token is a cookie that scripts cannot
 * read. The refresh token is used up by each renewal, so only one tab renews at a time (Web Locks), and it tells the
 * others the new access token (BroadcastChannel). When the session ends, requests wait: after the next sign-in they
 * are sent again, so that nothing that was typed is lost.
 */
import { ApiError, errorOf, isRecord } from './errors'

export type SessionState =
  /** not known yet: the page has just been opened */
  | 'starting'
  | 'signed-in'
  /** nobody is signed in, and nobody was since the page was opened */
  | 'signed-out'
  /** was signed in, and is asked to sign in again over the page */
  | 'expired'

const SESSION = '/api/session/'
const REFRESH = '/api/session/refresh/'

type Message = { said: 'token'; token: string } | { said: 'signed-out' }

type Waiting = { resolve: (token: string) => void; reject: (error: ApiError) => void }

export class Session {
  #state: SessionState = 'starting'
  #token: string | null = null
  #user: string | null = null
  #renewing: Promise<string | null> | null = null
  #waiting: Waiting[] = []
  readonly #listeners = new Set<() => void>()
  readonly #channel: BroadcastChannel | null

  /** Called when another person than before has signed in: what was loaded is not theirs. */
  onOtherUser: () => void = () => undefined

  constructor(channel: BroadcastChannel | null = openChannel()) {
    this.#channel = channel
    channel?.addEventListener('message', (event: MessageEvent<Message>) => this.#hear(event.data))
  }

  get state(): SessionState {
    return this.#state
  }

  subscribe = (listener: () => void): (() => void) => {
    this.#listeners.add(listener)
    return () => this.#listeners.delete(listener)
  }

  /** Take up the session of an earlier visit or of another tab, if there is one. Offline, the caller may try again. */
  async start(): Promise<void> {
    if ((await this.renew(null)) === null) this.#become('signed-out')
  }

  /** Throws an ApiError: `invalid` or `signed-out` for a wrong name or password, `busy` when locked out. */
  async signIn(username: string, password: string): Promise<void> {
    const answer = await post(SESSION, { username, password })
    this.#acceptAndTell(tokenOf(answer))
  }

  async signOut(): Promise<void> {
    await fetch(SESSION, { method: 'DELETE', headers: csrfHeader(), credentials: 'same-origin' })
    this.#channel?.postMessage({ said: 'signed-out' } satisfies Message)
    this.#forget('signed-out')
  }

  /** The access token, or a promise of the one that the next sign-in brings. */
  async token(): Promise<string> {
    return this.#token ?? this.#nextToken()
  }

  /** A token to use after `refused` was refused; waits for a sign-in where the session has ended. */
  async tokenAfter(refused: string): Promise<string> {
    if (this.#token !== null && this.#token !== refused) return this.#token
    const renewed = await this.renew(refused)
    if (renewed !== null) return renewed
    this.#token = null
    this.#become('expired')
    return this.#nextToken()
  }

  /** One renewal at a time in this tab, and with Web Locks in the whole browser; null when the session has ended. */
  renew(refused: string | null): Promise<string | null> {
    this.#renewing ??= exclusively(() => this.#renewUnlessDone(refused)).finally(() => {
      this.#renewing = null
    })
    return this.#renewing
  }

  async #renewUnlessDone(refused: string | null): Promise<string | null> {
    if (this.#token !== null && this.#token !== refused) return this.#token // another tab was quicker
    const answer = (await tryRefresh()) ?? (hasLocks() ? null : await tryRefreshLater())
    if (answer === null) return null
    const token = tokenOf(answer)
    this.#acceptAndTell(token)
    return token
  }

  #acceptAndTell(token: string): void {
    this.#accept(token)
    this.#channel?.postMessage({ said: 'token', token } satisfies Message)
  }

  #accept(token: string): void {
    const user = userOf(token)
    if (this.#user !== null && this.#user !== user) {
      this.#refuseWaiting() // what one person asked for is not sent in the name of another
      this.onOtherUser()
    }
    this.#user = user
    this.#token = token
    this.#become('signed-in')
    for (const { resolve } of this.#waiting.splice(0)) resolve(token)
  }

  #forget(state: SessionState): void {
    this.#token = null
    this.#refuseWaiting()
    this.#become(state)
  }

  #refuseWaiting(): void {
    for (const { reject } of this.#waiting.splice(0)) reject(new ApiError('signed-out'))
  }

  #hear(message: Message): void {
    if (message.said === 'token') this.#accept(message.token)
    else if (this.#state === 'signed-in') {
      this.#token = null
      this.#become('expired') // something may have been typed here: ask over the page instead of leaving it
    }
  }

  #nextToken(): Promise<string> {
    return new Promise((resolve, reject) => this.#waiting.push({ resolve, reject }))
  }

  #become(state: SessionState): void {
    if (this.#state === state) return
    this.#state = state
    this.#listeners.forEach((listener) => listener())
  }
}

function openChannel(): BroadcastChannel | null {
  return typeof BroadcastChannel === 'undefined' ? null : new BroadcastChannel('edumetrics-session')
}

/** Web Locks exist only over https and on localhost. */
function hasLocks(): boolean {
  return 'locks' in navigator
}

async function exclusively(work: () => Promise<string | null>): Promise<string | null> {
  return hasLocks() ? await navigator.locks.request('edumetrics-session', work) : work()
}

/** The answer, or null where the session has ended. Throws when there was no answer or a broken one. */
async function tryRefresh(): Promise<unknown> {
  try {
    return await post(REFRESH)
  } catch (error) {
    if (error instanceof ApiError && ENDED.has(error.problem.status ?? 0)) return null
    throw error
  }
}

/** Without locks another tab may just have used the cookie up: by now the browser has the new one. */
async function tryRefreshLater(): Promise<unknown> {
  await new Promise((resolve) => setTimeout(resolve, 400))
  return tryRefresh()
}

const ENDED = new Set([400, 401, 403])

async function post(path: string, body?: object): Promise<unknown> {
  const response = await fetch(path, {
    method: 'POST',
    credentials: 'same-origin',
    headers: { ...csrfHeader(), 'Content-Type': 'application/json', Accept: 'application/json' },
    body: JSON.stringify(body ?? {}),
  })
  const answer: unknown = await response.json().catch(() => null)
  if (!response.ok) throw errorOf(response.status, answer)
  return answer
}

function tokenOf(answer: unknown): string {
  if (isRecord(answer) && typeof answer.access === 'string') return answer.access
  throw new ApiError('server', { detail: 'The server answered without an access token.' })
}

/** Whose token it is, by the claim within it; the server alone judges whether the token is good. */
function userOf(token: string): string {
  const claims: unknown = JSON.parse(atob((token.split('.')[1] ?? '').replaceAll('-', '+').replaceAll('_', '/')))
  return isRecord(claims) ? String(claims.user_id) : ''
}

/** Django's CSRF cookie, sent back as a header: another site cannot read it, so it cannot send it. */
export function csrfHeader(): Record<string, string> {
  const found = /(?:^|;\s*)csrftoken=([^;]+)/.exec(document.cookie)
  return found?.[1] === undefined ? {} : { 'X-CSRFToken': decodeURIComponent(found[1]) }
}

export const session = new Session()
