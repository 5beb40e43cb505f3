// Scores from the layers' activations, all in one pass over the data.
import type { Split } from '../../data/dataset';
import type { Engine } from '../../engines/engine';
import { sumOver } from '../../evaluation/sums';
import type { Model } from '../../model/model';
import { loadValues } from '../../model/values';
import { NodeEmitter } from '../../ops/emitter';
import { maxoutWins } from './maxout-wins';
import type { Measure, Site } from './measure';
import { progressOf } from './progress';
import type { LayerRelevance, NamedSite, RelevanceOptions } from './score';

export async function fromActivations(
  measure: Measure,
  model: Model,
  engine: Engine,
  split: Split,
  sites: readonly NamedSite[],
  options: RelevanceOptions,
): Promise<LayerRelevance[]> {
  const emitter = new NodeEmitter('relevance');
  const outputs = sites.flatMap(({ site }) => {
    const sums = measure.fromActivations?.(emitter, site) ?? '';
    return [emitter.op('Identity', [sums]), observationsOf(emitter, site)];
  });
  const values = await loadValues(model.graph);
  const totals = await sumOver(engine, model.graph, values, split, emitter, outputs, progressOf(options));
  return sites.map(({ name, site }, i) => {
    const sums = totals[2 * i] ?? new Float64Array(site.channels);
    const observations = totals[2 * i + 1]?.[0] ?? 0;
    return {
      layer: name,
      scores: measure.fromSums?.(sums, observations) ?? sums,
      observations,
      ...(measure === maxoutWins && { neurons: site.neurons }),
      ...(site.maxout !== undefined && { maxout: site.maxout }),
    };
  });
}

/** Number of elements a channel has in a batch. */
function observationsOf(emitter: NodeEmitter, { before, channels }: Site): string {
  const size = emitter.op('Cast', [emitter.op('Size', [before.value])], { to: FLOAT });
  return emitter.op('Reshape', [emitter.op('Div', [size, emitter.float(channels)]), emitter.ints([1])]);
}

/** TensorProto.DataType FLOAT. */
const FLOAT = 1;
