// JSON text with the place of every value, read as far as it goes however broken it is.
import { getNodeValue, parseTree } from 'jsonc-parser';
import { excessOf } from '../formats/json';
import { lazyTree, type Node } from './lazy-node';

export type { Node } from './lazy-node';

/** The largest topology known to us has 2 million characters; a tree of more than this takes seconds to build. */
const MAX_CHARACTERS = 32 * 2 ** 20;

export interface JsonText {
  readonly root: Node;
  readonly value: unknown;
  /** False where a bracket or a comma is missing, as happens while somebody types. */
  readonly whole: boolean;
}

/** Undefined where there is nothing to read, or too much. */
export function readJsonText(written: string): JsonText | undefined {
  if (written.length > MAX_CHARACTERS) return undefined;
  // A byte order mark keeps its place, so that offsets stay what they are.
  const text = written.replace(/^\uFEFF/, ' ');
  // What reads broken text goes as deep as its brackets do.
  if (excessOf(text) !== undefined) return undefined;
  try {
    return { value: JSON.parse(text), root: lazyTree(text), whole: true };
  } catch {
    const root = parseTree(text);
    return root && { value: getNodeValue(root), root, whole: false };
  }
}

/** The value of an object's property; undefined where it has none, or is no object. */
export function member(node: Node | undefined, key: string): Node | undefined {
  return memberPair(node, key)?.children?.[1];
}

/** The key of an object's property. */
export function memberKey(node: Node | undefined, key: string): Node | undefined {
  return memberPair(node, key)?.children?.[0];
}

function memberPair(node: Node | undefined, key: string): Node | undefined {
  if (node?.type !== 'object') return undefined;
  return node.property ? node.property(key) : node.children?.find(({ children }) => children?.[0]?.value === key);
}

export function members(node: Node | undefined, ...keys: readonly string[]): Node | undefined {
  return keys.reduce<Node | undefined>(member, node);
}

/** The items of a list; none where it is no list. */
export function items(node: Node | undefined): readonly Node[] {
  return node?.type === 'array' ? (node.children ?? []) : [];
}

export function textOf(node: Node | undefined): string | undefined {
  return node?.type === 'string' && typeof node.value === 'string' ? node.value : undefined;
}

export function contains({ offset, length }: Node, position: number): boolean {
  return offset <= position && position <= offset + length;
}
