// Dot: two inputs multiplied and summed over one axis of each, sample by sample.
import { type Activation, fromLast, lastOf } from '../activation';
import type { LayerContext, LayerFamily } from '../family';

export const dot: LayerFamily = {
  classes: ['Dot'],
  read(context): Activation {
    const { config, builder, inputs } = context;
    const [a, b] = inputs;
    if (a === undefined || b === undefined || inputs.length !== 2) return config.fail('needs two inputs');
    const [left, right] = axesOf(context, a, b);
    const normalize = config.flag('normalize', false);
    const [x, y] = [operand(context, a, left, normalize), operand(context, b, right, normalize)];
    const first = [...'bcdefgh'].slice(0, a.shape.length);
    const second = [...'bijklmn'].slice(0, b.shape.length);
    first[left] = 'z';
    second[right] = 'z';
    const result = [...first, ...second.slice(1)].filter((letter) => letter !== 'z');
    const product = builder.op('Einsum', [x, y], {
      equation: `${first.join('')},${second.join('')}->${result.join('')}`,
    });
    // Of two vectors a sample, Keras makes one of one element.
    return fromLast(builder, result.length > 1 ? product : builder.op('Unsqueeze', [product, builder.ints([1])]));
  },
};

function axesOf({ config }: LayerContext, a: Activation, b: Activation): [number, number] {
  const stated = config.fields.axes;
  const [left, right = left] = Array.isArray(stated) ? stated.map(Number) : [Number(stated)];
  const own = (axis: number | undefined, { shape }: Activation): number => {
    const place = axis === undefined ? Number.NaN : axis < 0 ? axis + shape.length : axis;
    if (!Number.isInteger(place) || place < 1 || place >= shape.length) {
      return config.fail(`axes ${JSON.stringify(stated)} are not axes of what it reads`);
    }
    return place;
  };
  return [own(left, a), own(right, b)];
}

function operand({ builder }: LayerContext, value: Activation, axis: number, normalize: boolean): string {
  const x = lastOf(builder, value);
  if (!normalize) return x;
  const sum = builder.op('ReduceSum', [builder.op('Mul', [x, x]), builder.ints([axis])], { keepdims: 1 });
  return builder.op('Div', [x, builder.op('Sqrt', [builder.op('Max', [sum, builder.float(1e-12)])])]);
}
