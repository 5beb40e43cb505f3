// What is done to a damaged model: opened and looked at, as the sidebar does it, and what still opens is cut, written and
// read again. Runs in a process of its own, so that a crash or a hang is seen and ends nothing else.
import { onnxruntime } from '../../src/engines/onnxruntime';
import { UserError } from '../../src/errors';
import { openModel } from '../../src/formats/open';
import type { Graph } from '../../src/model/graph';
import { elementCount } from '../../src/model/tensor';
import { candidatesOf } from '../../src/pruning/candidates';
import { cut } from '../../src/pruning/cut';
import { inspectModel } from '../../src/pruning/inspect';
import { planLayers, widthsFor } from '../../src/pruning/plan-widths';
import { l1Norm } from '../../src/pruning/relevance/l1-norm';
import { measureRelevance } from '../../src/pruning/relevance/score';

export interface Task {
  readonly path: string;
  /** A folder to write to. */
  readonly result: string;
}

export interface Verdict {
  readonly outcome: 'opened' | 'refused' | 'broken';
  readonly message: string;
}

/** @param result a folder to write to. */
export async function judge(path: string, result: string): Promise<Verdict> {
  try {
    const model = await openModel(path);
    inspectModel(model);
    const relevance = await measureRelevance(l1Norm, model, engine, undefined, { k: 4, seed: 1 });
    const candidates = candidatesOf(model, relevance, { reduction: 'mean', normalization: 'none' });
    const plan = planLayers(
      candidates,
      widthsFor(candidates, () => 0.3),
    );
    const graph = cut(model.graph, plan.channels, plan.removed);
    const again = await openModel(await model.container.write({ ...model, graph }, result));
    const [wanted, found] = [parametersOf(graph), parametersOf(again.graph)];
    if (wanted === found) return { outcome: 'opened', message: '' };
    return { outcome: 'broken', message: `${wanted} parameters were written, ${found} read again` };
  } catch (error) {
    if (error instanceof UserError) {
      const clear = error.message.length < 4000 && !/undefined|\[object Object\]|\bNaN\b/.test(error.message);
      return { outcome: clear ? 'refused' : 'broken', message: error.message.slice(0, 400) };
    }
    const { stack, cause } = error as Error;
    const why = cause instanceof Error ? `\ncaused by ${cause.stack}` : '';
    return { outcome: 'broken', message: `${stack ?? error}${why}`.slice(0, 1500) };
  }
}

const engine = onnxruntime({ threads: 1 });

function parametersOf({ weights }: Graph): number {
  return [...weights.values()].reduce((sum, { shape }) => sum + elementCount(shape), 0);
}
