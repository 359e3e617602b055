import { Component, type ReactNode } from 'react'
import { ProblemNotice } from './problem-notice.tsx'

interface BoundaryProps {
  /** What cannot be shown, as a sentence. */
  what: string
  children: ReactNode
}

/** Keeps a failure to draw one part from taking the rest of the page with it. */
export class Boundary extends Component<BoundaryProps, { error: unknown }> {
  override state: { error: unknown } = { error: null }

  static getDerivedStateFromError(error: unknown) {
    return { error }
  }

  override render() {
    if (this.state.error === null) return this.props.children
    // A part that was not found was replaced by a newer version of the page: only loading that helps.
    return <ProblemNotice what={this.props.what} error={this.state.error} onRetry={() => window.location.reload()} />
  }
}
