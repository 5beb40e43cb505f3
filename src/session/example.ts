// The example of the walkthrough: a small network with maxout, trained on the built-in digits.
import { openDataset } from '../data/open';
import { onnxruntime } from '../engines/onnxruntime';
import { UserError } from '../errors';
import { checkNewFolder } from '../formats/files';
import type { Progress } from '../protocol/session';
import { BUILT_IN_DATA, makeRecipe } from './recipe';
import { trainNew } from './train-new';

const SEED = 1;
/** Enough for 98 % of the built-in digits, in a few seconds. */
const EPOCHS = 2;

/** @returns the path of its model.json. */
export async function makeExample(
  folder: string,
  onProgress: (progress: Progress) => void,
  stopped: () => boolean,
): Promise<string> {
  await checkNewFolder(folder);
  const data = await openDataset(BUILT_IN_DATA, { seed: SEED });
  const asked = { model: '-', data: { source: BUILT_IN_DATA }, retrain: { epochs: EPOCHS } };
  const { retrain } = makeRecipe(asked, folder, 'The example');
  const made = await trainNew({ architecture: 'lenet5-maxout', retrain, seed: SEED }, data, onnxruntime(), {
    onProgress: ({ step, steps }) => onProgress({ done: step, of: steps }),
    stopped,
  });
  if (made === undefined) throw new UserError('Stopped; nothing was written.');
  return made.model.container.write(made.model, folder);
}
