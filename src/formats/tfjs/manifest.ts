// The weights manifest of a TF.js model: groups of shards (paths) and the weights that lie in them, one after the other.
import { ModelError, type Report, raise, UserError } from '../../errors';
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

/**
 * @param json untrusted.
 * @param report takes what is wrong with a weight, which is then left out.
 */
export function readManifest(json: unknown, report: Report = raise): ManifestGroup[] {
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
    const weights = group.weights.flatMap((weight: unknown) => {
      try {
        const read = readWeight(weight, `weightsManifest[${index}]`);
        const { name } = read;
        if (names.has(name)) throw new ModelError(`weightsManifest lists the weight "${name}" twice`, { weight: name });
        names.add(name);
        return [read];
      } catch (error) {
        if (!(error instanceof ModelError)) throw error;
        report(error);
        return [];
      }
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
    throw new ModelError(
      `weight "${name}": the shape ${show(shape)} is not a list of sizes from 0 to ${MAX_SIZE.toLocaleString('en')}`,
      { weight: name },
    );
  }
  const storage = storageOf(name, dtype, quantization);
  const bytes = shape.reduce((product, size) => product * size, BYTES_PER_ELEMENT[storage.type]);
  if (bytes > MAX_WEIGHT_BYTES)
    throw new ModelError(`weight "${name}": the shape ${show(shape)} multiplies to ${bytes} bytes`, { weight: name });
  return { name, shape, storage, bytes };
}

function storageOf(name: string, dtype: unknown, quantization: unknown): Storage {
  const type = TYPES.get(dtype);
  if (type === undefined) throw new ModelError(`weight "${name}": dtype ${show(dtype)} is not known`, { weight: name });
  if (quantization === undefined) return { type };
  if (!isRecord(quantization))
    throw new ModelError(`weight "${name}": quantization is ${show(quantization)}`, { weight: name });
  const { dtype: stored, scale, min } = quantization;
  if (stored === 'float16') return { type: 'float16' };
  if (stored !== 'uint8' && stored !== 'uint16')
    throw new ModelError(`weight "${name}": quantization to ${show(stored)} is not known`, { weight: name });
  if (typeof scale !== 'number' || typeof min !== 'number' || !Number.isFinite(scale) || !Number.isFinite(min)) {
    throw new ModelError(`weight "${name}": its quantization has no finite scale and min`, { weight: name });
  }
  return { type: stored, quantization: { scale, min } };
}
