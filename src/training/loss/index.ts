// All losses, by name.
import { binaryCrossEntropy } from './binary-cross-entropy';
import { huber } from './huber';
import type { Loss, LossName } from './loss';
import { meanAbsoluteError } from './mean-absolute-error';
import { meanSquaredError } from './mean-squared-error';
import { softmaxCrossEntropy } from './softmax-cross-entropy';

export const LOSSES: ReadonlyMap<LossName, Loss> = new Map(
  [softmaxCrossEntropy, binaryCrossEntropy, meanSquaredError, meanAbsoluteError, huber].map((loss) => [
    loss.name,
    loss,
  ]),
);

export function lossOf(name: LossName): Loss {
  const loss = LOSSES.get(name);
  if (loss === undefined) throw new Error(`no loss "${name}"`);
  return loss;
}
