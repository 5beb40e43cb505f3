// Calls by their numbers, which not every version of Keras begins at zero.
import { mapCall, TensorRef } from './calls';
import type { Entry } from './topology';

/**
 * A functional model that is a layer has, in some versions of Keras, been called once before by its making: its calls
 * then count from one. Rewritten to count from zero.
 */
export function counted(
  entries: readonly Entry[],
  outputs: readonly TensorRef[],
): { entries: Entry[]; outputs: TensorRef[] } {
  const highest = new Map<string, number>();
  const note = ({ layer, call }: TensorRef): void => void highest.set(layer, Math.max(highest.get(layer) ?? 0, call));
  for (const { calls } of entries) for (const { inputs } of calls) inputs.forEach(note);
  outputs.forEach(note);
  const shifted = new Set(
    entries
      .filter(({ name, inside, calls }) => inside !== undefined && highest.get(name) === calls.length)
      .map(({ name }) => name),
  );
  if (shifted.size === 0) return { entries: [...entries], outputs: [...outputs] };
  const shift = (ref: TensorRef): TensorRef =>
    shifted.has(ref.layer) ? new TensorRef(ref.layer, Math.max(0, ref.call - 1), ref.output, ref.shape) : ref;
  return {
    entries: entries.map((entry) => ({ ...entry, calls: entry.calls.map((call) => mapCall(call, shift)) })),
    outputs: outputs.map(shift),
  };
}
