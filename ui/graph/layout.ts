import { Graph, layout } from '@dagrejs/dagre'

export const nodeSize = { width: 176, height: 56 }

export interface Placed {
  /** Top left corners, by id. */
  nodes: ReadonlyMap<string, { x: number; y: number }>
  width: number
  height: number
}

/** Where a graph begins and ends. */
export type Direction = 'left-right' | 'top-down'

export interface Shape {
  stages: readonly { id: string; needs: readonly string[] }[]
  direction: Direction
}

/** Places each stage behind what it needs. Needs that are not there are left out. */
export function placeStages({ stages, direction }: Shape): Placed {
  const graph = new Graph()
  graph.setGraph({ rankdir: direction === 'top-down' ? 'TB' : 'LR', nodesep: 18, ranksep: 44, marginx: 4, marginy: 4 })
  graph.setDefaultEdgeLabel(() => ({}))
  for (const { id } of stages) graph.setNode(id, { ...nodeSize })
  for (const { id, needs } of stages) for (const need of needs) if (graph.hasNode(need)) graph.setEdge(need, id)
  layout(graph)
  const nodes = new Map(
    stages.map(({ id }) => {
      const { x, y } = graph.node(id) as { x: number; y: number }
      return [id, { x: x - nodeSize.width / 2, y: y - nodeSize.height / 2 }] as const
    }),
  )
  const { width = 0, height = 0 } = graph.graph() as { width?: number; height?: number }
  return { nodes, width, height }
}
