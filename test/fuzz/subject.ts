// What is done to a damaged model: opened, analysed, planned and predicted, as the sidebar does it. Runs in a process
// of its own, so that a crash or a hang is seen and ends nothing else.
import { UserError } from '../../src/errors';
import { openModel } from '../../src/formats/open';
import { costOf } from '../../src/ops/cost';
import { candidatesOf } from '../../src/pruning/candidates';
import { cut } from '../../src/pruning/cut';
import { planLayers, widthsFor } from '../../src/pruning/plan-widths';

export interface Verdict {
  readonly outcome: 'opened' | 'refused' | 'broken';
  readonly message: string;
}

export async function judge(path: string): Promise<Verdict> {
  try {
    const model = await openModel(path);
    costOf(model);
    const candidates = candidatesOf(model, undefined, { reduction: 'mean', normalization: 'none' });
    const plan = planLayers(
      candidates,
      widthsFor(candidates, () => 0.3),
    );
    const graph = cut(model.graph, plan.channels, plan.removed);
    for (const weight of graph.weights.values()) await weight.bytes();
    return { outcome: 'opened', message: '' };
  } catch (error) {
    if (error instanceof UserError) {
      const clear = error.message.length < 4000 && !/undefined|\[object Object\]|\bNaN\b/.test(error.message);
      return { outcome: clear ? 'refused' : 'broken', message: error.message.slice(0, 400) };
    }
    return { outcome: 'broken', message: String((error as Error).stack ?? error).slice(0, 600) };
  }
}
