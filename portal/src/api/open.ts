/** What can be asked of the API without being signed in. */
import createClient from 'openapi-fetch'
import type { paths } from './__generated__/schema'

/** Sends no token, and waits for no sign-in as `api` does. */
export const openApi = createClient<paths>({ baseUrl: window.location.origin })
