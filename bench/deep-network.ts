// A network of many nodes for timing: inverted residual blocks as MobileNetV2 has them. Its weights are never read.
import { BATCH } from '../src/model/graph';
import type { Layer, Model } from '../src/model/model';
import { float32Weight } from '../src/model/weight';
import { GraphBuilder } from '../src/ops/builder';

/** Nine nodes a block: expand, depthwise, project, each normalised, and the sum. */
export function deepNetwork(blocks: number, width = 64, expansion = 6): Model {
  const builder = new GraphBuilder();
  const layers: Layer[] = [];
  const layer = (
    name: string,
    input: string,
    add: (weight: (part: string, shape: number[]) => string) => string,
  ): string => {
    builder.layer = name;
    const weights: string[] = [];
    const made = add((part, shape) => {
      const own = `${name}/${part}`;
      weights.push(own);
      // The values lie in no memory: timing the structure must not time the allocation.
      return builder.addWeight({ ...float32Weight(own, shape, new Float32Array()), shape });
    });
    layers.push({ name, type: 'Step', inputs: [input], output: made, channelsFirst: true, weights });
    return made;
  };
  const conv = (name: string, x: string, [from, to]: [number, number], kernel = 1, group = 1): string =>
    layer(name, x, (weight) => {
      const half = (kernel - 1) / 2;
      return builder.op('Conv', [x, weight('kernel', [to, from / group, kernel, kernel])], {
        group,
        pads: [half, half, half, half],
      });
    });
  const normalized = (name: string, x: string, size: number): string =>
    layer(name, x, (weight) =>
      builder.op('BatchNormalization', [
        x,
        ...['gamma', 'beta', 'mean', 'variance'].map((part) => weight(part, [size])),
      ]),
    );
  const bounded = (name: string, x: string): string =>
    layer(name, x, () => builder.op('Clip', [x, builder.float(0), builder.float(6)]));

  let x = builder.addInput({ name: 'image', type: 'float32', shape: [BATCH, 3, 14, 14] });
  x = conv('stem', x, [3, width], 3);
  for (let i = 0; i < blocks; i++) {
    const wide = width * expansion;
    let inner = bounded(`${i}/relu1`, normalized(`${i}/norm1`, conv(`${i}/expand`, x, [width, wide]), wide));
    inner = conv(`${i}/depthwise`, inner, [wide, wide], 3, wide);
    inner = bounded(`${i}/relu2`, normalized(`${i}/norm2`, inner, wide));
    inner = normalized(`${i}/norm3`, conv(`${i}/project`, inner, [wide, width]), width);
    const before = x;
    x = layer(`${i}/sum`, inner, () => builder.op('Add', [before, inner]));
  }
  const pooled = layer('pool', x, () => builder.op('GlobalAveragePool', [x]));
  const flat = layer('flatten', pooled, () => builder.op('Reshape', [pooled, builder.ints([0, -1])]));
  builder.addOutput(layer('classes', flat, (weight) => builder.op('Gemm', [flat, weight('kernel', [width, 1000])])));
  return {
    name: 'deep',
    graph: builder.build(),
    layers,
    container: { format: 'tfjs', write: () => Promise.reject(new Error('it came from no file')) },
    warnings: [],
  };
}
