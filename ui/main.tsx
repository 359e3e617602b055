import './design/mantine.css'
import './design/tokens.css'
import './design/base.css'
import { MantineProvider } from '@mantine/core'
import { QueryClientProvider } from '@tanstack/react-query'
import { StrictMode } from 'react'
import { createRoot } from 'react-dom/client'
import { createClient } from '../api/client/client.ts'
import { App } from './app.tsx'
import { ClientContext } from './client.ts'
import { returnToPlace } from './features/session/deep-link.ts'
import { readLoginLink } from './features/session/login-link.ts'
import { Announcer } from './kit/announce.tsx'
import { createQueryClient } from './live/query-client.ts'

readLoginLink()
returnToPlace()

createRoot(document.getElementById('root')!).render(
  <StrictMode>
    {/* The variables are in design/tokens.css: the provider would inject them as a style element. */}
    <MantineProvider defaultColorScheme="auto" withCssVariables={false} withGlobalClasses={false}>
      <ClientContext value={createClient({ url: '' })}>
        <QueryClientProvider client={createQueryClient()}>
          <App />
          <Announcer />
        </QueryClientProvider>
      </ClientContext>
    </MantineProvider>
  </StrictMode>,
)
