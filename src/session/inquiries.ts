// Answers a window's questions about models, and does for it what takes seconds: no file that is there is changed.
import { type CancellationToken, type MessageConnection, ResponseError } from 'vscode-jsonrpc/node';
import { availableEngines } from '../engines/available';
import { onnxruntime } from '../engines/onnxruntime';
import { messageOf, UserError } from '../errors';
import { type Latency, speedUp } from '../evaluation/latency';
import { openModel } from '../formats/open';
import { gzippedBytes } from '../model/gzipped';
import type { Model } from '../model/model';
import * as protocol from '../protocol/session';
import { inspectModel } from '../pruning/inspect';
import { MEASURES, measureOf } from '../pruning/relevance/index';
import { type LayerRelevance, measureRelevance } from '../pruning/relevance/score';
import { speedWords } from '../report/speed';
import { chooseEngine } from '../training/choose-engine';
import { benchModels } from './bench';
import { channelWeights } from './channel-weights';
import { type ComparisonTest, nonZero, type OutputTest, testModels } from './compare';
import { openData, openFittedData } from './data';
import { makeExample } from './example';
import { ofOutput } from './judge';
import { Predictor } from './predict';
import { makeRecipe } from './recipe';
import { pruneWithoutData } from './without-data';

/** Fault codes of an answer: what a person can mend, and what is a fault of ours. */
const USER_ERROR = 1;
const OUR_ERROR = 2;

export function answerInquiries(connection: MessageConnection): void {
  const predictor = new Predictor();
  connection.onRequest(protocol.inspect, answered(inspection));
  connection.onRequest(
    protocol.predict,
    answered(({ recipe, folder }) => predictor.predict(makeRecipe(recipe, folder, 'The recipe'))),
  );
  connection.onRequest(
    protocol.cut,
    answered(({ recipe, folder, out }) => pruneWithoutData(makeRecipe(recipe, folder, 'The recipe'), out)),
  );
  connection.onRequest(protocol.channelWeights, answered(channelWeights));
  connection.onRequest(protocol.compare, answered(comparison));
  connection.onRequest(
    protocol.speed,
    answered((question, cancelled) =>
      speedOf(
        question,
        cancelled,
        (progress) =>
          // Nobody waits for a report to arrive.
          void connection.sendProgress(protocol.reporting, question.progress, progress),
      ),
    ),
  );
  connection.onRequest(protocol.measures, () =>
    [...MEASURES.values()].map(({ name, description, source, needs }) => ({ name, description, source, needs })),
  );
  connection.onRequest(protocol.engines, async () =>
    (await availableEngines()).map(({ engine, backend, ...report }) => ({
      name: `${engine} (${backend})`,
      available: report.available,
      description: report.description,
    })),
  );
  connection.onRequest(
    protocol.makeExample,
    answered(({ folder, progress }, cancelled) =>
      makeExample(
        folder,
        // Nobody waits for a report to arrive.
        (report) => void connection.sendProgress(protocol.reporting, progress, report),
        () => cancelled.isCancellationRequested,
      ),
    ),
  );
  connection.onRequest(
    protocol.relevance,
    answered(async (question, cancelled) => {
      const { model, measure, k } = question;
      const measured = await measuredRelevance(question, cancelled, (progress) =>
        connection.sendProgress(protocol.reporting, question.progress, progress),
      );
      await predictor.remember(model, measure, k, measured);
      return relevanceOf(measure, measured);
    }),
  );
}

/** Errors arrive as they were said, without what the transport would put around them. */
function answered<Question, Answer>(
  answer: (question: Question, cancelled: CancellationToken) => Promise<Answer>,
): (question: Question, cancelled: CancellationToken) => Promise<Answer> {
  return async (question, cancelled) => {
    try {
      return await answer(question, cancelled);
    } catch (error) {
      if (error instanceof UserError) throw new ResponseError(USER_ERROR, error.message);
      throw new ResponseError(OUR_ERROR, `${messageOf(error)}. This is a fault of ours, please report it.`);
    }
  };
}

async function inspection({ model: path }: { readonly model: string }): Promise<protocol.Inspection> {
  return inspected(await openModel(path), path);
}

function inspected(model: Model, path: string): protocol.Inspection {
  return { ...inspectModel(model), path, warnings: model.warnings };
}

async function measuredRelevance(
  { model: path, data: choice, measure: name, k, seed, threads, layers }: protocol.RelevanceQuestion,
  cancelled: CancellationToken,
  onProgress: (progress: protocol.Progress) => Promise<void>,
): Promise<LayerRelevance[]> {
  if (k < 2) throw new UserError(`At least 2 neurons compete in a unit, k is ${k}.`);
  const measure = measureOf(name);
  const model = await openModel(path);
  const data = choice && (await openFittedData(choice, seed, model));
  // Gradients take what training takes.
  const trainedOn = measure.needs === 'gradients' ? data?.inputs : undefined;
  const { engine } = await chooseEngine('auto', model.graph, { threads, trainedOn });
  return measureRelevance(measure, model, engine, data?.train, {
    k,
    seed,
    ...(layers && { layers }),
    onProgress(done, of) {
      // Nobody waits for a report to arrive.
      void onProgress({ done, of });
    },
    stopped: () => cancelled.isCancellationRequested,
  });
}

function relevanceOf(measure: string, measured: readonly LayerRelevance[]): protocol.Relevance {
  return {
    measure,
    layers: measured.map(({ layer, scores, observations, neurons }) => ({
      layer,
      scores: [...scores],
      observations,
      ...(neurons !== undefined && { neurons }),
    })),
  };
}

/** Rounds in which two models take turns, and samples at a time for the throughput. */
const ROUNDS = 30;
const BATCH = 64;

async function speedOf(
  { before: beforePath, after: afterPath, data, seed, threads }: protocol.SpeedQuestion,
  cancelled: CancellationToken,
  onProgress: (progress: protocol.Progress) => void,
): Promise<protocol.Speed> {
  const models = [await openModel(beforePath), await openModel(afterPath)];
  const engine = onnxruntime({ threads });
  const [before, after] = await benchModels(engine, models, {
    rounds: ROUNDS,
    batch: BATCH,
    seed,
    ...(data && { data }),
    onRound: (done, of) => onProgress({ done, of }),
    stopped: () => cancelled.isCancellationRequested,
  });
  if (before === undefined || after === undefined) throw new Error('two models were measured');
  const figures = ({ median, p95, throughput }: Latency): protocol.SpeedFigures => ({ median, p95, throughput });
  const words = speedWords(speedUp(before, after));
  const used = `${engine.name}, ${threads === 0 ? 'a thread for each core' : threads === 1 ? '1 thread' : `${threads} threads`}`;
  return { before: figures(before), after: figures(after), batch: BATCH, words, engine: used };
}

async function sizesOf(model: Model): Promise<protocol.ComparedFigures> {
  const gzipped = await gzippedBytes(model.graph);
  return { nonZero: await nonZero(model), ...(gzipped !== undefined && { gzipped }) };
}

type Test = OutputTest & Pick<NonNullable<protocol.Comparison['test']>, 'others'>;

/** Of several outputs that decide the one that is worst before the others, p-values corrected for their number. */
function decisive({ others, notes: _, ...first }: ComparisonTest, output: string | undefined): Test {
  if (others.length === 0 || output !== undefined) return first;
  const all = [first, ...others].map((own) => ({
    ...own,
    metric: ofOutput(own.metric, own.target),
    pValue: Math.min(1, (1 + others.length) * own.pValue),
  }));
  const worst = all.reduce((found, own) => (own.pValue < found.pValue ? own : found));
  return {
    ...worst,
    words: all.map(({ words }) => words).join(' '),
    others: all.filter((own) => own !== worst).map(({ metric, scores, pValue }) => ({ metric, scores, pValue })),
  };
}

async function comparison({
  before: beforePath,
  after: afterPath,
  data: choice,
  metric,
  seed,
  threads,
}: protocol.ComparisonQuestion): Promise<protocol.Comparison> {
  const [before, after] = [await openModel(beforePath), await openModel(afterPath)];
  const data = choice && (await openData(choice, seed, before));
  const tested =
    data && (await testModels(before, after, data, onnxruntime({ threads }), { seed, ...(metric && { metric }) }));
  const test = tested && decisive(tested, choice.output);
  return {
    before: {
      ...inspected(before, beforePath),
      ...(await sizesOf(before)),
      ...(test && { score: test.scores[0] }),
    },
    after: { ...inspected(after, afterPath), ...(await sizesOf(after)), ...(test && { score: test.scores[1] }) },
    ...(test && {
      test: {
        metric: test.metric,
        samples: test.samples,
        pValue: test.pValue,
        words: test.words,
        ...(test.others && { others: test.others }),
      },
    }),
  };
}
