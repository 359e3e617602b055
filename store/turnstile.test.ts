import { setTimeout } from 'node:timers/promises'
import { expect, test } from 'vitest'
import { StoreUnavailable } from './errors.ts'
import { turnstile } from './turnstile.ts'

test('lets that many through at a time, first come, first served', async () => {
  const pass = turnstile(2, 10_000)
  const order: number[] = []
  let inside = 0
  let most = 0
  await Promise.all(
    [0, 1, 2, 3, 4].map(number =>
      pass(async () => {
        order.push(number)
        inside += 1
        most = Math.max(most, inside)
        await setTimeout(1)
        inside -= 1
      }),
    ),
  )
  expect(order).toEqual([0, 1, 2, 3, 4])
  expect(most).toBe(2)
})

test('a failure is the callers, and makes room for the next', async () => {
  const pass = turnstile(1, 10_000)
  const failing = pass(() => Promise.reject(new Error('no')))
  const next = pass(async () => 'yes')
  await expect(failing).rejects.toThrow('no')
  expect(await next).toBe('yes')
})

test('who waits too long is turned away, and those behind still get their turn', async () => {
  const pass = turnstile(1, 20)
  const gate = Promise.withResolvers<void>()
  const first = pass(() => gate.promise)
  await expect(pass(async () => 'late')).rejects.toThrow(StoreUnavailable)
  const behind = pass(async () => 'yes')
  gate.resolve()
  await first
  expect(await behind).toBe('yes')
})
