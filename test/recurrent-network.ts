// Recurrent networks as readers make them: batch first outside, time first inside.
import { BATCH, type Graph } from '../src/model/graph';
import { float32Weight } from '../src/model/weight';
import { GraphBuilder } from '../src/ops/builder';
import { drawn } from './tensors';

export type RecurrentType = 'LSTM' | 'GRU' | 'RNN';

const GATES: Readonly<Record<RecurrentType, number>> = { LSTM: 4, GRU: 3, RNN: 1 };

export interface RecurrentSizes {
  readonly steps: number;
  readonly features: number;
  readonly units: number;
  readonly classes: number;
}

/** [batch, steps, features] through one recurrent layer, its last state to class probabilities. */
export function recurrentNetwork(type: RecurrentType, { steps, features, units, classes }: RecurrentSizes): Graph {
  const builder = new GraphBuilder();
  const weight = (name: string, shape: number[]): string => {
    const { data } = drawn(shape, type, name);
    return builder.addWeight(
      float32Weight(
        name,
        shape,
        (data as Float32Array).map((value) => 0.4 * value),
      ),
    );
  };
  const x = builder.addInput({ name: 'x', type: 'float32', shape: [BATCH, steps, features] });
  builder.layer = 'recurrent';
  const rows = GATES[type] * units;
  builder.add({
    name: 'recurrent',
    type,
    inputs: [
      builder.op('Transpose', [x], { perm: [1, 0, 2] }),
      weight('recurrent/kernel', [1, rows, features]),
      weight('recurrent/recurrent_kernel', [1, rows, units]),
      weight('recurrent/bias', [1, 2 * rows]),
    ],
    outputs: ['', 'last'],
    attributes: { hidden_size: units },
    layer: 'recurrent',
  });
  const state = builder.op('Reshape', ['last', builder.ints([-1, units])]);
  builder.layer = 'classes';
  const logits = builder.op('Gemm', [
    state,
    weight('classes/kernel', [units, classes]),
    weight('classes/bias', [classes]),
  ]);
  builder.addOutput(builder.op('Softmax', [logits], { axis: -1 }));
  return builder.build();
}
