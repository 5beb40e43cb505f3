// The order in which every node comes after those it reads from: the file's own, but where that breaks the rule.
import { UserError } from '../../errors';
import { capturesOf } from './captures';
import { NodeField } from './messages';
import type { Message } from './wire';

/**
 * @param known the graph's inputs and initializers.
 * @returns places among the nodes. Throws where something is read that nothing makes, made twice, or read in a circle.
 */
export function inOrder(nodes: readonly Message[], known: ReadonlySet<string>): number[] {
  const makers = new Map<string, number>();
  nodes.forEach((node, index) => {
    for (const name of node.texts(NodeField.output)) {
      if (name === '') continue;
      if (makers.has(name) || known.has(name)) throw new UserError(`two things make the value "${name}"`);
      makers.set(name, index);
    }
  });
  const order: number[] = [];
  const waiting = new Array<number>(nodes.length).fill(0);
  const readers = new Map<number, number[]>();
  nodes.forEach((node, index) => {
    const sources = new Set<number>();
    for (const name of [...node.texts(NodeField.input), ...capturesOf(node)]) {
      const maker = makers.get(name);
      if (maker !== undefined) sources.add(maker);
      else if (name !== '' && !known.has(name)) {
        throw new UserError(`${describe(node)} reads "${name}", which nothing makes`);
      }
    }
    waiting[index] = sources.size;
    for (const source of sources) readers.set(source, [...(readers.get(source) ?? []), index]);
  });
  const ready = new Heap();
  waiting.forEach((count, index) => {
    if (count === 0) ready.push(index);
  });
  for (let index = ready.pop(); index !== undefined; index = ready.pop()) {
    order.push(index);
    for (const reader of readers.get(index) ?? []) {
      const left = (waiting[reader] ?? 0) - 1;
      waiting[reader] = left;
      if (left === 0) ready.push(reader);
    }
  }
  const stuck = waiting.findIndex((count) => count > 0);
  if (stuck >= 0) throw new UserError(`${describe(nodes[stuck] as Message)} reads what it makes itself, in a circle`);
  return order;
}

function describe(node: Message): string {
  return `${node.text(NodeField.opType)} "${node.text(NodeField.name)}"`;
}

/** The smallest first, so that nodes that are in order stay as they are. */
class Heap {
  readonly #items: number[] = [];

  push(item: number): void {
    const items = this.#items;
    items.push(item);
    for (let i = items.length - 1; i > 0; ) {
      const parent = (i - 1) >> 1;
      if ((items[parent] as number) <= (items[i] as number)) return;
      [items[parent], items[i]] = [items[i] as number, items[parent] as number];
      i = parent;
    }
  }

  pop(): number | undefined {
    const items = this.#items;
    const first = items[0];
    const last = items.pop();
    if (items.length === 0 || last === undefined) return first;
    items[0] = last;
    for (let i = 0; ; ) {
      const [left, right] = [2 * i + 1, 2 * i + 2];
      let least = i;
      if (left < items.length && (items[left] as number) < (items[least] as number)) least = left;
      if (right < items.length && (items[right] as number) < (items[least] as number)) least = right;
      if (least === i) return first;
      [items[i], items[least]] = [items[least] as number, items[i] as number];
      i = least;
    }
  }
}
