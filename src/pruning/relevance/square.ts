// The sum over samples of squared effects.
import type { NodeEmitter } from '../../ops/emitter';

/** [samples, channels] to [channels]. */
export function sumOfSquares(emitter: NodeEmitter, effects: string): string {
  return emitter.op('ReduceSum', [emitter.op('Mul', [effects, effects]), emitter.ints([0])], { keepdims: 0 });
}
