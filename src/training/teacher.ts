// A teacher: a trained network whose outputs another one learns from (distillation; Hinton, Vinyals & Dean 2015).
import { evaluationBatches } from '../data/batches';
import type { Split } from '../data/dataset';
import { SampleFeed } from '../data/feed';
import { type Engine, type Feeds, outputOf, type Program } from '../engines/engine';
import { fixedBatch, type Graph } from '../model/graph';
import { elementCount, float32, type Tensor } from '../model/tensor';
import type { Values } from '../model/values';
import type { LossName } from './loss/loss';
import { type Objective, objectivesOf, untilLogits } from './objective';

/** How much is learnt from the teacher, and how. */
export interface Distillation {
  /** Both networks' scores are divided by it: the higher, the more the unlikely classes count. */
  readonly temperature: number;
  /** Share of the loss that is the teacher's; the rest is the labels'. */
  readonly weight: number;
}

/** What is known by heart of a whole training set takes so many bytes at most. */
const MAX_BYTES = 2 ** 28;
/** Samples a run where all are learnt by heart. */
const BATCH = 250;

/** What the teacher says of the samples of one split: by heart where they never change, else asked at every batch. */
export class Teacher {
  readonly #objectives: readonly Objective[];
  readonly #graph: Graph;
  #known: readonly Float32Array[] | undefined;
  #program: Program | undefined;

  /** @param loss as the student is trained by. */
  constructor(
    private readonly engine: Engine,
    private readonly graph: Graph,
    private readonly values: Values,
    private readonly split: Split,
    loss?: LossName,
  ) {
    this.#objectives = objectivesOf(graph, split.targets, loss);
    const logits = untilLogits(graph, this.#objectives);
    const outputs = this.#objectives.map((own) => ({ name: own.logits, type: 'float32' as const, shape: [] }));
    this.#graph = { ...logits, outputs };
  }

  /** @param shapes of the objectives' logits, with the batch. */
  async lesson(shapes: readonly (readonly number[])[]): Promise<Lesson> {
    this.#program ??= await this.engine.compile(this.#graph, this.values);
    const size = shapes.reduce((sum, [, ...shape]) => sum + elementCount(shape), 0);
    if (this.split.augmented !== true && 4 * size * this.split.count <= MAX_BYTES) {
      this.#known ??= await this.#learnByHeart(shapes);
    }
    return new Lesson(
      shapes.map((shape) => float32(shape, new Float32Array(elementCount(shape)))),
      this.#known,
      (inputs) => this.#ask(inputs),
    );
  }

  async dispose(): Promise<void> {
    await this.#program?.dispose();
    this.#program = undefined;
  }

  /** In the samples' order, so that it is the same whenever it is done. */
  async #learnByHeart(shapes: readonly (readonly number[])[]): Promise<Float32Array[]> {
    const sizes = shapes.map(([, ...shape]) => elementCount(shape));
    const known = sizes.map((size) => new Float32Array(size * this.split.count));
    const fixed = fixedBatch(this.graph);
    const batch = fixed ?? Math.min(BATCH, this.split.count);
    let feed = new SampleFeed(this.graph.inputs, this.split, batch);
    for (const indices of evaluationBatches(this.split.count, batch)) {
      if (fixed === undefined && indices.length < batch)
        feed = new SampleFeed(this.graph.inputs, this.split, indices.length);
      await feed.load(indices);
      const outputs = await this.#ask(feed.tensors);
      outputs.forEach((output, i) => {
        const size = sizes[i] ?? 0;
        const rows = (output.data as Float32Array).subarray(0, indices.length * size);
        (known[i] as Float32Array).set(rows, (indices[0] as number) * size);
      });
    }
    return known;
  }

  async #ask(inputs: Feeds): Promise<Tensor[]> {
    const outputs = await (this.#program as Program).run(inputs);
    return this.#objectives.map(({ logits }) => outputOf(outputs, logits));
  }
}

/** What the teacher says of one batch after the other. */
export class Lesson {
  constructor(
    /** Of every objective; their values change with every load. */
    readonly tensors: readonly Tensor[],
    private readonly known: readonly Float32Array[] | undefined,
    private readonly ask: (inputs: Feeds) => Promise<Tensor[]>,
  ) {}

  /** @param inputs the samples of these indices, as they are fed. */
  async load(indices: ArrayLike<number>, inputs: Feeds): Promise<void> {
    if (this.known === undefined) {
      const said = await this.ask(inputs);
      this.tensors.forEach(({ data }, i) => {
        (data as Float32Array).set(said[i]?.data as Float32Array);
      });
      return;
    }
    this.tensors.forEach(({ data, shape }, o) => {
      const size = elementCount(shape.slice(1));
      const known = this.known?.[o] as Float32Array;
      for (let i = 0; i < indices.length; i++) {
        const index = indices[i] as number;
        (data as Float32Array).set(known.subarray(index * size, (index + 1) * size), i * size);
      }
    });
  }
}
