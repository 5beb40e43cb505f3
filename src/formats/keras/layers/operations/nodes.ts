// Operators that TensorFlow 2.1 to 2.3 kept among layers (TensorFlowOpLayer): a NodeDef as JSON, and the inputs that are
// constants by their position.
import type { Activation } from '../../activation';
import { type Call, TensorRef, tensorsWithin } from '../../calls';
import { isRecord } from '../../config';
import type { LayerContext, LayerFamily } from '../../family';
import { AXES } from './axes';
import { ELEMENTS } from './elements';
import { IMAGES } from './images';
import { PRODUCTS } from './products';
import { REDUCTIONS } from './reductions';
import type { Operation } from './settings';

interface NodeKind {
  readonly operation: Operation | undefined;
  /** What a constant input says, by its position; −1 is the last. */
  readonly settings?: Readonly<Record<number, string>>;
}

const reduction = (name: string): NodeKind => ({ operation: REDUCTIONS[name], settings: { 1: 'axis' } });
const product: NodeKind = { operation: PRODUCTS.Matmul };

const KINDS: ReadonlyMap<string, NodeKind> = new Map(
  Object.entries({
    ...Object.fromEntries(Object.entries(ELEMENTS).map(([name, operation]) => [name, { operation }])),
    AddV2: { operation: ELEMENTS.Add },
    Sub: { operation: ELEMENTS.Subtract },
    Mul: { operation: ELEMENTS.Multiply },
    RealDiv: { operation: ELEMENTS.Divide },
    FloorMod: { operation: ELEMENTS.Mod },
    FloorDiv: { operation: ELEMENTS.FloorDivide },
    Pow: { operation: ELEMENTS.Power },
    Neg: { operation: ELEMENTS.Negative },
    SelectV2: { operation: ELEMENTS.Where },
    Mean: reduction('Mean'),
    Sum: reduction('Sum'),
    Max: reduction('Max'),
    Min: reduction('Min'),
    Prod: reduction('Prod'),
    Any: reduction('Any'),
    All: reduction('All'),
    Softmax: { operation: PRODUCTS.Softmax },
    LogSoftmax: { operation: PRODUCTS.LogSoftmax },
    MatMul: product,
    BatchMatMul: product,
    BatchMatMulV2: product,
    Reshape: { operation: AXES.Reshape, settings: { 1: 'shape' } },
    Transpose: { operation: AXES.Transpose, settings: { 1: 'perm' } },
    ExpandDims: { operation: AXES.ExpandDims, settings: { 1: 'axis' } },
    Squeeze: { operation: AXES.Squeeze },
    ConcatV2: { operation: AXES.Concatenate, settings: { [-1]: 'axis' } },
    Pack: { operation: AXES.Stack },
    Tile: { operation: AXES.Tile, settings: { 1: 'multiples' } },
    Pad: { operation: AXES.Pad, settings: { 1: 'paddings' } },
    DepthToSpace: { operation: IMAGES.DepthToSpace },
    SpaceToDepth: { operation: IMAGES.SpaceToDepth },
  }),
);

export const tensorflowNode: LayerFamily = {
  classes: ['TensorFlowOpLayer'],
  read(context) {
    const { fields } = context.config;
    const node = isRecord(fields.node_def) ? fields.node_def : {};
    const kind = kindOf(node.op);
    return kind?.operation?.read(called(context, kind, node)) ?? context.config.unknown(`the operator ${node.op}`);
  },
  resize(config, widths) {
    const node = isRecord(config.node_def) ? config.node_def : {};
    const kind = kindOf(node.op);
    const restate = kind?.operation?.restate;
    if (!restate || !isRecord(config.constants)) return config;
    const constants = Object.entries(config.constants).map(([place, value]) => [
      place,
      restate(settingAt(kind, Number(place), countOf(node)) ?? Number(place), value, widths),
    ]);
    return { ...config, constants: Object.fromEntries(constants) };
  },
};

function kindOf(op: unknown): NodeKind | undefined {
  return typeof op === 'string' ? KINDS.get(op) : undefined;
}

function countOf({ input }: Record<string, unknown>): number {
  return Array.isArray(input) ? input.length : 0;
}

function settingAt({ settings = {} }: NodeKind, place: number, count: number): string | undefined {
  return settings[place] ?? settings[place - count];
}

/** The layer's context with its constants among the arguments, as a function's call has them. */
function called(context: LayerContext, kind: NodeKind, node: Record<string, unknown>): LayerContext {
  const { constants } = context.config.fields;
  const stated = isRecord(constants) ? constants : {};
  const count = Math.max(countOf(node), context.inputs.length);
  const refs = context.inputs.map((_, i) => new TensorRef('', 0, i));
  const waiting = [...refs];
  const kwargs: Record<string, unknown> = attributesOf(node);
  const args: unknown[] = [];
  for (let place = 0; place < count; place++) {
    const value = Object.hasOwn(stated, place) ? stated[place] : waiting.shift();
    const name = settingAt(kind, place, count);
    if (name !== undefined && !(value instanceof TensorRef)) kwargs[name] = value;
    else args.push(value);
  }
  const call: Call = { args, kwargs, inputs: refs };
  const argument = (name: string, position?: number): readonly Activation[] =>
    tensorsWithin(kwargs[name] ?? (position === undefined ? undefined : args[position])).map(
      ({ output }) => context.inputs[output] as Activation,
    );
  return { ...context, call, argument };
}

/** The attributes that say something here, by the names the functions have them. */
function attributesOf({ attr }: Record<string, unknown>): Record<string, unknown> {
  const all = isRecord(attr) ? attr : {};
  const of = (name: string): Record<string, unknown> => (isRecord(all[name]) ? all[name] : {});
  const list = of('squeeze_dims').list;
  const dims = isRecord(list) && Array.isArray(list.i) ? list.i.map(Number) : undefined;
  const flag = (...names: readonly string[]): boolean => names.some((name) => of(name).b === true);
  const type = String(of('DstT').type ?? '')
    .toLowerCase()
    .replace(/^dt_/, '');
  const dtype = TYPES.get(type) ?? type;
  return {
    ...(flag('keep_dims') && { keepdims: true }),
    ...(flag('transpose_a', 'adj_x') && { transpose_a: true }),
    ...(flag('transpose_b', 'adj_y') && { transpose_b: true }),
    ...(dims && { axis: dims }),
    ...(of('axis').i !== undefined && { axis: Number(of('axis').i) }),
    ...(of('alpha').f !== undefined && { alpha: Number(of('alpha').f) }),
    ...(of('block_size').i !== undefined && { block_size: Number(of('block_size').i) }),
    ...(dtype !== '' && { dtype }),
    // "NHWC" and "NCHW" in base 64.
    ...(of('data_format').s === 'TkNIVw==' && { data_format: 'NCHW' }),
  };
}

const TYPES: ReadonlyMap<string, string> = new Map(
  Object.entries({ float: 'float32', half: 'float16', double: 'float64' }),
);
