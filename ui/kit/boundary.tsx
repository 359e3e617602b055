import { Component, type ReactNode } from 'react'
import { ProblemNotice } from './problem-notice.tsx'

interface BoundaryProps {
  /** What cannot be shown, as a sentence. */
  what: string
  /** Where the notice stands; where the part would have been, unless this says otherwise. */
  around?: (notice: ReactNode) => ReactNode
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
    const retry = () => window.location.reload()
    const notice = <ProblemNotice what={this.props.what} error={this.state.error} onRetry={retry} />
    return this.props.around?.(notice) ?? notice
  }
}
