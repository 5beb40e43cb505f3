// Shapes that a Keras config states beside its widths: input shapes, what a layer was built with.
import type { Dimension, Shape } from '../../model/graph';
import { isRecord } from './config';

/** Fields of a layer's config that say the shape it reads. */
export const SHAPE_FIELDS = ['batch_input_shape', 'batch_shape', 'input_shape', 'input_dim'] as const;

/**
 * A stated shape with the sizes that changed. It may lack the batch (input_shape) or be the last size alone (input_dim).
 * @param stated untrusted; what does not fit the shape before stays as it is.
 */
export function changedShape(stated: unknown, before: Shape | undefined, after: Shape | undefined): unknown {
  if (before === undefined || after === undefined) return stated;
  if (typeof stated === 'number') return stated === before.at(-1) ? after.at(-1) : stated;
  if (!isShape(stated) || stated.length > before.length) return stated;
  const skipped = before.length - stated.length;
  if (!stated.every((size, i) => agrees(size, before[i + skipped]))) return stated;
  return stated.map((size, i) =>
    typeof size === 'number' && typeof after[i + skipped] === 'number' ? after[i + skipped] : size,
  );
}

/** A file may state the size of its batches, which is open in the graph. */
function agrees(stated: number | null, size: Dimension | undefined): boolean {
  return stated === null || stated === size || typeof size === 'string';
}

/** build_config: {input_shape}, or {shapes_dict: {query_shape, …}}; a shape, or a list of the shapes of all inputs. */
export function changedBuild(build: unknown, before: readonly Shape[], after: readonly Shape[]): unknown {
  if (isShape(build)) {
    const source = before.findIndex((shape) => matches(build, shape));
    return source < 0 ? build : changedShape(build, before[source], after[source]);
  }
  if (Array.isArray(build)) {
    const inOrder = build.length === before.length && build.every(isShape);
    return build.map((part, i) =>
      inOrder ? changedShape(part, before[i], after[i]) : changedBuild(part, before, after),
    );
  }
  if (!isRecord(build)) return build;
  return Object.fromEntries(Object.entries(build).map(([key, value]) => [key, changedBuild(value, before, after)]));
}

function matches(stated: readonly (number | null)[], shape: Shape): boolean {
  return stated.length === shape.length && stated.every((size, i) => agrees(size, shape[i]));
}

function isShape(value: unknown): value is (number | null)[] {
  return Array.isArray(value) && value.length > 0 && value.every((size) => size === null || typeof size === 'number');
}
