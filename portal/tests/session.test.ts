import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { authorisedFetch } from '@/api/client'
import { ApiError } from '@/api/errors'
import { Session } from '@/api/session'

const tokenOf = (user: number, number: number) => `h.${btoa(JSON.stringify({ user_id: user, number }))}.s`
const json = (status: number, body: unknown) => new Response(JSON.stringify(body), { status })

/** A server that knows one good access token at a time, and a refresh cookie that each renewal uses up. */
class Server {
  good = tokenOf(1, 0)
  alive = true
  renewals = 0
  bodies: string[] = []

  answer = async (input: RequestInfo | URL, init?: RequestInit): Promise<Response> => {
    const request = input instanceof Request ? input : new Request(new URL(String(input), 'http://localhost'), init)
    const path = new URL(request.url).pathname
    if (path === '/api/session/refresh/') return this.renew()
    if (path === '/api/session/' && request.method === 'POST') return this.signIn(await request.text())
    if (path === '/api/session/') return new Response(null, { status: 204 })
    if (request.headers.get('Authorization') !== `Bearer ${this.good}`) return json(401, { detail: 'No valid access token.' })
    this.bodies.push(await request.text())
    return json(200, { ok: true })
  }

  private renew(): Response {
    if (!this.alive) return json(401, { detail: 'The session has ended.' })
    this.renewals += 1
    this.good = tokenOf(1, this.renewals)
    return json(200, { access: this.good })
  }

  private signIn(text: string): Response {
    const body = JSON.parse(text) as { username: string; password: string }
    if (body.password !== 'right') return json(401, { detail: 'User name or password is not right.' })
    this.alive = true
    this.good = tokenOf(body.username === 'other' ? 2 : 1, 100)
    return json(200, { access: this.good })
  }
}

const noted = () => new Request('http://localhost/api/interventions/', { method: 'POST', body: 'what was typed' })

describe('the session', () => {
  let server: Server
  let session: Session
  const open: BroadcastChannel[] = []
  const tab = () => {
    const channel = new BroadcastChannel('test-session')
    open.push(channel)
    return new Session(channel)
  }
  beforeEach(() => {
    server = new Server()
    vi.stubGlobal('fetch', vi.fn(server.answer))
    session = tab()
  })
  afterEach(() => {
    for (const channel of open.splice(0)) channel.close()
  })

  it('takes up an earlier one when the page is opened', async () => {
    await session.start()
    expect(session.state).toBe('signed-in')
  })

  it('shows the sign-in when there is none', async () => {
    server.alive = false
    await session.start()
    expect(session.state).toBe('signed-out')
  })

  it('does not take a server in trouble for the end of a session', async () => {
    vi.stubGlobal('fetch', () => Promise.resolve(json(500, {})))
    await expect(session.start()).rejects.toMatchObject({ kind: 'server' })
    expect(session.state).toBe('starting')
  })

  it('renews a refused token once for many requests, and sends them again', async () => {
    await session.start()
    server.good = 'expired on the server'
    const answers = await Promise.all([1, 2, 3].map(() => authorisedFetch(session)(noted())))
    expect(answers.map((answer) => answer.status)).toEqual([200, 200, 200])
    expect(server.renewals).toBe(2)
  })

  it('keeps what was typed until the next sign-in, and sends it then', async () => {
    await session.start()
    server.good = 'expired on the server'
    server.alive = false
    const saved = authorisedFetch(session)(noted())
    await vi.waitFor(() => expect(session.state).toBe('expired'))
    expect(server.bodies).toEqual([])
    await session.signIn('ADV001', 'right')
    expect((await saved).status).toBe(200)
    expect(server.bodies).toEqual(['what was typed'])
  })

  it('sends nothing in the name of another who signs in', async () => {
    await session.start()
    session.onOtherUser = vi.fn()
    server.good = 'expired on the server'
    server.alive = false
    const saved = authorisedFetch(session)(noted())
    await vi.waitFor(() => expect(session.state).toBe('expired'))
    const refused = expect(saved).rejects.toMatchObject({ kind: 'signed-out' })
    await session.signIn('other', 'right')
    await refused
    expect(session.onOtherUser).toHaveBeenCalledOnce()
    expect(server.bodies).toEqual([])
  })

  it('says what was wrong with a password', async () => {
    await expect(session.signIn('ADV001', 'wrong')).rejects.toThrow(ApiError)
    await expect(session.signIn('ADV001', 'wrong')).rejects.toThrow('User name or password is not right.')
  })

  it('is told to the other tabs: token and sign-out', async () => {
    const other = tab()
    await session.start()
    await vi.waitFor(() => expect(other.state).toBe('signed-in'))
    expect((await authorisedFetch(other)(noted())).status).toBe(200)
    expect(server.renewals).toBe(1)
    await session.signOut()
    expect(session.state).toBe('signed-out')
    await vi.waitFor(() => expect(other.state).toBe('expired'))
  })
})
