import { fileURLToPath } from 'node:url'
import tailwindcss from '@tailwindcss/vite'
import react from '@vitejs/plugin-react'
import { defineConfig } from 'vitest/config'

// Django serves index.html at every path of the portal, and the files that it names under /static/portal/.
export default defineConfig(({ command }) => ({
  base: command === 'build' ? '/static/portal/' : '/',
  plugins: [react(), tailwindcss()],
  resolve: { alias: { '@': fileURLToPath(new URL('./src', import.meta.url)) } },
  build: {
    manifest: true,
    // A data: address for a small font or image would be one more source for the content security policy to allow.
    assetsInlineLimit: 0,
    modulePreload: { polyfill: false },
    // GALLERY=true builds the page of samples instead: benchmarks/portal.py measures the Galaxy on it.
    rolldownOptions: process.env.GALLERY === 'true' ? { input: 'gallery.html' } : {},
  },
  server: {
    port: 8200,
    strictPort: true,
    // The API's address while developing: `manage.py runserver 8000` beside `npm run dev`.
    proxy: { '/api': process.env.API_URL ?? 'http://127.0.0.1:8000' },
  },
  test: {
    environment: 'jsdom',
    include: ['tests/**/*.test.{ts,tsx}'],
    restoreMocks: true,
    unstubGlobals: true,
    setupFiles: ['tests/setup.ts'],
  },
}))
