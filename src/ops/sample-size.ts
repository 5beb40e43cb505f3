// How much a model makes of one sample: what is run must fit into memory, whatever sizes a file asks for.
import { UserError } from '../errors';
import type { Graph } from '../model/graph';
import { elementCount } from '../model/tensor';
import { inferShapes } from './infer';

/** Elements of one value; more than 2^28 (1 GB as float32) is a broken file, or one made to exhaust memory. */
export const MAX_VALUES = 2 ** 28;

/**
 * Elements of the largest value that the nodes make of one sample; sizes known only when the model runs count as 1.
 * Throws a UserError where no machine should be asked for it.
 */
export function largestValue(graph: Graph): number {
  const shapes = inferShapes(graph);
  let largest = 1;
  for (const { type, name, outputs } of graph.nodes) {
    for (const output of outputs) {
      const sizes = (shapes.get(output) ?? []).filter((size) => typeof size === 'number');
      const count = elementCount(sizes);
      if (count > MAX_VALUES) {
        throw new UserError(
          `${type} "${name}" makes [${sizes.join(', ')}] of one sample, too much to run the model here. ` +
            'Check the sizes it was exported with.',
        );
      }
      largest = Math.max(largest, count);
    }
  }
  return largest;
}
