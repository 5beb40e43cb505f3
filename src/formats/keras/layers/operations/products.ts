// Operations that multiply and sum, and those along an axis: matmul, einsum, softmax.
import { type Activation, fromLast, lastOf } from '../../activation';
import type { LayerContext } from '../../family';
import {
  isConstant,
  numberOf,
  type Operation,
  type Operations,
  operandOf,
  settingOf,
  tensorOf,
  valuesOf,
} from './settings';

const matmul: Operation = {
  read(context): Activation {
    const { builder } = context;
    const operands = [operandOf(context, 0, 'a', 'x1', 'x'), operandOf(context, 1, 'b', 'x2', 'y')];
    if (operands.every(isConstant)) return context.config.unknown('a product of constants alone');
    const { values } = valuesOf(
      context,
      operands.map((own) => (isConstant(own) ? own : { shape: own.shape, last: lastOf(builder, own) })),
    );
    const ranks = operands.map(({ shape }) => shape.length);
    const turned = values.map((value, i) => {
      const name = i === 0 ? 'transpose_a' : 'transpose_b';
      if (settingOf(context, name) !== true) return value;
      const perm = Array.from({ length: ranks[i] ?? 2 }, (_, axis) => axis);
      perm.push(...(perm.splice(-2).reverse() as [number, number]));
      return builder.op('Transpose', [value], { perm });
    });
    return fromLast(builder, builder.op('MatMul', turned));
  },
};

const einsum: Operation = {
  read(context): Activation {
    const { builder, config, call, inputs } = context;
    const stated = settingOf(context, 'subscripts', 'equation') ?? call.args.find((own) => typeof own === 'string');
    const equation = typeof stated === 'string' ? stated.replaceAll(' ', '') : '';
    if (!/^[a-zA-Z]+(,[a-zA-Z]+)*->[a-zA-Z]*$/.test(equation)) return config.unknown(`the equation "${equation}"`);
    return fromLast(
      builder,
      builder.op(
        'Einsum',
        inputs.map((own) => lastOf(builder, own)),
        { equation },
      ),
    );
  },
};

const along = (type: 'Softmax' | 'LogSoftmax'): Operation => ({
  read: (context: LayerContext) =>
    fromLast(
      context.builder,
      context.builder.op(type, [lastOf(context.builder, tensorOf(context))], { axis: numberOf(context, -1, 'axis') }),
    ),
});

export const PRODUCTS: Operations = {
  Matmul: matmul,
  Einsum: einsum,
  Softmax: along('Softmax'),
  LogSoftmax: along('LogSoftmax'),
};
