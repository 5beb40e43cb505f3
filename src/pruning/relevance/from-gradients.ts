// Scores from what the channels do to the loss, all in one pass over the data.
import type { Split } from '../../data/dataset';
import type { Engine } from '../../engines/engine';
import { UserError } from '../../errors';
import type { Model } from '../../model/model';
import { loadValues } from '../../model/values';
import { NoGradientRule } from '../../ops/operator';
import type { Gradients } from '../../training/gradient-graph';
import { sumOfGradients } from '../../training/gradients';
import { emitEffects } from './effects';
import type { Measure } from './measure';
import { progressOf } from './progress';
import type { LayerRelevance, NamedSite, RelevanceOptions } from './score';

export async function fromGradients(
  measure: Measure,
  { graph }: Model,
  engine: Engine,
  split: Split,
  sites: readonly NamedSite[],
  options: RelevanceOptions,
): Promise<LayerRelevance[]> {
  const wanted = sites.map(({ site }) => site.read.value);
  const emit = (gradients: Gradients): string[] =>
    sites.map(({ site }) => {
      const effects = emitEffects(gradients, site.read, graph.inputs[0]?.shape[0]);
      return gradients.tape.op('Identity', [measure.fromEffects?.(gradients.tape, effects) ?? '']);
    });
  try {
    const totals = await sumOfGradients(engine, graph, await loadValues(graph), split, wanted, emit, {
      targets: measure.targets ?? 'given',
      seed: options.seed,
      ...(options.loss && { loss: options.loss }),
      ...progressOf(options),
    });
    return sites.map(({ name, site }, i) => ({
      layer: name,
      scores: totals[i] ?? new Float64Array(site.channels),
      observations: split.count,
      ...(site.maxout !== undefined && { maxout: site.maxout }),
    }));
  } catch (error) {
    if (!(error instanceof NoGradientRule)) throw error;
    throw new UserError(
      `The measure "${measure.name}" needs gradients, and there is ${error.message}. Choose a measure of weights or activations.`,
    );
  }
}
