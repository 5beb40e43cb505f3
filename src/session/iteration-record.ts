// What is kept of an iteration: what its model costs, how it does, and what was cut.
import { gzippedBytes } from '../model/gzipped';
import type { Model } from '../model/model';
import { costOf } from '../ops/cost';
import { analyseChannels } from '../pruning/channels';
import { layerChannels } from '../pruning/layer-channels';
import { channelsOf, partsByLayer } from '../pruning/layer-parts';
import { nonZeroCount } from '../pruning/sparsify';
import { type Judgement, worseThan } from './judge';
import type { IterationRecord, LayerRecord, OutputRecord } from './record';

export interface Iteration
  extends Pick<IterationRecord, 'index' | 'kind' | 'title' | 'cuts' | 'relevance' | 'seconds'> {
  /** The iteration that it went on from. */
  readonly from: number;
  readonly model: Model;
  readonly original: Judgement;
  readonly judgement: Judgement;
  /** Before it was retrained; undefined where nothing was changed. */
  readonly afterCut: Judgement | undefined;
  /** Whether retraining did harm. */
  readonly harmed: boolean;
  readonly seed: number;
}

export async function iterationRecord(iteration: Iteration): Promise<IterationRecord> {
  const { index, kind, from, harmed, title, model, judgement, cuts, relevance, seconds } = iteration;
  const { verification } = judgement;
  const { outputs, decided, tested } = outputRecords(iteration);
  const [first] = outputs;
  const cost = costOf(model);
  const gzipped = await gzippedBytes(model.graph);
  return {
    index,
    kind,
    ...(from !== index - 1 && { from }),
    ...(harmed && { harmed }),
    title,
    parameters: cost.parameters,
    nonZero: await nonZeroCount(model.graph),
    macs: cost.macs,
    bytes: cost.bytes,
    ...(gzipped !== undefined && { gzipped }),
    ...(outputs.length > 1 && { outputs }),
    metric: first.metric,
    score: first.score,
    interval: first.interval,
    ...(verification && { verification }),
    ...(first.validationScore !== undefined && { validationScore: first.validationScore }),
    ...(decided !== undefined && { validationPValue: decided }),
    ...(first.scoreAfterCut !== undefined && { scoreAfterCut: first.scoreAfterCut }),
    ...(tested !== undefined && { pValue: tested }),
    cuts,
    relevance,
    layers: layerRecords(model),
    seconds,
  };
}

interface OutputRecords {
  readonly outputs: readonly [OutputRecord, ...OutputRecord[]];
  readonly decided: number | undefined;
  readonly tested: number | undefined;
}

/** What is on record of each output that decides, and the p-values of all of them together. */
function outputRecords({ original, judgement, afterCut, index, seed }: Iteration): OutputRecords {
  const decided = worseThan(original, judgement, 'validation', seed);
  const tested = index === 0 ? undefined : worseThan(original, judgement, 'test', seed);
  const records = judgement.outputs.map(({ output, test, validation }, i): OutputRecord => {
    const cut = afterCut?.outputs[i];
    const [validationPValue, pValue] = [decided?.each[i], tested?.each[i]];
    return {
      output,
      metric: test.metric,
      score: test.score,
      interval: test.interval,
      ...(cut && { scoreAfterCut: cut.test.score }),
      ...(validation && { validationScore: validation.score }),
      ...(validationPValue !== undefined && { validationPValue }),
      ...(pValue !== undefined && { pValue }),
    };
  });
  const [first, ...others] = records;
  if (first === undefined) throw new Error('a judgement without outputs');
  return { outputs: [first, ...others], decided: decided?.together, tested: tested?.together };
}

function layerRecords(model: Model): LayerRecord[] {
  const made = partsByLayer(layerChannels(model, analyseChannels(model.graph)));
  return costOf(model).layers.map(({ name, type, outputShape, parameters, macs }) => {
    const parts = made.get(name);
    return {
      name,
      type,
      outputShape: [...outputShape],
      parameters,
      macs,
      ...(parts && { channels: channelsOf(parts) }),
    };
  });
}
