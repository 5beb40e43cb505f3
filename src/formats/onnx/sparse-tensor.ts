// A SparseTensorProto: the elements that are not zero, and where they lie. Dense only when somebody asks for its elements.
// https://github.com/onnx/onnx/blob/main/onnx/onnx.proto3
import { UserError } from '../../errors';
import { BYTES_PER_ELEMENT, elementCount, integers } from '../../model/tensor';
import { SparseField, TensorField } from './messages';
import { type ExternalFiles, loaded, type StoredTensor, storedTensor } from './stored-tensor';
import type { Message } from './wire';

/** A file of a few bytes must not become gigabytes: so many times what is stored, or this many bytes. */
const MOST_TIMES = 1000;
const ALWAYS = 16 * 2 ** 20;
/** Whatever is stored: four times the largest layer of VGG16. */
const MOST = 2 ** 30;

/**
 * Checks sizes, and leaves the elements where they are.
 * @returns undefined for a type that can't be a weight.
 */
export async function sparseTensor(proto: Message, external: ExternalFiles): Promise<StoredTensor | undefined> {
  const [stored, places] = [proto.message(SparseField.values), proto.message(SparseField.indices)];
  const name = stored?.text(TensorField.name) ?? '';
  const where = `sparse tensor "${name}"`;
  if (stored === undefined || places === undefined) throw new UserError(`${where} has no values or no indices`);
  const [values, indices] = [await storedTensor(stored, external), await storedTensor(places, external)];
  if (values === undefined) return undefined;
  const shape = proto.integers(SparseField.dims);
  const count = elementCount(values.shape);
  const size = BYTES_PER_ELEMENT[values.type];
  if (shape.some((axis) => !Number.isSafeInteger(axis) || axis < 0)) {
    throw new UserError(`${where} has the shape [${shape.join(', ')}]: the file is damaged`);
  }
  const dense = elementCount(shape) * size;
  if (dense > Math.min(MOST, Math.max(ALWAYS, MOST_TIMES * count * size))) {
    throw new UserError(
      `${where} of ${count} values would become ${dense.toLocaleString('en')} bytes, [${shape.join(', ')}]: the file is damaged`,
    );
  }
  const each = indices?.shape.length === 2 ? shape.length : 1;
  const expected = each === 1 && indices?.shape.length === 1 ? [count] : [count, each];
  if (indices?.type !== 'int64' || values.shape.length !== 1 || indices.shape.join() !== expected.join()) {
    const given = indices ? `indices [${indices.shape.join(', ')}]` : 'no indices';
    throw new UserError(`${where} has ${count} values and ${given} for them`);
  }
  return {
    name,
    type: values.type,
    shape,
    sparse: count,
    bytes: async () => {
      const [from, at] = [await values.bytes(), integers(await loaded(indices))];
      const bytes = new Uint8Array(dense);
      let last = -1;
      for (let i = 0; i < count; i++) {
        const place = each === 1 ? (at[i] as number) : placeOf(at, i * each, shape);
        if (!(place > last) || place >= elementCount(shape)) {
          throw new UserError(`${where}: its indices do not ascend within [${shape.join(', ')}]. The file is damaged.`);
        }
        bytes.set(from.subarray(i * size, (i + 1) * size), place * size);
        last = place;
      }
      return bytes;
    },
  };
}

/** Of an index for each axis; NaN outside. */
function placeOf(indices: readonly number[], from: number, shape: readonly number[]): number {
  return shape.reduce((place, size, axis) => {
    const own = indices[from + axis] as number;
    return own < 0 || own >= size ? Number.NaN : place * size + own;
  }, 0);
}
