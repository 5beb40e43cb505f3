// The paper's measure: how often a neuron is the maximum of its unit, over all samples and positions. In a network
// without maxout, neighbouring channels compete as if they were a unit.
import type { Measure } from './measure';

export const maxoutWins: Measure = {
  name: 'maxout',
  description: 'How often a neuron has the largest pre-activation of its maxout unit, over the training set.',
  source:
    'Moya Rueda, Grzeszick, Fink: Neuron Pruning for Compressing Deep Networks Using Maxout Architectures, GCPR 2017',
  needs: 'activations',
  fromActivations(emitter, site) {
    const { channels, neurons, positions } = site;
    const units = Math.ceil(channels / neurons);
    const missing = units * neurons - channels;
    const spatial = positions.map(() => 0);
    // A last unit that is short of neurons is filled up with some that never win.
    const full =
      missing === 0
        ? site.before
        : emitter.op('Pad', [
            site.before,
            emitter.ints([0, 0, ...spatial, 0, missing, ...spatial]),
            emitter.float(Number.NEGATIVE_INFINITY),
          ]);
    const grouped = emitter.op('Reshape', [full, emitter.ints([0, units, neurons, ...positions])]);
    const winner = emitter.op('ArgMax', [grouped], { axis: 2, keepdims: 1 });
    const rivals = emitter.op('Reshape', [
      emitter.ints(Array.from({ length: neurons }, (_, j) => j)),
      emitter.ints([neurons, ...positions.map(() => 1)]),
    ]);
    const wins = emitter.op('Cast', [emitter.op('Equal', [winner, rivals])], { to: 1 });
    const axes = [0, ...positions.map((_, i) => i + 3)];
    const counts = emitter.op('Reshape', [
      emitter.op('ReduceSum', [wins, emitter.ints(axes)], { keepdims: 0 }),
      emitter.ints([-1]),
    ]);
    return missing === 0 ? counts : emitter.op('Slice', [counts, emitter.ints([0]), emitter.ints([channels])]);
  },
};
