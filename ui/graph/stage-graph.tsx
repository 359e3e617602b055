import { useMediaQuery } from '@mantine/hooks'
import '@xyflow/react/dist/base.css'
import { Controls, type Edge, Handle, MarkerType, type Node, type NodeProps, Position, ReactFlow } from '@xyflow/react'
import type { StageStatus } from '../../pipeline/statuses.ts'
import { icons } from '../kit/icons.tsx'
import { statusMarks } from '../kit/status-marks.ts'
import { Link } from '../router/link.tsx'
import { type Direction, nodeSize } from './layout.ts'
import styles from './stage-graph.module.css'
import { usePlaced } from './use-placed.ts'

export interface GraphStage {
  id: string
  needs: readonly string[]
  /** Null where nothing has run: of a definition. */
  status: StageStatus | null
  words: string
  /** Where a click leads. */
  to: `/${string}`
  current: boolean
}

type StageNode = Node<GraphStage & { direction: Direction } & Record<string, unknown>, 'stage'>

const nodeTypes = { stage: StageBox }
const handles = { width: 1, height: 1 }

/** Where lines come in and go out. */
const ends = {
  'left-right': {
    target: { position: Position.Left, x: 0, y: nodeSize.height / 2 },
    source: { position: Position.Right, x: nodeSize.width, y: nodeSize.height / 2 },
  },
  'top-down': {
    target: { position: Position.Top, x: nodeSize.width / 2, y: 0 },
    source: { position: Position.Bottom, x: nodeSize.width / 2, y: nodeSize.height },
  },
} as const satisfies Record<Direction, Record<'target' | 'source', { position: Position; x: number; y: number }>>

/** The stages as a graph that can be panned and zoomed; each leads to its stage. The list says the same in words. */
export function StageGraph({ stages }: { stages: readonly GraphStage[] }) {
  const direction: Direction = useMediaQuery('(max-width: 40em)', undefined, { getInitialValueInEffect: false })
    ? 'top-down'
    : 'left-right'
  const shape = JSON.stringify([direction, stages.map(({ id, needs }) => [id, needs])])
  const placed = usePlaced({ stages, direction }, shape)
  if (placed === null) return <p className={styles.wait}>Laying out {stages.length} stages…</p>
  const large = placed.width > 1_200 || placed.height > 640
  const nodes = stages.map(
    (stage): StageNode => ({
      ...{ id: stage.id, type: 'stage', position: placed.nodes.get(stage.id) ?? { x: 0, y: 0 } },
      ...{ ...nodeSize, data: { ...stage, direction }, draggable: false, connectable: false, selectable: false },
      // Nothing can be done to a node, so the library lets clicks through it; its link must have them.
      style: { pointerEvents: 'all' as const },
      handles: [
        { type: 'target', ...ends[direction].target, ...handles },
        { type: 'source', ...ends[direction].source, ...handles },
      ],
    }),
  )
  return (
    <div
      className={styles.frame}
      style={{
        height: Math.min(Math.max(placed.height + (large ? 90 : 40), 130), direction === 'top-down' ? 640 : 460),
      }}
    >
      <ReactFlow
        key={shape}
        nodes={nodes}
        edges={edgesOf(stages)}
        nodeTypes={nodeTypes}
        fitView
        fitViewOptions={{ maxZoom: 1, padding: 0.06 }}
        minZoom={0.1}
        maxZoom={1.5}
        nodesFocusable={false}
        edgesFocusable={false}
        elementsSelectable={false}
        preventScrolling={false}
        zoomOnScroll={false}
        zoomOnDoubleClick={false}
        onlyRenderVisibleElements={stages.length > 60}
        aria-label="Stages as a graph"
      >
        {large && <Controls showInteractive={false} position="top-right" orientation="horizontal" />}
      </ReactFlow>
    </div>
  )
}

function StageBox({ data }: NodeProps<StageNode>) {
  const mark = data.status === null ? null : statusMarks[data.status]
  const Icon = mark && icons[mark.icon]
  return (
    <div className={styles.box} data-tone={mark?.tone ?? 'quiet'} data-current={data.current || undefined}>
      <Handle type="target" position={ends[data.direction].target.position} className={styles.handle} />
      <Link
        to={data.to}
        className={`${styles.link} nopan`}
        aria-current={data.current ? 'true' : undefined}
        draggable={false}
      >
        {Icon && (
          <span className={styles.icon} data-turning={mark.icon === 'turning' || undefined}>
            <Icon size={18} />
          </span>
        )}
        <span className={styles.words}>
          <strong title={data.id}>{data.id}</strong>
          <span>{data.words}</span>
        </span>
      </Link>
      <Handle type="source" position={ends[data.direction].source.position} className={styles.handle} />
    </div>
  )
}

function edgesOf(stages: readonly GraphStage[]): Edge[] {
  const ids = new Set(stages.map(({ id }) => id))
  return stages.flatMap(({ id, needs }) =>
    needs
      .filter(need => ids.has(need))
      .map(need => ({
        ...{ id: `${need} ${id}`, source: need, target: id, type: 'default' },
        markerEnd: { type: MarkerType.ArrowClosed, width: 14, height: 14, color: 'var(--line-strong)' },
      })),
  )
}
