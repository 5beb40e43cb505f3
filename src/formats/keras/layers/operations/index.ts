// Operations that stand among a model's layers: x + y in a functional model. Keras 3 writes its own (ops.Add), Keras 2
// TensorFlow's (TFOpLambda, with the function's name; SlicingOpLambda).
import { isRecord } from '../../config';
import type { LayerFamily, LayerWidths } from '../../family';
import { AXES } from './axes';
import { ELEMENTS } from './elements';
import { IMAGES } from './images';
import { ITEMS } from './items';
import { PRODUCTS } from './products';
import { REDUCTIONS } from './reductions';
import type { Operation, Operations } from './settings';

const OPERATIONS: Operations = { ...ELEMENTS, ...REDUCTIONS, ...AXES, ...ITEMS, ...PRODUCTS, ...IMAGES };

/** By names without underscores. */
const BY_NAME: ReadonlyMap<string, Operation> = new Map(
  Object.entries(OPERATIONS).map(([name, operation]) => [name.toLowerCase(), operation]),
);

export const operations: LayerFamily = {
  classes: Object.keys(OPERATIONS).map((name) => `ops.${name}`),
  read(context) {
    const name = context.config.className.replace('ops.', '');
    return BY_NAME.get(name.toLowerCase())?.read(context) ?? context.config.unknown(`the operation ${name}`);
  },
  resize: (config, widths) => restated(config, BY_NAME.get(widths.className.replace('ops.', '').toLowerCase()), widths),
  resizeCall: (call, _, widths) =>
    restatedCall(call, BY_NAME.get(widths.className.replace('ops.', '').toLowerCase()), widths),
};

export const tensorflowOperation: LayerFamily = {
  classes: ['TFOpLambda', 'SlicingOpLambda'],
  read(context) {
    const name = context.config.text('function', '');
    return functionNamed(name)?.read(context) ?? context.config.unknown(`the operation ${name}`);
  },
  resizeCall: (call, config, widths) => restatedCall(call, functionNamed(String(config.function)), widths),
};

/** @param name of a function of TensorFlow: "math.reduce_mean". */
function functionNamed(name: string): Operation | undefined {
  const own = name.split('.').at(-1) ?? '';
  return BY_NAME.get((TENSORFLOW.get(own) ?? own).replaceAll('_', '').toLowerCase());
}

/** Names that TensorFlow gives otherwise. */
const TENSORFLOW: ReadonlyMap<string, string> = new Map(
  Object.entries({
    sub: 'subtract',
    mul: 'multiply',
    truediv: 'true_divide',
    floordiv: 'floor_divide',
    concat: 'concatenate',
    pow: 'power',
    neg: 'negative',
    clip_by_value: 'clip',
    reduce_mean: 'mean',
    reduce_sum: 'sum',
    reduce_max: 'max',
    reduce_min: 'min',
    reduce_prod: 'prod',
    reduce_any: 'any',
    reduce_all: 'all',
    reduce_std: 'std',
    reduce_variance: 'var',
    reduce_logsumexp: 'logsumexp',
    max_pool2d: 'max_pool',
    avg_pool2d: 'average_pool',
  }),
);

function restated<T extends object>(settings: T, operation: Operation | undefined, widths: LayerWidths): T {
  const restate = operation?.restate;
  if (restate === undefined) return settings;
  return Object.fromEntries(Object.entries(settings).map(([name, value]) => [name, restate(name, value, widths)])) as T;
}

/** @param call {args, kwargs} of Keras 3, [[layer, call, output, kwargs], …] of Keras 2. */
function restatedCall(call: unknown, operation: Operation | undefined, widths: LayerWidths): unknown {
  const restate = operation?.restate;
  if (restate === undefined) return call;
  if (isRecord(call) && Array.isArray(call.args)) {
    const kwargs = isRecord(call.kwargs) ? restated(call.kwargs, operation, widths) : call.kwargs;
    return { ...call, args: call.args.map((value, i) => restate(i, value, widths)), kwargs };
  }
  if (!Array.isArray(call)) return call;
  const tensor = (stated: unknown, i: number): unknown => {
    if (!Array.isArray(stated)) return stated;
    const own = stated[0] === '_CONSTANT_VALUE' ? restate(i, stated[2], widths) : stated[2];
    const kwargs = isRecord(stated[3]) ? [restated(stated[3], operation, widths)] : stated.slice(3, 4);
    return [stated[0], stated[1], own, ...kwargs, ...stated.slice(4)];
  };
  return typeof call[0] === 'string' ? tensor(call, 0) : call.map(tensor);
}
