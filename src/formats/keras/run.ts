// One call of a layer, or of a layer within it, while it is read.
import type { Activation } from './activation';
import { type Call, type TensorRef, tensorsWithin } from './calls';
import type { Level } from './guessed-shape';
import type { Entry } from './topology';
import type { Part } from './weight-store';

export interface Run {
  /** The layer, or that which wraps it. */
  readonly entry: Entry;
  readonly level: Level;
  readonly call: Call;
  readonly inputs: readonly Activation[];
  readonly find: (ref: TensorRef) => Activation;
  readonly parts: readonly Part[];
  /** How many weights were asked for, by part. */
  readonly positions: Map<string, number>;
}

/** What is said beside what a layer works on: asked for by name. */
const ASIDE: ReadonlySet<string> = new Set([
  ...['mask', 'attention_mask', 'query_mask', 'value_mask', 'key_mask'],
  ...['initial_state', 'training'],
]);

/** The tensors a layer works on: those of its arguments but of what is said aside. */
export function mainInputs({ inputs, call, find }: Run): readonly Activation[] {
  if (!Object.keys(call.kwargs).some((name) => ASIDE.has(name) && tensorsWithin(call.kwargs[name]).length > 0))
    return inputs;
  const named = Object.entries(call.kwargs).flatMap(([name, value]) => (ASIDE.has(name) ? [] : tensorsWithin(value)));
  return [...tensorsWithin(call.args), ...named].map(find);
}
