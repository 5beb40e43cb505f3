// SimpleRNN, GRU, LSTM, and RNN over their cells: kernel [in, gates × units], recurrent_kernel [units, gates × units], bias.
import { fixed } from '../../../model/graph';
import { type Activation, fromLast, lastOf } from '../activation';
import { activationName } from '../activation-function';
import { type Config, isRecord, LayerConfig, show } from '../config';
import { cudnnOrder } from '../element-order';
import type { LayerContext, LayerFamily, LayerWidths } from '../family';
import { withSize } from '../former-names';
import { constantWeight } from './batch-normalization';
import { maskOf, withoutMasked } from './masked-steps';

interface Cell {
  readonly type: 'RNN' | 'GRU' | 'LSTM';
  /** Keras' gates in the order ONNX wants them. */
  readonly gates: readonly number[];
  /** Their names in Keras 1, which may keep a weight for each, in Keras' order. */
  readonly names: readonly string[];
  readonly states: number;
}

const CELLS: ReadonlyMap<string, Cell> = new Map<string, Cell>([
  ['SimpleRNN', { type: 'RNN', gates: [0], names: [], states: 1 }],
  ['GRU', { type: 'GRU', gates: [0, 1, 2], names: ['z', 'r', 'h'], states: 1 }],
  // Keras: input, forget, cell, output. ONNX: input, output, forget, cell.
  ['LSTM', { type: 'LSTM', gates: [0, 3, 1, 2], names: ['i', 'f', 'c', 'o'], states: 2 }],
]);

/** Those of Keras 2 that ran on cuDNN alone: two biases one after the other, kernels in an order of their own. */
const ON_CUDNN: ReadonlyMap<string, string> = new Map([
  ['CuDNNGRU', 'GRU'],
  ['CuDNNLSTM', 'LSTM'],
]);

const CELL = { attribute: 'cell', name: '' };

export const recurrent: LayerFamily = {
  classes: ['SimpleRNN', 'GRU', 'LSTM', 'RNN', ...ON_CUDNN.keys()],
  read: (context) => readRecurrent(context),
  resize(config, { weight }) {
    if (isRecord(config.cell)) {
      const cell = resizedCell(config.cell, weight);
      return { ...config, ...repeated(config, config.cell, cell), cell };
    }
    const kernel = weight('recurrent_kernel') ?? weight('U_i') ?? weight('U_z');
    return withSize(config, kernel?.[0], 'units', 'output_dim');
  },
};

/** TF.js writes what the cell's config says into that of the layer too. */
function repeated(outer: Config, before: Config, after: Config): Config {
  const [was, is] = [before.config, after.config];
  if (!isRecord(was) || !isRecord(is)) return {};
  const changed = Object.keys(was).filter((field) => field !== 'name' && outer[field] !== undefined);
  return Object.fromEntries(changed.map((field) => [field, is[field]]));
}

type Shapes = LayerWidths['weight'];

function resizedCell(cell: Record<string, unknown>, weight: Shapes): Record<string, unknown> {
  const config = isRecord(cell.config) ? cell.config : {};
  const own = resizedUnits(cell, 'kernel', 'recurrent_kernel', weight);
  if (!Array.isArray(config.cells)) return own;
  const cells = config.cells.map((inner: unknown, i: number) =>
    isRecord(inner) ? resizedUnits(inner, `cell_${i}/kernel`, `cell_${i}/recurrent_kernel`, weight) : inner,
  );
  const first = built(cell, weight('cell_0/kernel')?.[0]);
  return { ...first, config: { ...config, cells } };
}

/** A cell with the units and the features that its weights have. */
function resizedUnits(
  cell: Record<string, unknown>,
  kernel: string,
  recurrentKernel: string,
  weight: Shapes,
): Record<string, unknown> {
  const units = weight(recurrentKernel)?.[0];
  if (!isRecord(cell.config) || units === undefined) return cell;
  return { ...built(cell, weight(kernel)?.[0]), config: withSize(cell.config, units, 'units', 'output_dim') };
}

/** With the number of features it was built for, where Keras 3 wrote it down. */
function built(cell: Record<string, unknown>, features: number | undefined): Record<string, unknown> {
  const build = cell.build_config;
  if (!isRecord(build) || !Array.isArray(build.input_shape)) return cell;
  return { ...cell, build_config: { ...build, input_shape: [...build.input_shape.slice(0, -1), features] } };
}

/**
 * What the layer makes: its output, then its states where it returns them.
 * @param aligned the sequence a layer makes that goes backwards is in the order of what it read, not of its going.
 */
export function readRecurrent(context: LayerContext, aligned = false): Activation[] {
  const { config, builder, inputs, argument } = context;
  if (config.flag('time_major', false)) config.unknown('sequences whose first axis is time');
  const [sequence] = inputs;
  if (sequence === undefined) return config.fail('reads nothing');
  if (sequence.shape.length !== 3) return config.unknown('a sequence that is not [batch, time, features]');
  const named = argument('initial_state');
  const initial = named.length > 0 ? named : inputs.slice(1);
  const mask = maskOf(context, sequence);
  const masked = mask === undefined ? undefined : withoutMasked(context, lastOf(builder, sequence), mask);
  let x = builder.op('Transpose', [masked?.together ?? lastOf(builder, sequence)], { perm: [1, 0, 2] });
  const backwards = config.flag('go_backwards', false);
  const states: string[] = [];
  let given = initial.map((state) => lastOf(builder, state));
  let made: { all: string; last: readonly string[] } | undefined;
  for (const cell of cellsOf(context)) {
    const own = given.slice(0, cell.cell.states);
    given = given.slice(cell.cell.states);
    made = step(cell, x, own, masked?.lengths ?? '', backwards);
    states.push(...made.last);
    x = made.all;
  }
  if (made === undefined) return config.fail('has no cells');
  const whole = (): string => {
    const own = builder.op('Transpose', [x], { perm: [1, 0, 2] });
    const spread = masked?.spread(own, backwards) ?? own;
    const zeroed = mask !== undefined && config.flag('zero_output_for_mask', false);
    const turned = zeroed ? builder.op('Mul', [spread, builder.op('Unsqueeze', [mask, builder.ints([2])])]) : spread;
    if (!backwards || aligned) return turned;
    return builder.op('Slice', [
      turned,
      builder.ints([-1]),
      builder.ints([-MAX_STEPS]),
      builder.ints([1]),
      builder.ints([-1]),
    ]);
  };
  const sequences = config.flag('return_sequences', false);
  const result = fromLast(builder, sequences ? whole() : (made.last[0] ?? ''));
  const returned = config.flag('return_state', false) ? states : [];
  const output = sequences && mask !== undefined && (!backwards || aligned) ? { ...result, mask } : result;
  return [output, ...returned.map((value) => fromLast(builder, value))];
}

/** Slice backwards ends before the start of the axis. */
const MAX_STEPS = 2 ** 31;

interface OwnCell {
  readonly cell: Cell;
  readonly context: LayerContext;
}

/** The layer's one cell, or those it stacks. */
function cellsOf(context: LayerContext): OwnCell[] {
  const { config } = context;
  const own = CELLS.get(ON_CUDNN.get(config.className) ?? config.className);
  if (own !== undefined) return [{ cell: own, context: context.part(CELL) }];
  const { cell } = config.fields;
  if (!isRecord(cell) || typeof cell.class_name !== 'string' || !isRecord(cell.config)) {
    return config.fail(`cell is ${show(cell)}`);
  }
  const inner = context.part(CELL, new LayerConfig(config.name, cell.class_name, cell.config));
  if (cell.class_name !== 'StackedRNNCells') return [ofClass(inner)];
  const counts = new Map<string, number>();
  return inner.config.list('cells').map((json, i) => {
    if (!isRecord(json) || typeof json.class_name !== 'string' || !isRecord(json.config)) {
      return config.fail(`cells hold ${show(json)}`);
    }
    const count = counts.get(json.class_name) ?? 0;
    counts.set(json.class_name, count + 1);
    const snake = json.class_name.replace(/Cell$/, '').replace('SimpleRNN', 'simple_rnn').toLowerCase();
    const attribute = `cells/${snake}_cell${count === 0 ? '' : `_${count}`}`;
    return ofClass(
      inner.part({ attribute, name: `cell_${i}` }, new LayerConfig(config.name, json.class_name, json.config)),
    );
  });
}

function ofClass(context: LayerContext): OwnCell {
  const { className } = context.config;
  const cell = CELLS.get(className.replace(/Cell$/, ''));
  if (cell === undefined) return context.config.unknown(`a cell of class ${className}`);
  return { cell, context };
}

/** One ONNX node over the whole sequence, [time, batch, features]. */
function step(
  { cell, context }: OwnCell,
  x: string,
  initial: readonly string[],
  lengths: string,
  backwards: boolean,
): { all: string; last: string[] } {
  const { config, builder, weight, dialect } = context;
  const units = config.size('units');
  const width = cell.gates.length * units;
  const features = fixed(builder.shape(x), 2, `the input of "${config.name}"`);
  const apart = gatesApart(context, cell);
  const onCudnn = ON_CUDNN.has(config.className);
  const order = onCudnn ? cudnnOrder(cell.gates.length) : undefined;
  const blocks = (name: string, former: string, size: number): string =>
    apart
      ? builder.op(
          'Concat',
          apart.map((gate) => weight(`${former}_${gate}`, [size, units])),
          { axis: 1 },
        )
      : inOrder(context, weight(name, [size, width], true, order), cell.gates, 1);
  const kernel = blocks('kernel', 'W', features);
  const recurrentKernel = blocks('recurrent_kernel', 'U', units);
  const resetAfter =
    cell.type === 'GRU' && (onCudnn || config.flag('reset_after', dialect !== 'keras2' && dialect !== 'tfjs'));
  const unsqueezed = (value: string): string => builder.op('Unsqueeze', [value, builder.ints([0])]);
  const laidOut = (value: string): string => unsqueezed(builder.op('Transpose', [value], { perm: [1, 0] }));
  const biases = onCudnn ? cudnnBiases(context, cell, width) : biasOf(context, cell, width, resetAfter);
  const states = initial.map(unsqueezed);
  const node = `${builder.layer}/${cell.type}_${builder.nodes.length}`;
  const outputs = [node, ...Array.from({ length: cell.states }, (_, i) => `${node}:state_${i}`)];
  builder.add({
    ...{ name: node, type: cell.type, layer: builder.layer, outputs },
    inputs: [x, laidOut(kernel), laidOut(recurrentKernel), biases, lengths, ...states],
    attributes: {
      hidden_size: units,
      ...(backwards && { direction: 'reverse' }),
      ...(resetAfter && { linear_before_reset: 1 }),
      ...activationsOf(context, cell),
    },
  });
  const [all = '', ...last] = outputs;
  return {
    all: builder.op('Squeeze', [all, builder.ints([1])]),
    last: last.map((state) => builder.op('Squeeze', [state, builder.ints([0])])),
  };
}

/** The names of the gates in ONNX' order, where Keras 1 keeps their weights apart: lstm_1_W_i. */
function gatesApart({ config, stored }: LayerContext, { gates, names }: Cell): string[] | undefined {
  const [first] = names;
  if (first === undefined) return undefined;
  // An archive finds weights by their number, and has the whole kernel there.
  return stored(`W_${first}`)?.at(-1) === config.size('units') ? gates.map((gate) => names[gate] ?? '') : undefined;
}

/** [1, 2 × gates × units]: of what is read, then of the state. */
function biasOf(context: LayerContext, cell: Cell, width: number, resetAfter: boolean): string {
  const { config, builder, weight } = context;
  const { gates } = cell;
  if (!config.flag('use_bias', true)) return '';
  if (resetAfter) {
    const both = weight('bias', [2, width]);
    return builder.op('Reshape', [both, builder.ints([1, 2 * width])]);
  }
  const apart = gatesApart(context, cell)?.map((gate) => weight(`b_${gate}`, [width / gates.length]));
  const own = apart ? builder.op('Concat', apart, { axis: 0 }) : inOrder(context, weight('bias', [width]), gates, 0);
  const none = constantWeight(builder, `${config.name}/${context.partName}recurrent bias`, width, 0);
  return builder.op('Unsqueeze', [builder.op('Concat', [own, none], { axis: 0 }), builder.ints([0])]);
}

/** The same from a list of both. */
function cudnnBiases(context: LayerContext, { gates }: Cell, width: number): string {
  const { builder, weight } = context;
  const both = builder.op('Reshape', [weight('bias', [2 * width]), builder.ints([2, width])]);
  return builder.op('Reshape', [inOrder(context, both, gates, 1), builder.ints([1, 2 * width])]);
}

/** The blocks of an axis in another order. */
function inOrder({ builder }: LayerContext, value: string, order: readonly number[], axis: number): string {
  if (order.every((from, i) => from === i)) return value;
  const name = `${builder.layer}/Split_${builder.nodes.length}`;
  const outputs = order.map((_, i) => `${name}:${i}`);
  builder.add({
    ...{ name, type: 'Split', layer: builder.layer, inputs: [value], outputs },
    attributes: { axis, num_outputs: order.length },
  });
  const blocks = order.map((from) => outputs[from] ?? '');
  return builder.op('Concat', blocks, { axis });
}

interface Function {
  readonly name: string;
  readonly alpha?: number;
  readonly beta?: number;
}

/** The functions ONNX' recurrent operators know. */
function functionOf({ config, dialect }: LayerContext, keras: string): Function {
  const known: Readonly<Record<string, Function>> = {
    tanh: { name: 'Tanh' },
    sigmoid: { name: 'Sigmoid' },
    relu: { name: 'Relu' },
    softsign: { name: 'Softsign' },
    softplus: { name: 'Softplus' },
    elu: { name: 'Elu', alpha: 1 },
    linear: { name: 'Affine', alpha: 1, beta: 0 },
    leaky_relu: { name: 'LeakyRelu', alpha: 0.2 },
    hard_sigmoid: { name: 'HardSigmoid', alpha: dialect === 'keras3' ? 1 / 6 : 0.2, beta: 0.5 },
  };
  return (
    (Object.hasOwn(known, keras) ? known[keras] : undefined) ??
    config.unknown(`its activation "${keras}" within a sequence`)
  );
}

function activationsOf(context: LayerContext, { type }: Cell): Record<string, readonly string[] | readonly number[]> {
  const { config, dialect } = context;
  const own = functionOf(context, activationName(config, 'activation', 'tanh'));
  if (type === 'RNN') return own.name === 'Tanh' ? {} : written([own]);
  const sigmoid = dialect === 'keras3' || ON_CUDNN.has(config.className);
  const gate = functionOf(
    context,
    activationName(config, 'recurrent_activation', sigmoid ? 'sigmoid' : 'hard_sigmoid'),
  );
  if (gate.name === 'Sigmoid' && own.name === 'Tanh') return {};
  return written(type === 'GRU' ? [gate, own] : [gate, own, own]);
}

function written(functions: readonly Function[]): Record<string, readonly string[] | readonly number[]> {
  const alphas = functions.flatMap(({ alpha }) => alpha ?? []);
  const betas = functions.flatMap(({ beta }) => beta ?? []);
  return {
    activations: functions.map(({ name }) => name),
    ...(alphas.length > 0 && { activation_alpha: alphas }),
    ...(betas.length > 0 && { activation_beta: betas }),
  };
}
