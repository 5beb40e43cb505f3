// Where every card of the diagram stands and how its edges run: layered by elkjs, from top to bottom.
import type { ELK, ElkExtendedEdge, ElkNode } from 'elkjs/lib/elk-api';
import { mostChannels } from './aligned';
import type { Block } from './blocks';

export interface Layout {
  readonly width: number;
  readonly height: number;
  readonly cards: readonly Card[];
  readonly edges: readonly Edge[];
}

export interface Card {
  readonly block: Block;
  readonly x: number;
  readonly y: number;
  readonly width: number;
  readonly height: number;
}

export interface Edge {
  /** Ids of the blocks. */
  readonly from: string;
  readonly to: string;
  /** Whether each model has it. */
  readonly before: boolean;
  readonly after: boolean;
  readonly points: readonly { readonly x: number; readonly y: number }[];
}

export const CARD_WIDTH = 264;
/** A layer that makes channels has a bar; one that makes none is a line of text. */
const CARD_HEIGHT = 62;
const QUIET_HEIGHT = 30;

const OPTIONS = {
  'elk.algorithm': 'layered',
  'elk.direction': 'DOWN',
  'elk.edgeRouting': 'ORTHOGONAL',
  'elk.padding': '[top=0,left=0,bottom=0,right=0]',
  'elk.layered.spacing.nodeNodeBetweenLayers': '22',
  'elk.layered.spacing.edgeNodeBetweenLayers': '11',
  'elk.spacing.nodeNode': '24',
  'elk.spacing.edgeNode': '14',
  'elk.spacing.edgeEdge': '10',
  // Cards keep the order of the model where nothing speaks against it.
  'elk.layered.considerModelOrder.strategy': 'NODES_AND_EDGES',
  'elk.layered.thoroughness': '1',
};

export async function layoutBlocks(elk: Pick<ELK, 'layout'>, blocks: readonly Block[]): Promise<Layout> {
  const links = linksBetween(blocks);
  const children = blocks.map((block): ElkNode => ({ id: block.id, width: CARD_WIDTH, height: heightOf(block) }));
  const edges = links.map(({ from, to }, i): ElkExtendedEdge => ({ id: `${i}`, sources: [from], targets: [to] }));
  const graph: ElkNode = { id: '', layoutOptions: OPTIONS, children, edges };
  const root = await elk.layout(graph);
  const places = new Map(root.children?.map((node) => [node.id, node]));
  const routes = new Map(root.edges?.map((edge) => [edge.id, edge]));
  return {
    width: Math.max(CARD_WIDTH, root.width ?? 0),
    height: root.height ?? 0,
    cards: blocks.map((block): Card => {
      const { x = 0, y = 0, width = 0, height = 0 } = places.get(block.id) ?? {};
      return { block, x, y, width, height };
    }),
    edges: links.map((link, i): Edge => ({ ...link, points: pointsOf(routes.get(`${i}`)) })),
  };
}

function pointsOf(edge: ElkExtendedEdge | undefined): Edge['points'] {
  return (edge?.sections ?? []).flatMap(({ startPoint, bendPoints = [], endPoint }) => [
    startPoint,
    ...bendPoints,
    endPoint,
  ]);
}

function heightOf({ layers }: Block): number {
  return layers.length > 1 || layers.some((layer) => mostChannels(layer) > 0) ? CARD_HEIGHT : QUIET_HEIGHT;
}

/** What flows between different blocks, each pair once. */
function linksBetween(blocks: readonly Block[]): Omit<Edge, 'points'>[] {
  const homes = new Map(blocks.flatMap((block) => block.layers.map(({ name }) => [name, block.id] as const)));
  const links = new Map<string, Omit<Edge, 'points'>>();
  for (const block of blocks) {
    for (const { before, after, from: sources } of block.layers) {
      for (const name of sources) {
        const from = homes.get(name);
        if (from === undefined || from === block.id) continue;
        const key = JSON.stringify([from, block.id]);
        const known = links.get(key);
        links.set(key, {
          from,
          to: block.id,
          before: known?.before || before?.from.includes(name) === true,
          after: known?.after || after?.from.includes(name) === true,
        });
      }
    }
  }
  return [...links.values()];
}
