import type { Finding, Path } from '../problem.ts'
import type { Stage } from '../schema/stage.ts'
import type { Subscription } from '../schema/subscription.ts'
import { didYouMean } from '../suggest.ts'

/** Types of connections by name. */
export type ConnectionView = Readonly<Record<string, string>>

/** Unknown connections, and those that cannot do what is asked of them. Paths are inside the stage. */
export function connectionFindings(stage: Stage, connections: ConnectionView): Finding[] {
  if (stage.type === 'webhook') return calling(stage.connection, ['connection'], connections)
  if (stage.type === 'canary')
    return (stage.gates ?? []).flatMap(({ connection }, index) =>
      calling(connection, ['gates', index, 'connection'], connections),
    )
  if (stage.type === 'notify')
    return stage.connections.flatMap((name, index) => telling(name, ['connections', index], connections))
  return []
}

/** The same for those that are told about runs; paths are inside the list. */
export function subscriptionFindings(subscriptions: readonly Subscription[], connections: ConnectionView): Finding[] {
  return subscriptions.flatMap(({ connection }, index) => telling(connection, [index, 'connection'], connections))
}

export function calling(name: string, path: Path, connections: ConnectionView): Finding[] {
  const type = typeOf(name, connections)
  if (type === 'http') return []
  const message = `connection "${name}" is of type ${type}; a call needs one of type http`
  return [{ path, message: type === null ? unknown(name, connections) : message }]
}

function telling(name: string, path: Path, connections: ConnectionView): Finding[] {
  const type = typeOf(name, connections)
  if (type !== null && type !== 'http') return []
  const message = `connection "${name}" is of type http, which nobody can be told over; call it with a "webhook" stage`
  return [{ path, message: type === null ? unknown(name, connections) : message }]
}

/** What can say something about a commit. */
export function reporting(name: string, path: Path, connections: ConnectionView): Finding[] {
  const type = typeOf(name, connections)
  if (type === 'github') return []
  const message = `connection "${name}" is of type ${type}; commits are told over one of type github`
  return [{ path, message: type === null ? unknown(name, connections) : message }]
}

function typeOf(name: string, connections: ConnectionView): string | null {
  return Object.hasOwn(connections, name) ? connections[name]! : null
}

function unknown(name: string, connections: ConnectionView): string {
  const known = Object.keys(connections)
  const listed = known.length === 0 ? 'the server has none' : `the server has ${known.join(', ')}`
  return `there is no connection "${name}"${didYouMean(name, known)}; ${listed}`
}
