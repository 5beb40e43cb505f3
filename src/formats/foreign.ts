// Files that people take for models Neuron Pruner reads: what they are, and how to come to one that it does read.
import { UserError } from '../errors';

/** What TensorFlow exports: functions that were traced, no layers. */
export const SAVED_MODEL = 'saved_model.pb';

export function savedModel(path: string): UserError {
  return new UserError(
    `${path} is a SavedModel of TensorFlow: its layers are gone, its operators remain. Save the model itself from Keras ` +
      '(model.save("model.keras")), or make an ONNX file of it (python -m tf2onnx.convert --saved-model FOLDER --output model.onnx).',
  );
}

/** A file by its first bytes and its name; undefined where nothing is known of it. */
export function foreign(path: string, start: Buffer): UserError | undefined {
  const found = STARTS.find(({ bytes, at = 0 }) => start.subarray(at, at + bytes.length).equals(bytes));
  if (found !== undefined) return new UserError(`${path} ${found.says}`);
  return /\.(index|data-\d+-of-\d+)$/.test(path) ? checkpoint(path) : undefined;
}

/** An archive by the names of what is in it; undefined where nothing is known of it. */
export function foreignArchive(path: string, names: readonly string[]): UserError | undefined {
  if (names.some((name) => name === SAVED_MODEL || name.endsWith(`/${SAVED_MODEL}`))) return savedModel(path);
  if (names.some((name) => name.endsWith('/data.pkl'))) return new UserError(`${path} ${PYTORCH}`);
  if (names.length > 0 && names.every((name) => name.endsWith('.npy'))) return new UserError(`${path} ${ARRAYS}`);
  return undefined;
}

/** @param path as it was named, without the ending that its files have. */
export function checkpoint(path: string): UserError {
  return new UserError(
    `${path} is a checkpoint of TensorFlow, weights without the model they belong to. Load it into the model (model.load_weights) and save that whole (model.save("model.keras")).`,
  );
}

const PYTORCH =
  'is a file of PyTorch, whose model is Python code. Export it: torch.onnx.export(model, (example,), "model.onnx").';
const ARRAYS = 'holds arrays of NumPy, not a model. Data are named by --data.';

const STARTS: readonly { readonly bytes: Buffer; readonly at?: number; readonly says: string }[] = [
  {
    bytes: Buffer.from('TFL3'),
    at: 4,
    says: 'is a model for TensorFlow Lite, a product that is not made to be changed. Prune the Keras model that it was converted from, and convert the pruned one.',
  },
  { bytes: Buffer.from('\x93NUMPY', 'latin1'), says: ARRAYS },
  // A pickle of the protocols 2 to 5.
  ...[2, 3, 4, 5].map((protocol) => ({ bytes: Buffer.from([0x80, protocol]), says: PYTORCH })),
];
