// Weights that their file knows by name: "dense/kernel" in TF.js, "dense_1/kernel:0" in HDF5, "dense_1_W" in Keras 1.
import type { Weight } from '../../model/weight';
import type { Part, WeightRequest } from './weight-store';

export interface NamedWeight {
  /** As its file has it. */
  readonly name: string;
  readonly weight: Weight;
}

/** Names that Keras 1 gave, by those it has given since. */
const FORMER_NAMES: ReadonlyMap<string, readonly string[]> = new Map(
  Object.entries({
    kernel: ['W', 'weights'],
    bias: ['b'],
    recurrent_kernel: ['U'],
    moving_mean: ['running_mean'],
    moving_variance: ['running_std', 'running_variance'],
    embeddings: ['W', 'weights'],
    alpha: ['alphas'],
  }),
);

/** A weight of one of these names is no other, wherever it lies. */
const KNOWN_NAMES: ReadonlySet<string> = new Set([...FORMER_NAMES.keys(), 'gamma', 'beta']);

/**
 * The weight of a layer that a request means: by its name, else by its position, which is what Keras itself goes by.
 * @param own the weights of the layer, in the file's order.
 */
export function pickWeight(own: readonly NamedWeight[], request: WeightRequest): NamedWeight | undefined {
  const inPart = own.filter(({ name }) => request.parts.every((part) => isOf(name, part)));
  const wanted = [request.name, ...(FORMER_NAMES.get(request.name) ?? [])];
  const named = inPart.filter(({ name }) => wanted.some((candidate) => endsWith(name, candidate)));
  if (named.length === 1) return named[0];
  const fits = ({ weight }: NamedWeight): boolean => weight.shape.join() === request.shape.join();
  if (named.length > 1) return named.find(fits) ?? named[0];
  const placed = own[request.position];
  const name = placed && lastPart(placed.name);
  return placed && fits(placed) && (name === request.name || !KNOWN_NAMES.has(name ?? '')) ? placed : undefined;
}

/** The name's last part without the ":0" of TensorFlow and what makes it unique. */
export function lastPart(name: string): string {
  return (name.split('/').at(-1) ?? name).replace(/:\d+$/, '');
}

function endsWith(name: string, wanted: string): boolean {
  const last = lastPart(name);
  return last === wanted || (last.endsWith(`_${wanted}`) && !isLonger(last, wanted));
}

/** depthwise_kernel and recurrent_kernel end with kernel, but are weights of another name. */
function isLonger(last: string, wanted: string): boolean {
  const before = last.slice(0, -wanted.length - 1);
  return /(^|_)(depthwise|pointwise|recurrent)$/.test(before);
}

function isOf(name: string, { name: part }: Part): boolean {
  return part === '' || name.split('/').some((component) => component.startsWith(part));
}
