// The weights manifest of a TF.js model: groups of shards (paths) and the weights that lie in them, one after the other.
import { UserError } from '../../errors';
import { BYTES_PER_ELEMENT, type ElementType } from '../../model/tensor';
import type { Storage } from '../../model/weight';
import { isRecord, MAX_SIZE, show } from '../keras/config';

export interface ManifestGroup {
  readonly paths: readonly string[];
  readonly weights: readonly ManifestWeight[];
}

export interface ManifestWeight {
  readonly name: string;
  readonly shape: readonly number[];
  readonly storage: Storage;
  /** Bytes in the group's shards. */
  readonly bytes: number;
}

/** 2^40 bytes: above it, sums of sizes are no longer a model's. */
const MAX_WEIGHT_BYTES = 2 ** 40;
const MAX_AXES = 8;

const TYPES: ReadonlyMap<unknown, ElementType> = new Map(
  (['float32', 'float16', 'int32', 'uint8', 'uint16', 'bool'] as const).map((type) => [type, type]),
);

/** @param json untrusted. */
export function readManifest(json: unknown): ManifestGroup[] {
  if (!Array.isArray(json))
    throw new UserError('weightsManifest is missing: the file holds no weights, or is not a TF.js model');
  const names = new Set<string>();
  return json.map((group, index) => {
    if (!isRecord(group) || !Array.isArray(group.paths) || !Array.isArray(group.weights)) {
      throw new UserError(`weightsManifest[${index}] is not {paths, weights}`);
    }
    const paths = group.paths.map((path: unknown) => {
      if (typeof path !== 'string' || path === '')
        throw new UserError(`weightsManifest[${index}].paths holds ${show(path)}`);
      return path;
    });
    const weights = group.weights.map((weight: unknown) => {
      const read = readWeight(weight, `weightsManifest[${index}]`);
      if (names.has(read.name)) throw new UserError(`weightsManifest lists the weight "${read.name}" twice`);
      names.add(read.name);
      return read;
    });
    return { paths, weights };
  });
}

function readWeight(json: unknown, where: string): ManifestWeight {
  if (!isRecord(json) || typeof json.name !== 'string')
    throw new UserError(`${where}.weights holds ${show(json)}, not {name, shape, dtype}`);
  const { name, shape, dtype, quantization } = json;
  if (
    !Array.isArray(shape) ||
    shape.length > MAX_AXES ||
    !shape.every((size) => Number.isInteger(size) && size >= 0 && size <= MAX_SIZE)
  ) {
    throw new UserError(
      `weight "${name}": the shape ${show(shape)} is not a list of sizes from 0 to ${MAX_SIZE.toLocaleString('en')}`,
    );
  }
  const storage = storageOf(name, dtype, quantization);
  const bytes = shape.reduce((product, size) => product * size, BYTES_PER_ELEMENT[storage.type]);
  if (bytes > MAX_WEIGHT_BYTES)
    throw new UserError(`weight "${name}": the shape ${show(shape)} multiplies to ${bytes} bytes`);
  return { name, shape, storage, bytes };
}

function storageOf(name: string, dtype: unknown, quantization: unknown): Storage {
  const type = TYPES.get(dtype);
  if (type === undefined) throw new UserError(`weight "${name}": dtype ${show(dtype)} is not known`);
  if (quantization === undefined) return { type };
  if (!isRecord(quantization)) throw new UserError(`weight "${name}": quantization is ${show(quantization)}`);
  const { dtype: stored, scale, min } = quantization;
  if (stored === 'float16') return { type: 'float16' };
  if (stored !== 'uint8' && stored !== 'uint16')
    throw new UserError(`weight "${name}": quantization to ${show(stored)} is not known`);
  if (typeof scale !== 'number' || typeof min !== 'number' || !Number.isFinite(scale) || !Number.isFinite(min)) {
    throw new UserError(`weight "${name}": its quantization has no finite scale and min`);
  }
  return { type: stored, quantization: { scale, min } };
}
