import { Button, PasswordInput, TextInput } from '@mantine/core'
import { type FormEvent, useState } from 'react'
import { ProblemNotice } from '../../kit/problem-notice.tsx'
import styles from './login-page.module.css'
import { useSignIn } from './queries.ts'

/** Signs in with name and password of this server's own users. */
export function PasswordForm() {
  const { mutate, isPending, error } = useSignIn()
  const [user, setUser] = useState('')
  const [password, setPassword] = useState('')

  function submit(event: FormEvent) {
    event.preventDefault()
    if (user.trim() !== '' && password !== '') mutate({ user: user.trim(), password })
  }

  return (
    <form onSubmit={submit} className={styles.form}>
      <TextInput
        label="Name"
        value={user}
        onChange={event => setUser(event.currentTarget.value)}
        autoComplete="username"
        autoCapitalize="off"
        spellCheck={false}
        maxLength={200}
      />
      <PasswordInput
        label="Password"
        value={password}
        onChange={event => setPassword(event.currentTarget.value)}
        autoComplete="current-password"
        maxLength={1_000}
      />
      <Button type="submit" loading={isPending}>
        Sign in
      </Button>
      {error && <ProblemNotice what="That did not sign you in." error={error} />}
    </form>
  )
}
