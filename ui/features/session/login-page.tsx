import { useEffect } from 'react'
import type { LoginMethods } from '../../../api/contract/server.ts'
import { Page } from '../../kit/page.tsx'
import { ProblemNotice } from '../../kit/problem-notice.tsx'
import { rememberPlace } from './deep-link.ts'
import { LinkForm } from './link-form.tsx'
import { takeLoginCode } from './login-link.ts'
import styles from './login-page.module.css'
import { PasswordForm } from './password-form.tsx'
import { useLoginMethods, useSignIn } from './queries.ts'

/** Shown in place of any view until somebody has signed in, so that a deep link arrives where it points. */
export function LoginPage() {
  const methods = useLoginMethods()
  const { mutate, isPending, error } = useSignIn()

  useEffect(() => {
    const code = takeLoginCode()
    if (code !== null) mutate({ code })
  }, [mutate])

  return (
    <div className={styles.center}>
      <Page title="Sign in" heading={<Brand />}>
        <div className={styles.methods}>
          {methods.error && (
            <ProblemNotice
              what="How to sign in is not known."
              error={methods.error}
              onRetry={() => methods.refetch()}
            />
          )}
          {methods.data?.methods.map(method => (
            <Method key={method.type} method={method} onCode={code => mutate({ code })} busy={isPending} />
          ))}
          {error && <ProblemNotice what="That did not sign you in." error={error} />}
        </div>
      </Page>
    </div>
  )
}

interface MethodProps {
  method: LoginMethods['methods'][number]
  onCode: (code: string) => void
  busy: boolean
}

function Method({ method, onCode, busy }: MethodProps) {
  if (method.type === 'link') return <LinkForm onCode={onCode} busy={busy} />
  if (method.type === 'password') return <PasswordForm />
  return (
    <a href={method.url} onClick={rememberPlace} className={styles.provider}>
      Sign in with {method.name}
    </a>
  )
}

function Brand() {
  return (
    <span className={styles.brand}>
      <img src="/favicon.svg" alt="" width="32" height="32" />
      Sign in to Slipway
    </span>
  )
}
