// Maxout, which Keras and TF.js lack: written as three of their layers that compute it, so that any of their programs
// opens the model, and read back as one. After a Dense of n neurons, k a unit:
//   Reshape [n, 1, 1] · MaxPooling2D (k, 1) · Flatten
// After an image of height × width × c channels:
//   Reshape [height × width, c, 1] · MaxPooling2D (1, k) · Reshape [height, width, c / k]
import { fixed, type Shape } from '../../../model/graph';
import { firstOf, fromFirst, fromLast, lastOf } from '../activation';
import { mapCall, TensorRef } from '../calls';
import type { LayerFamily } from '../family';
import type { Entry, Topology } from '../topology';

export const MAXOUT = 'Maxout';

/** The one layer of Keras 1 that was a maxout by itself: its neurons are its own weights. */
export const MAXOUT_DENSE = 'MaxoutDense';

export const maxout: LayerFamily = {
  classes: [MAXOUT],
  read({ config, builder, input }) {
    const k = config.size('neurons');
    const value = input();
    const channels = fixed(value.shape, -1, `the input of "${config.name}"`);
    if (channels % k !== 0) config.fail(`${channels} neurons do not divide into units of ${k}`);
    const units = channels / k;
    const image = value.shape.length === 4;
    const x = image ? firstOf(builder, value) : lastOf(builder, value);
    // The neurons a unit are left open (−1): a cut within units changes them and nothing else.
    const grouped = builder.op('Reshape', [x, builder.ints([0, units, -1, ...builder.shape(x).slice(2).map(Number)])]);
    const result = builder.op('ReduceMax', [grouped, builder.ints([2])], { keepdims: 0 });
    return image ? fromFirst(builder, result) : fromLast(builder, result);
  },
};

/** The three entries that compute a Maxout, by its output's shape in Keras' layout. */
export function maxoutEntries(
  name: string,
  output: readonly (number | string)[],
  neurons: number,
): [Entry, Entry, Entry] {
  const [units, ...spatial] = [Number(output.at(-1)), ...output.slice(1, -1).map(Number)];
  const entry = (part: string, className: string, config: object): Entry => ({
    name: `${name}_${part}`,
    className,
    config: { name: `${name}_${part}`, trainable: true, ...config },
    calls: [],
    members: [`${name}_${part}`],
  });
  const pool = { padding: 'valid', data_format: 'channels_last' };
  if (spatial.length === 0) {
    return [
      entry('neurons', 'Reshape', { target_shape: [units * neurons, 1, 1] }),
      entry('maximum', 'MaxPooling2D', { pool_size: [neurons, 1], strides: [neurons, 1], ...pool }),
      entry('units', 'Flatten', { data_format: 'channels_last' }),
    ];
  }
  const [height = 1, width = 1] = spatial;
  return [
    entry('neurons', 'Reshape', { target_shape: [height * width, units * neurons, 1] }),
    entry('maximum', 'MaxPooling2D', { pool_size: [1, neurons], strides: [1, neurons], ...pool }),
    entry('units', 'Reshape', { target_shape: [height, width, units] }),
  ];
}

/** Of what the second and the third of the entries read. */
export function maxoutShapes([neurons, maximum]: readonly Entry[]): [Shape, Shape] {
  const grouped = sizes(neurons?.config.target_shape, 3) ?? [];
  const window = sizes(maximum?.config.pool_size, 2) ?? [];
  return [
    ['batch', ...grouped],
    ['batch', ...grouped.map((size, i) => size / (window[i] ?? 1))],
  ];
}

/** The topology with each run of three such entries as one Maxout, unless the model also puts out what is inside. */
export function withMaxout(topology: Topology): Topology {
  const { entries, outputs } = topology;
  const readers = new Map<string, Entry[]>();
  for (const entry of entries) {
    for (const { inputs } of entry.calls) {
      for (const { layer } of inputs) {
        const known = readers.get(layer);
        if (known) known.push(entry);
        else readers.set(layer, [entry]);
      }
    }
  }
  const put = new Set(outputs.map(({ layer }) => layer));
  const calledOnce = ({ calls }: Entry): boolean => calls.length === 1 && calls[0]?.inputs.length === 1;
  const onlyReader = (name: string): Entry | undefined => {
    const found = put.has(name) ? [] : (readers.get(name) ?? []);
    return found.length === 1 && found[0] && calledOnce(found[0]) ? found[0] : undefined;
  };
  const renamed = new Map<string, string>();
  const replaced = new Map<Entry, Entry | undefined>();
  for (const entry of entries) {
    if (replaced.has(entry) || entry.calls.length !== 1) continue;
    const pool = onlyReader(entry.name);
    const last = pool && onlyReader(pool.name);
    const neurons = pool && last && neuronsOf(entry, pool, last);
    if (!pool || !last || !neurons) continue;
    const name = last.name.replace(/_units$/, '');
    renamed.set(last.name, name);
    const members = [entry.name, pool.name, last.name];
    replaced.set(pool, undefined).set(last, undefined);
    replaced.set(entry, {
      name,
      className: MAXOUT,
      config: { ...entry.config, name, neurons },
      calls: entry.calls,
      members,
    });
  }
  if (replaced.size === 0) return topology;
  const rename = (ref: TensorRef): TensorRef =>
    new TensorRef(renamed.get(ref.layer) ?? ref.layer, ref.call, ref.output, ref.shape);
  const settled = new Map(
    entries.flatMap((entry): [Entry, Entry][] => {
      const own = replaced.has(entry) ? replaced.get(entry) : entry;
      return own === undefined ? [] : [[entry, { ...own, calls: own.calls.map((call) => mapCall(call, rename)) }]];
    }),
  );
  return {
    ...topology,
    entries: [...settled.values()],
    order: topology.order.flatMap(({ entry, call }) => {
      const own = settled.get(entry);
      return own === undefined ? [] : [{ entry: own, call }];
    }),
    inputs: topology.inputs,
    outputs: outputs.map(rename),
  };
}

function neuronsOf(first: Entry, pool: Entry, last: Entry): number | undefined {
  if (first.className !== 'Reshape' || pool.className !== 'MaxPooling2D') return undefined;
  const target = sizes(first.config.target_shape, 3);
  const window = sizes(pool.config.pool_size, 2);
  const strides = sizes(pool.config.strides, 2);
  if (!target || !window || !strides || window.join() !== strides.join() || target[2] !== 1) return undefined;
  const [rows = 1, columns = 1] = window;
  if (last.className === 'Flatten') {
    return target[1] === 1 && columns === 1 && rows > 1 && (target[0] ?? 0) % rows === 0 ? rows : undefined;
  }
  const back = last.className === 'Reshape' ? sizes(last.config.target_shape, 3) : undefined;
  if (!back || rows !== 1 || columns < 2) return undefined;
  const [height = 0, width = 0, units = 0] = back;
  return height * width === target[0] && units * columns === target[1] ? columns : undefined;
}

function sizes(value: unknown, count: number): number[] | undefined {
  return Array.isArray(value) && value.length === count && value.every(Number.isInteger) ? value : undefined;
}
