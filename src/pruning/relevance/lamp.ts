// LAMP, on whole channels: a squared norm relative to those of its layer that are not smaller. What is left of a layer
// when a channel's turn comes is what it is measured against, so that scores of different layers can be compared.
import { sumOfSlices } from './kernel';
import type { Measure } from './measure';

export const lamp: Measure = {
  name: 'lamp',
  description: "Squared L2 norm of the channel's kernel, as a share of those of its layer that are at least as large.",
  source: 'Lee et al.: Layer-adaptive Sparsity for the Magnitude-based Pruning, ICLR 2021 (arXiv 2010.07611)',
  needs: 'weights',
  normalization: 'none',
  async fromWeights({ kernel, axis }) {
    const squares = await sumOfSlices(kernel, axis, (value) => value * value);
    const descending = Array.from(squares.keys()).sort((a, b) => (squares[b] as number) - (squares[a] as number));
    const scores = new Float64Array(squares.length);
    let larger = 0;
    for (const slice of descending) {
      const square = squares[slice] as number;
      larger += square;
      scores[slice] = larger > 0 ? square / larger : 0;
    }
    return scores;
  },
};
