/** Stands in for the file that `npm run api` makes of docs/reference/openapi.json, by the API's contract. */

interface Me {
  username: string
  name: string
  role: 'advisor' | 'coordinator' | 'admin'
  classes: { class_id: string; name: string }[]
  capacity: number | null
}

interface FoundStudent {
  student_id: string
  roll_number: string
  name: string
  class_id: string
}

export interface paths {
  '/api/me/': {
    get: { responses: { 200: { content: { 'application/json': Me } } } }
    patch: {
      requestBody: { content: { 'application/json': Partial<Pick<Me, 'capacity'>> } }
      responses: { 200: { content: { 'application/json': Me } } }
    }
  }
  '/api/students/': {
    get: {
      parameters: { query?: { search?: string; page?: number; page_size?: number } }
      responses: { 200: { content: { 'application/json': { count: number; results: FoundStudent[] } } } }
    }
  }
}
