// What a file says of the shapes of layers' outputs: at those that read them, or at the layer itself.
import { UserError } from '../../errors';
import { BATCH, type Shape } from '../../model/graph';
import type { TensorRef } from './calls';
import { MAX_SIZE } from './config';
import type { Entry, Topology } from './topology';

/** The entries with the shapes of their outputs that the file states where they are read. */
export function withMade(entries: readonly Entry[], outputs: readonly TensorRef[], sequential: boolean): Entry[] {
  const made = new Map<string, (Shape | undefined)[]>();
  const note = ({ layer, output, shape }: TensorRef): void => {
    const own = made.get(layer) ?? [undefined];
    if (output >= MAX_OUTPUTS)
      throw new UserError(`output ${output} of layer "${layer}" is read: no layer has as many`);
    while (own.length <= output) own.push(undefined);
    own[output] ??= statedShape(shape);
    made.set(layer, own);
  };
  for (const { calls } of entries) for (const { inputs } of calls) inputs.forEach(note);
  outputs.forEach(note);
  // Keras 2.14 says beside a layer what shape it was built for.
  for (const { calls, build } of entries) {
    const [ref, ...others] = calls.flatMap(({ inputs }) => inputs);
    if (ref !== undefined && others.length === 0) note({ ...ref, shape: build?.input_shape });
  }
  return entries.map((entry, i) => {
    const next = sequential ? entries[i + 1] : undefined;
    const read = next && statedShape(next.build?.input_shape ?? next.config.batch_input_shape);
    const own = read ? [read] : (made.get(entry.name) ?? [undefined]);
    return { ...entry, made: own, ...(entry.inside && { inside: withMadeBy(entry.inside, own) }) };
  });
}

/** A model that is a layer, with what is said of its outputs from outside. */
function withMadeBy(inside: Topology, made: readonly (Shape | undefined)[]): Topology {
  const changed = new Map<Entry, Entry>();
  inside.outputs.forEach(({ layer, output }, i) => {
    const entry = inside.entries.find(({ name }) => name === layer);
    if (entry === undefined || made[i] === undefined) return;
    const own = [...(changed.get(entry)?.made ?? entry.made ?? [])];
    while (own.length <= output) own.push(undefined);
    own[output] ??= made[i];
    const nested = entry.inside && withMadeBy(entry.inside, own);
    changed.set(entry, { ...entry, made: own, ...(nested && { inside: nested }) });
  });
  const current = (entry: Entry): Entry => changed.get(entry) ?? entry;
  return {
    ...inside,
    entries: inside.entries.map(current),
    order: inside.order.map(({ entry, call }) => ({ entry: current(entry), call })),
  };
}

/** A layer has a few outputs; a model that is one may have some more. */
const MAX_OUTPUTS = 1000;

/** [null, 8, 8, 3] with its batch; undefined for what is no shape, or leaves more than the batch open. */
function statedShape(shape: unknown): Shape | undefined {
  if (!Array.isArray(shape) || shape.length < 1) return undefined;
  const known = shape.slice(1).every((size) => Number.isInteger(size) && size > 0 && size <= MAX_SIZE);
  return known ? [BATCH, ...shape.slice(1)] : undefined;
}
