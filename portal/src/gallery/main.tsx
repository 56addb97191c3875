import '../styles/index.css'
import { createRoot } from 'react-dom/client'
import { BrowserRouter } from 'react-router'
import { Toasts } from '@/ui'
import { Gallery } from './Gallery'

const root = document.getElementById('root')
if (root !== null) {
  createRoot(root).render(
    <BrowserRouter>
      <Gallery />
      <Toasts />
    </BrowserRouter>,
  )
}
