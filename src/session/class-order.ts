// Whether a model numbers its classes otherwise than the data, whose named classes are numbered in the order of their names
// unless someone says another.
import type { ClassTarget, Split } from '../data/dataset';
import { type Engine, outputOf } from '../engines/engine';
import { metricFor } from '../evaluation/metrics/index';
import { runOver } from '../evaluation/run-over';
import type { Model } from '../model/model';
import { loadValues } from '../model/values';

/** Test samples looked at, and what the share of right ones must be in another order, and gain by it. */
const LOOKED_AT = 500;
const GOOD = 0.6;
const GAIN = 0.3;
/** Samples of a class that its place in the order is told by. */
const LEAST = 3;

/** One sentence about the order that fits; undefined where classes have no names, or none fits much better. */
export async function otherOrder(
  model: Model,
  split: Split,
  engine: Engine,
  accuracy: number,
): Promise<string | undefined> {
  const [target] = split.targets;
  if (target?.kind !== 'classes' || target.classNames === undefined || target.shape.length > 0) return undefined;
  if (accuracy > 1 - GAIN) return undefined;
  const { classNames, classes } = target;
  const counts = await confusion(model, split, target, engine);
  if (counts === undefined) return undefined;
  // For every output the class that it says most of.
  const order = counts.map((said) => said.indexOf(Math.max(...said)));
  const seen = order.every((own, output) => (counts[output]?.[own] ?? 0) >= LEAST);
  if (!seen || new Set(order).size < classes) return undefined;
  const all = counts.flat().reduce((sum, count) => sum + count, 0);
  const right = order.reduce((sum, own, output) => sum + (counts[output]?.[own] ?? 0), 0) / all;
  if (right < GOOD || right < accuracy + GAIN) return undefined;
  const names = order.map((own) => classNames[own] ?? '').join(',');
  return (
    `the model is right on ${percent(accuracy)} of the test samples with its classes in the order ` +
    `${classNames.join(', ')}, and on ${percent(right)} in another: --classes "${names}" (data.classes in a recipe)`
  );
}

/** How often each output was the largest for samples of each class. */
async function confusion(
  { graph }: Model,
  split: Split,
  target: ClassTarget,
  engine: Engine,
): Promise<number[][] | undefined> {
  const { classes, labels, output } = target;
  const name = graph.outputs[output]?.name;
  const counts = Array.from({ length: classes }, () => new Array<number>(classes).fill(0));
  if (name === undefined) return undefined;
  const { threshold } = metricFor(graph, target).observed;
  let known = true;
  await runOver(
    engine,
    graph,
    await loadValues(graph),
    split,
    (outputs, done, _, batch) => {
      const { data, shape } = outputOf(outputs, name);
      const width = shape.at(-1) ?? 1;
      known &&= width === classes || (width === 1 && classes === 2);
      for (let i = 0; known && i < batch; i++) {
        const scores = Array.from(data.slice(i * width, (i + 1) * width), Number);
        const said = width === 1 ? Number((scores[0] ?? 0) > threshold) : scores.indexOf(Math.max(...scores));
        const row = counts[said];
        const label = labels[done - batch + i] ?? 0;
        if (row) row[label] = (row[label] ?? 0) + 1;
      }
    },
    { limit: LOOKED_AT },
  );
  return known ? counts : undefined;
}

function percent(share: number): string {
  return `${Number((100 * share).toPrecision(2))} %`;
}
