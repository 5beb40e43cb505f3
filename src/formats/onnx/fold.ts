// Small constants that a graph lays out anew before it uses them as amounts or axes (the paddings of PyTorch), worked out.
import type { Node } from '../../model/graph';
import { asInt64, type ElementArray, elementCount, integers, strides, type Tensor } from '../../model/tensor';

/** No list that describes a structure is longer. */
const MAX_ELEMENTS = 4096;

/** As every float is computed, see cast.ts. */
const FLOAT = 1;

type Fold = (node: Node, inputs: readonly Tensor[]) => Tensor | undefined;

/** What a node makes of constants; undefined where it is no such node, or its form is not one that exports have. */
export function folded(node: Node, constant: (name: string) => Tensor | undefined): Tensor | undefined {
  const fold = FOLDS.get(node.type);
  if (fold === undefined || node.outputs.length !== 1) return undefined;
  const inputs = node.inputs.map(constant);
  if (!inputs.every((tensor) => tensor !== undefined)) return undefined;
  if (inputs.some(({ shape }) => elementCount(shape) > MAX_ELEMENTS)) return undefined;
  return fold(node, inputs);
}

/** Of integers, element by element; a single one goes with all. */
function counted(count: (a: number, b: number) => number): Fold {
  return (_, [a, b]) => {
    if (a === undefined || b?.type !== a.type || !a.type.startsWith('int')) return undefined;
    const [left, right] = [integers(a), integers(b)];
    const wide = left.length > right.length || a.shape.length > b.shape.length ? a : b;
    const length = elementCount(wide.shape);
    if ([left, right].some((own) => own.length !== 1 && own.length !== length) || a.shape.length + b.shape.length > 2)
      return undefined;
    const values = Array.from({ length }, (_, i) => count(left[i % left.length] ?? 0, right[i % right.length] ?? 0));
    return values.every(Number.isSafeInteger)
      ? withData(a, wide.shape, a.type === 'int64' ? values.map(BigInt) : values)
      : undefined;
  };
}

const FOLDS: ReadonlyMap<string, Fold> = new Map(
  Object.entries<Fold>({
    Add: counted((a, b) => a + b),
    Sub: counted((a, b) => a - b),
    Mul: counted((a, b) => a * b),
    Div: counted((a, b) => Math.trunc(a / b)),
    Mod: (node, inputs) =>
      node.attributes.fmod ? undefined : counted((a, b) => a - b * Math.floor(a / b))(node, inputs),
    Shape: ({ attributes: { start, end } }, [x]) => {
      const sizes = x?.shape.slice(Number(start ?? 0), end === undefined ? undefined : Number(end));
      return sizes && { type: 'int64', shape: [sizes.length], data: BigInt64Array.from(sizes, BigInt) };
    },
    Cast: ({ attributes: { to } }, [x]) => {
      if (x?.type === 'float32' && to === FLOAT) return x;
      if (x === undefined || !x.type.startsWith('int')) return undefined;
      if (to === 7) return { type: 'int64', shape: x.shape, data: BigInt64Array.from(integers(x), asInt64) };
      return to === 6 ? { type: 'int32', shape: x.shape, data: Int32Array.from(integers(x)) } : undefined;
    },
    Concat: ({ attributes: { axis = 0 } }, parts) => {
      const [first] = parts;
      if (first === undefined || parts.some(({ type, shape }) => type !== first.type || shape.length !== 1))
        return undefined;
      if (axis !== 0 && axis !== -1) return undefined;
      const data = parts.flatMap((part) => Array.from(part.data as ArrayLike<number | bigint>));
      return withData(first, [data.length], data);
    },
    Gather: ({ attributes: { axis = 0 } }, [x, indices]) => {
      if (x === undefined || indices === undefined || x.shape.length !== 1 || (axis !== 0 && axis !== -1))
        return undefined;
      const [size = 0] = x.shape;
      const places = integers(indices).map((index) => (index < 0 ? index + size : index));
      if (places.some((place) => place < 0 || place >= size)) return undefined;
      return pick(x, indices.shape, places);
    },
    Reshape: (_, [x, target]) => {
      if (x === undefined || target === undefined) return undefined;
      const wanted = integers(target).map((size, i) => (size === 0 ? (x.shape[i] ?? 1) : size));
      const known = wanted.reduce((product, size) => (size === -1 ? product : product * size), 1);
      const shape = wanted.map((size) => (size === -1 ? elementCount(x.shape) / known : size));
      return elementCount(shape) === elementCount(x.shape) ? { ...x, shape } : undefined;
    },
    Range: (_, bounds) => {
      const [first] = bounds;
      const [start = 0, limit = 0, step = 0] = bounds.map((bound) => integers(bound)[0]);
      const count = Math.max(0, Math.ceil((limit - start) / step));
      if (!first?.type.startsWith('int') || !(count <= MAX_ELEMENTS)) return undefined;
      const values = Array.from({ length: count }, (_, i) => start + i * step);
      return withData(first, [count], first.type === 'int64' ? values.map(BigInt) : values);
    },
    Slice: (_, [x, starts, ends, axes, steps]) => {
      if (x === undefined || starts === undefined || ends === undefined) return undefined;
      const named = axes ? integers(axes) : integers(starts).map((_, i) => i);
      let result = x;
      for (const [i, axis] of named.entries()) {
        const along = axis < 0 ? axis + x.shape.length : axis;
        const [start = 0, end = 0, step = 1] = [integers(starts)[i], integers(ends)[i], steps && integers(steps)[i]];
        result = sliced(result, along, start, end, step);
      }
      return result;
    },
    Squeeze: ({ type }, [x, axes]) => regrouped(type, x, axes),
    Transpose: ({ attributes: { perm } }, [x]) => {
      if (x === undefined) return undefined;
      const order = (perm as readonly number[] | undefined) ?? x.shape.map((_, i) => x.shape.length - 1 - i);
      const shape = order.map((axis) => x.shape[axis] ?? 1);
      const steps = strides(x.shape);
      const own = strides(shape);
      const places = Array.from({ length: elementCount(shape) }, (_, n) =>
        order.reduce((sum, axis, i) => sum + (Math.floor(n / (own[i] ?? 1)) % (shape[i] ?? 1)) * (steps[axis] ?? 1), 0),
      );
      return pick(x, shape, places);
    },
    Unsqueeze: ({ type }, [x, axes]) => regrouped(type, x, axes),
  }),
);

function regrouped(type: string, x: Tensor | undefined, axes: Tensor | undefined): Tensor | undefined {
  if (x === undefined) return undefined;
  if (type === 'Squeeze') {
    const gone = axes?.data && integers(axes).map((axis) => (axis < 0 ? axis + x.shape.length : axis));
    return { ...x, shape: x.shape.filter((size, i) => (gone ? !gone.includes(i) : size !== 1)) };
  }
  if (axes === undefined) return undefined;
  const rank = x.shape.length + axes.data.length;
  const added = new Set(integers(axes).map((axis) => (axis < 0 ? axis + rank : axis)));
  let next = 0;
  return { ...x, shape: Array.from({ length: rank }, (_, i) => (added.has(i) ? 1 : (x.shape[next++] ?? 1))) };
}

function sliced(x: Tensor, axis: number, start: number, end: number, step: number): Tensor {
  const size = x.shape[axis] ?? 1;
  const clamp = (place: number): number => {
    const own = place < 0 ? place + size : place;
    return step > 0 ? Math.min(size, Math.max(0, own)) : Math.min(size - 1, Math.max(-1, own));
  };
  const kept: number[] = [];
  for (let i = clamp(start); step > 0 ? i < clamp(end) : i > clamp(end); i += step || size) kept.push(i);
  const shape = x.shape.with(axis, kept.length);
  const inner = strides(x.shape)[axis] ?? 1;
  const places = Array.from({ length: elementCount(shape) }, (_, n) => {
    const [outer, rest] = [Math.floor(n / (inner * kept.length)), n % (inner * kept.length)];
    return outer * inner * size + (kept[Math.floor(rest / inner)] ?? 0) * inner + (rest % inner);
  });
  return pick(x, shape, places);
}

function pick(x: Tensor, shape: readonly number[], places: readonly number[]): Tensor {
  const values = x.data as ArrayLike<number | bigint>;
  return withData(
    x,
    shape,
    places.map((place) => values[place] ?? 0),
  );
}

function withData(x: Tensor, shape: readonly number[], values: readonly (number | bigint)[]): Tensor {
  const data = new (x.data.constructor as new (length: number) => ElementArray)(values.length);
  values.forEach((value, i) => {
    (data as { [place: number]: number | bigint })[i] = value;
  });
  return { type: x.type, shape, data };
}
