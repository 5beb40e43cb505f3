// L1 norm of the kernel that makes a channel.
import { elementCount } from '../../model/tensor';
import type { Measure } from './measure';

export const l1Norm: Measure = {
  name: 'l1',
  description: 'Sum of the absolute weights of the kernel that makes the channel.',
  source: 'Li et al.: Pruning Filters for Efficient ConvNets, ICLR 2017',
  needs: 'weights',
  fromWeights({ shape, data }, axis) {
    const size = shape[axis] ?? 1;
    const inner = elementCount(shape.slice(axis + 1));
    const scores = new Float64Array(size);
    data.forEach((value: number | bigint, i: number) => {
      const channel = Math.floor(i / inner) % size;
      scores[channel] = (scores[channel] as number) + Math.abs(Number(value));
    });
    return scores;
  },
};
