// Whether every number that an embedding looks up has a row in it: found out before anything runs.
import { evaluationBatches } from '../data/batches';
import { sizeOf } from '../data/column';
import type { Dataset, Split } from '../data/dataset';
import { UserError } from '../errors';
import { consumers, type Graph } from '../model/graph';

/** What only moves numbers about on their way to the embedding. */
const MOVES: ReadonlySet<string> = new Set([
  'Cast',
  'Identity',
  'Reshape',
  'Transpose',
  'Squeeze',
  'Unsqueeze',
  'Flatten',
]);
/** Samples read at a time. */
const BATCH = 1024;

/** Throws UserError that says the number, and the rows there are. */
export async function checkVocabulary(graph: Graph, { name, train, validation, test }: Dataset): Promise<void> {
  for (const [index, input] of graph.inputs.entries()) {
    const rows = rowsLookedUp(graph, input.name);
    if (rows === undefined) continue;
    for (const split of [train, validation, test]) {
      const odd = await outside(split, index, rows);
      if (odd === undefined) continue;
      throw new UserError(
        `${name}: "${input.name}" holds ${odd}, and the model's embedding has rows for whole numbers from 0 to ${rows - 1}. ` +
          'Choose the data the model was made for, or other columns.',
      );
    }
  }
}

/** Whether the value is a number of a row of an embedding. */
export function isLookedUp(graph: Graph, value: string): boolean {
  return rowsLookedUp(graph, value) !== undefined;
}

/** Rows of the smallest embedding that the value is looked up in; undefined where it is used otherwise. */
function rowsLookedUp(graph: Graph, value: string): number | undefined {
  const found = consumers(graph, value).flatMap((node): number[] => {
    const weight = graph.weights.get(node.inputs[0] ?? '');
    if (node.type === 'Gather' && node.inputs[1] === value && weight && (node.attributes.axis ?? 0) === 0) {
      return [weight.shape[0] ?? 0];
    }
    if (!MOVES.has(node.type) || node.inputs[0] !== value) return [];
    return node.outputs.flatMap((output) => rowsLookedUp(graph, output) ?? []);
  });
  return found.length === 0 ? undefined : Math.min(...found);
}

async function outside(split: Split, index: number, rows: number): Promise<number | undefined> {
  const buffers = split.inputs.map(({ shape }) => new Float32Array(BATCH * sizeOf(shape)));
  const size = sizeOf(split.inputs[index]?.shape ?? []);
  for (const indices of evaluationBatches(split.count, BATCH)) {
    await split.read(indices, buffers);
    const values = (buffers[index] as Float32Array).subarray(0, indices.length * size);
    const odd = values.find((value) => !Number.isInteger(value) || value < 0 || value >= rows);
    if (odd !== undefined) return odd;
  }
  return undefined;
}
