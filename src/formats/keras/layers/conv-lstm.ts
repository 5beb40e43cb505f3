// ConvLSTM1D to ConvLSTM3D: kernel [...positions, in, 4 × filters], recurrent_kernel [...positions, filters, 4 × filters],
// bias [4 × filters], gates input, forget, cell, output. ONNX has no such operator: the steps are written one by one.
import { fixed } from '../../../model/graph';
import { type Activation, firstOf, fromFirst, fromLast, toLast } from '../activation';
import { activationFunction, activationName } from '../activation-function';
import type { LayerContext, LayerFamily } from '../family';
import { toConvWeight, windowOf } from './conv';
import { padsOf, splitPads } from './padding';

const CELL = { attribute: 'cell', name: '' };
const GATES = 4;
/** Longer sequences would make a graph nobody wants to run. */
const MAX_STEPS = 256;

export const convLstm: LayerFamily = {
  classes: ['ConvLSTM1D', 'ConvLSTM2D', 'ConvLSTM3D'],
  read(context): Activation[] {
    const { config, builder, inputs } = context;
    const [sequence, ...given] = inputs;
    if (sequence === undefined || given.length > 0) return config.unknown('states it is given');
    if (sequence.mask !== undefined) config.unknown('a mask');
    if (config.channelsFirst()) config.unknown('channels that lie first');
    const steps = sequence.shape[1];
    if (typeof steps !== 'number' || steps > MAX_STEPS) return config.unknown('sequences of open or great length');
    // Its recurrent weights would stand in no computation, and not be cut with the others.
    if (steps === 1) return config.unknown('a sequence of one step');
    const weights = weightsOf(context, sequence);
    const read = readBySteps(context, sequence, weights, steps);
    if (config.flag('go_backwards', false)) read.reverse();
    const made: State[] = [];
    for (const gates of read) made.push(nextState(context, gates, weights, made.at(-1)));
    const { output, memory } = made.at(-1) as State;
    const whole = (): Activation => {
      const turned = made.map((state) => {
        const last = builder.op('Transpose', [state.output], { perm: toLast(builder.shape(state.output).length) });
        return builder.op('Unsqueeze', [last, builder.ints([1])]);
      });
      return fromLast(builder, builder.op('Concat', turned, { axis: 1 }));
    };
    const result = config.flag('return_sequences', false) ? whole() : fromFirst(builder, output);
    const returned = config.flag('return_state', false) ? [output, memory] : [];
    return [result, ...returned.map((value) => fromFirst(builder, value))];
  },
  resize: (config, { weight }) => ({ ...config, filters: weight('recurrent_kernel')?.at(-2) }),
};

/** Of each gate, convolutions' weights as ONNX has them. */
interface Weights {
  readonly kernels: readonly string[];
  readonly recurrent: readonly string[];
  readonly biases: readonly string[];
}

function weightsOf(context: LayerContext, sequence: Activation): Weights {
  const { config, builder } = context;
  const { weight } = context.part(CELL);
  const { kernel } = windowOf(context);
  if (sequence.shape.length !== kernel.length + 3)
    config.fail(`wants an input of ${kernel.length + 3} axes, its input is [${sequence.shape.join(', ')}]`);
  const width = GATES * config.size('filters');
  const channels = fixed(sequence.shape, -1, 'the number of channels it reads');
  const turned = (value: string): string[] =>
    split(context, value, kernel.length + 1, GATES).map((own) =>
      builder.op('Transpose', [own], { perm: toConvWeight(kernel.length) }),
    );
  return {
    kernels: turned(weight('kernel', [...kernel, channels, width])),
    recurrent: turned(weight('recurrent_kernel', [...kernel, width / GATES, width])),
    biases: config.flag('use_bias', true) ? split(context, weight('bias', [width]), 0, GATES) : [],
  };
}

/** What the sequence adds to each gate at each step: convolutions over the whole of it, one step deep. */
function readBySteps(context: LayerContext, sequence: Activation, weights: Weights, steps: number): string[][] {
  const { builder } = context;
  const { kernel, strides, dilations } = windowOf(context);
  const pads = padsOf(context, { spatial: sequence.shape.slice(2, -1), kernel, strides, dilations });
  const axes = kernel.length;
  const deep = {
    strides: [1, ...strides],
    dilations: [1, ...dilations],
    pads: [0, ...pads.slice(0, axes), 0, ...pads.slice(axes)],
  };
  const x = firstOf(builder, sequence);
  const byGate = weights.kernels.map((own, gate) => {
    const bias = weights.biases.slice(gate, gate + 1);
    const read = builder.op('Conv', [x, builder.op('Unsqueeze', [own, builder.ints([2])]), ...bias], deep);
    return split(context, read, 2, steps).map((part) => builder.op('Squeeze', [part, builder.ints([2])]));
  });
  return Array.from({ length: steps }, (_, step) => byGate.map((gate) => gate[step] ?? ''));
}

/** [batch, filters, ...positions]. */
interface State {
  readonly output: string;
  readonly memory: string;
}

/** One step; before the first there are zeros. */
function nextState(context: LayerContext, read: readonly string[], { recurrent }: Weights, before?: State): State {
  const { builder, config } = context;
  const { kernel } = windowOf(context);
  const pads = splitPads(kernel.map((size) => size - 1));
  const [entered, forgotten, proposed, shown] = read.map((value, gate) =>
    before ? builder.op('Add', [value, builder.op('Conv', [before.output, recurrent[gate] ?? ''], { pads })]) : value,
  ) as [string, string, string, string];
  const bend = activationFunction(context, activationName(config, 'activation', 'tanh'));
  const open = activationFunction(context, activationName(config, 'recurrent_activation', 'hard_sigmoid'));
  const added = builder.op('Mul', [open(entered), bend(proposed)]);
  const memory = before ? builder.op('Add', [builder.op('Mul', [open(forgotten), before.memory]), added]) : added;
  return { memory, output: builder.op('Mul', [open(shown), bend(memory)]) };
}

/** A value in equal parts along an axis. */
function split({ builder }: LayerContext, value: string, axis: number, count: number): string[] {
  if (count === 1) return [value];
  const name = `${builder.layer}/Split_${builder.nodes.length}`;
  const outputs = Array.from({ length: count }, (_, i) => `${name}:${i}`);
  builder.add({
    ...{ name, type: 'Split', layer: builder.layer, inputs: [value], outputs },
    attributes: { axis, num_outputs: count },
  });
  return outputs;
}
