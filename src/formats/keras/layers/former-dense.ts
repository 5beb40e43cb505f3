// Dense layers that only Keras 1 had: the maximum of several (Goodfellow et al., Maxout Networks, 2013), and one that lets
// a share of what it reads pass (Srivastava et al., Highway Networks, 2015).
// https://github.com/keras-team/keras/blob/1.2.2/keras/layers/core.py
import { fixed } from '../../../model/graph';
import { BYTES_PER_ELEMENT, elementCount, integers } from '../../../model/tensor';
import type { Weight } from '../../../model/weight';
import { fromLast, lastOf } from '../activation';
import { activate } from '../activation-function';
import type { ElementOrder } from '../element-order';
import type { LayerFamily } from '../family';
import { withSize } from '../former-names';
import { MAXOUT_DENSE } from './maxout';

/**
 * W [neurons a unit, in, units], b [neurons a unit, units]: the maximum of x W + b over a unit's neurons. In the graph they
 * are those of a Dense whose neurons lie unit by unit, so that each unit may lose its own.
 */
export const maxoutDense: LayerFamily = {
  classes: [MAXOUT_DENSE],
  read({ config, builder, input, weight }) {
    const x = lastOf(builder, input());
    const features = fixed(builder.shape(x), -1, `the input of "${config.name}"`);
    const [units, neurons] = [config.size('units'), config.size('nb_feature')];
    const order = unitByUnit(builder.layer, neurons);
    const kernel = weight('kernel', [features, units * neurons], true, order);
    const bias = config.flag('use_bias', true) ? [weight('bias', [units * neurons], true, order)] : [];
    const all = builder.op('Gemm', [x, kernel, ...bias]);
    // The neurons a unit are left open (−1): a cut within units changes them and nothing else.
    const grouped = builder.op('Reshape', [all, builder.ints([0, units, -1])]);
    return fromLast(builder, builder.op('ReduceMax', [grouped, builder.ints([2])], { keepdims: 0 }));
  },
  resize(config, { weight, told }) {
    const units = told('Reshape', 1)?.[1];
    const neurons = weight('kernel')?.at(-1);
    if (units === undefined || neurons === undefined) return config;
    return { ...withSize(config, units, 'units', 'output_dim'), nb_feature: neurons / units };
  },
};

/** [..., units × neurons] in the graph, [neurons, ..., units] in the file. */
function unitByUnit(layer: string, neurons: number): ElementOrder {
  return {
    read(weight) {
      const [first, ...others] = weight.shape;
      const units = others.at(-1);
      if (first !== neurons || units === undefined) return weight;
      const rows = others.slice(0, -1);
      return {
        ...weight,
        shape: [...rows, units * neurons],
        bytes: turned(weight, [neurons, elementCount(rows), units]),
      };
    },
    write(weight, { nodes, constants }) {
      const grouped = nodes.find((node) => node.layer === layer && node.type === 'Reshape');
      const sizes = constants.get(grouped?.inputs[1] ?? '');
      const units = sizes && integers(sizes)[1];
      if (units === undefined) throw new Error(`layer "${layer}" is no maxout`);
      const rows = weight.shape.slice(0, -1);
      const own = (weight.shape.at(-1) ?? 0) / units;
      return { ...weight, shape: [own, ...rows, units], bytes: turned(weight, [elementCount(rows), units, own], true) };
    },
  };
}

/** [a, b, c] as [b, c, a], or, back, as [c, a, b]. */
function turned(weight: Weight, [a, b, c]: readonly [number, number, number], back = false): () => Promise<Uint8Array> {
  const size = BYTES_PER_ELEMENT[weight.storage.type];
  return async () => {
    const source = await weight.bytes();
    const target = new Uint8Array(source.length);
    for (let from = 0; from < a * b * c; from++) {
      const [i, j, k] = [Math.floor(from / (b * c)), Math.floor(from / c) % b, from % c];
      const to = back ? (k * a + i) * b + j : (j * c + k) * a + i;
      target.set(source.subarray(from * size, (from + 1) * size), to * size);
    }
    return target;
  };
}

/** x + t (f(x W + b) − x), where t = sigmoid(x W_carry + b_carry). */
export const highway: LayerFamily = {
  classes: ['Highway'],
  read(context) {
    const { config, builder, input, weight } = context;
    const value = input();
    const x = lastOf(builder, value);
    const features = fixed(builder.shape(x), -1, `the input of "${config.name}"`);
    const biased = config.flag('use_bias', true);
    const product = (kernel: string, bias: string): string =>
      builder.op('Gemm', [x, weight(kernel, [features, features]), ...(biased ? [weight(bias, [features])] : [])]);
    const made = lastOf(builder, activate(context, fromLast(builder, product('kernel', 'bias'))));
    const share = builder.op('Sigmoid', [product('W_carry', 'b_carry')]);
    const change = builder.op('Mul', [share, builder.op('Sub', [made, x])]);
    return fromLast(builder, builder.op('Add', [x, change]));
  },
};
