// Draws a laid-out diagram: one model, or two of them merged or side by side with every layer at the same height.
import { type AlignedLayer, fateOf, mostChannels } from './aligned';
import type { Block } from './blocks';
import { blockTitle, fateText, sideFigures, spoken } from './figures';
import { CARD_WIDTH, type Card, type Edge, type Layout } from './layout';
import { type Markup, svg } from './markup';

/** merged: each layer as it is after, with what left hatched. */
export type Arrangement = 'single' | 'merged' | 'side-by-side';

export interface Drawing {
  readonly width: number;
  readonly height: number;
  /** What stands in the svg element. */
  readonly content: string;
}

type Side = 'before' | 'after';

interface Pane {
  readonly x: number;
  readonly side: Side;
  readonly caption: string | undefined;
}

const MARGIN = 16;
const PANE_GAP = 48;
const CAPTION_HEIGHT = 28;
const PADDING = 10;
const BAR_WIDTH = CARD_WIDTH - 2 * PADDING;
const BAR_HEIGHT = 8;
/** Of the pattern that hatches what left; one drawing stands in a page at a time, or its own file. */
const HATCH = 'diagram-hatch';

export function drawDiagram(layout: Layout, arrangement: Arrangement): Drawing {
  const panes = panesOf(layout, arrangement);
  const top = MARGIN + (panes.some(({ caption }) => caption !== undefined) ? CAPTION_HEIGHT : 0);
  const widest = widestOf(layout);
  const content = svg`<defs><pattern id="${HATCH}" width="5" height="5" patternUnits="userSpaceOnUse" patternTransform="rotate(45)"><rect class="hatch" width="2" height="5"/></pattern></defs>
${panes.map(
  ({ x, side, caption }) =>
    svg`${caption === undefined ? undefined : svg`<text class="caption" x="${x}" y="${MARGIN + 12}">${caption}</text>`}<g class="edges" transform="translate(${x} ${top})" aria-hidden="true">${layout.edges
      .filter((edge) => arrangement !== 'side-by-side' || edge[side])
      .map(edgePath)}</g>`,
)}
${panes.map(({ x }) => unfoldedGroups(layout).map((group) => groupFrame(group, x, top)))}
${layout.cards.map((card) => cardGroup(card, panes, top, arrangement, widest))}`;
  const last = panes.at(-1);
  return {
    width: (last?.x ?? 0) + layout.width + MARGIN,
    height: top + layout.height + MARGIN,
    content: content.text,
  };
}

function panesOf(layout: Layout, arrangement: Arrangement): Pane[] {
  if (arrangement !== 'side-by-side') return [{ x: MARGIN, side: 'after', caption: undefined }];
  return [
    { x: MARGIN, side: 'before', caption: 'Before' },
    { x: MARGIN + layout.width + PANE_GAP, side: 'after', caption: 'After' },
  ];
}

function widestOf({ cards }: Layout): number {
  const layers = cards.flatMap(({ block }) => block.layers);
  return layers.reduce((most, layer) => Math.max(most, mostChannels(layer)), 1);
}

interface Group {
  readonly block: Block;
  readonly x: number;
  readonly y: number;
  readonly right: number;
  readonly bottom: number;
}

/** The blocks that are drawn layer by layer, each with the room its layers take. */
function unfoldedGroups({ cards }: Layout): Group[] {
  const groups = new Map<string, Group>();
  for (const { block, x, y, width, height } of cards) {
    if (block.within === undefined) continue;
    const known = groups.get(block.within.id);
    groups.set(block.within.id, {
      block: block.within,
      x: Math.min(known?.x ?? x, x),
      y: Math.min(known?.y ?? y, y),
      right: Math.max(known?.right ?? 0, x + width),
      bottom: Math.max(known?.bottom ?? 0, y + height),
    });
  }
  return [...groups.values()];
}

const GROUP_PADDING = 8;

/** A frame around it, with a handle to fold it again; by keyboard its layers fold it. */
function groupFrame({ block, x, y, right, bottom }: Group, left: number, top: number): Markup {
  const pad = GROUP_PADDING;
  return svg`<g class="group" aria-hidden="true" transform="translate(${left + x - pad} ${top + y - pad})"><rect class="unfolded" width="${
    right - x + 2 * pad
  }" height="${bottom - y + 2 * pad}" rx="8"/><g class="fold" data-fold="${block.id}"><title>Fold these layers again</title><circle cx="${
    right - x + 2 * pad
  }" cy="0" r="8"/><path d="M${right - x + 2 * pad - 4} 0h8"/></g></g>`;
}

function edgePath({ points }: Edge): Markup | undefined {
  if (points.length === 0) return undefined;
  const path = points.map(({ x, y }, i) => `${i === 0 ? 'M' : 'L'}${Math.round(x)} ${Math.round(y)}`).join('');
  return svg`<path class="edge" d="${path}"/>`;
}

function cardGroup(
  { block, x, y, height }: Card,
  panes: readonly Pane[],
  top: number,
  arrangement: Arrangement,
  widest: number,
): Markup {
  const folded = block.layers.length > 1;
  const compared = arrangement !== 'single';
  return svg`<g class="card${folded ? ' folded' : ''}" data-id="${block.id}" role="treeitem" tabindex="-1" aria-selected="false"${
    folded ? svg` aria-expanded="false"` : undefined
  } aria-level="${block.within === undefined ? 1 : 2}"><title>${spoken(block, compared)}</title>${panes.map((pane) => {
    const side = shownSide(block, pane.side, arrangement);
    if (side === undefined) return undefined;
    const fate = compared && !folded ? block.layers.map(fateOf)[0] : 'same';
    return svg`<g class="side ${fate}" aria-hidden="true" transform="translate(${pane.x + x} ${top + y})">${
      folded ? svg`<rect class="frame behind" x="4" y="4" width="${CARD_WIDTH}" height="${height}" rx="4"/>` : undefined
    }<rect class="frame" width="${CARD_WIDTH}" height="${height}" rx="4"/>${
      folded ? foldedCard(block, side, widest) : layerCard(block, side, pane, compared, widest)
    }</g>`;
  })}</g>`;
}

/** The model that a card tells of; undefined where it has no place on this side. */
function shownSide(block: Block, side: Side, arrangement: Arrangement): Side | undefined {
  if (block.layers.some((layer) => layer[side] !== undefined)) return side;
  // What is gone stands empty where it was; what is new has no place before.
  return side === 'after' || arrangement !== 'side-by-side' ? 'before' : undefined;
}

function layerCard(block: Block, side: Side, pane: Pane, compared: boolean, widest: number): Markup {
  const [layer] = block.layers;
  if (layer === undefined) return svg``;
  const fate = compared && pane.side === 'after' ? fateText(layer) : undefined;
  if (mostChannels(layer) === 0) {
    const type = shortened(fate ?? layer.type, 20);
    return svg`<text class="name" x="${PADDING}" y="19">${shortened(layer.name, 33 - type.length)}</text><text class="${
      fate === undefined ? 'type' : 'fate'
    }" x="${CARD_WIDTH - PADDING}" y="19" text-anchor="end">${type}</text>`;
  }
  const figures = [layer.type, sideFigures(block, side)].filter((part) => part !== undefined).join(' · ');
  return svg`<text class="name" x="${PADDING}" y="19">${shortened(layer.name, 31 - (fate?.length ?? 0))}</text>${
    fate === undefined
      ? undefined
      : svg`<text class="fate" x="${CARD_WIDTH - PADDING}" y="19" text-anchor="end">${fate}</text>`
  }<text class="figures" x="${PADDING}" y="36">${shortened(figures, 44)}</text>${bar(layer, pane.side, compared, widest)}`;
}

/** Width to scale: solid what is there, hatched what left. */
function bar(layer: AlignedLayer, side: Side, compared: boolean, widest: number): Markup {
  const [had, has] = [layer.before?.channels ?? 0, layer.after?.channels ?? 0];
  const there = side === 'before' ? had : has;
  const left = compared && side === 'after' ? Math.max(0, had - has) : 0;
  const scale = BAR_WIDTH / widest;
  return svg`<g transform="translate(${PADDING} 45)"><rect class="track" width="${BAR_WIDTH}" height="${BAR_HEIGHT}"/>${
    there > 0 ? svg`<rect class="kept" width="${Math.max(1, there * scale)}" height="${BAR_HEIGHT}"/>` : undefined
  }${
    left > 0
      ? svg`<rect class="cut" x="${there * scale}" width="${left * scale}" height="${BAR_HEIGHT}" fill="url(#${HATCH})"/>`
      : undefined
  }</g>`;
}

const PROFILE_HEIGHT = 12;

/** The channels of a folded block's layers as columns, to scale. */
function foldedCard(block: Block, side: Side, widest: number): Markup {
  const made = block.layers.flatMap((layer) => {
    const most = mostChannels(layer);
    return most === 0 ? [] : [{ most, there: layer[side]?.channels ?? 0 }];
  });
  const step = Math.min(6, BAR_WIDTH / Math.max(1, made.length));
  const column = (height: number, i: number, kind: string): Markup =>
    svg`<rect class="${kind}" x="${i * step}" y="${PROFILE_HEIGHT - height}" width="${Math.max(0.5, step - 1)}" height="${height}"/>`;
  const tall = (channels: number): number => Math.max(0.5, (channels / widest) * PROFILE_HEIGHT);
  return svg`<text class="name" x="${PADDING}" y="19">${shortened(blockTitle(block), 31)}</text><text class="figures" x="${PADDING}" y="36">${sideFigures(
    block,
    side,
  )}</text><g transform="translate(${PADDING} 43)">${made.map(({ most, there }, i) => [
    there < most ? column(tall(most), i, 'track') : undefined,
    there > 0 ? column(tall(there), i, 'kept') : undefined,
  ])}</g>`;
}

/** Cut in the middle: what layers are called differs at the end more often than at the start. */
function shortened(text: string, length: number): string {
  if (text.length <= length) return text;
  const end = Math.floor((length - 1) / 2);
  return `${text.slice(0, length - 1 - end)}…${text.slice(text.length - end)}`;
}
