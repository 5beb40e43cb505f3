// The weights of a model's layers, taken from the file as its layers ask for them: each belongs to one layer, which may ask
// for it again at every call.
import type { ElementType } from '../../model/tensor';
import type { GraphBuilder } from '../../ops/builder';
import type { LayerConfig } from './config';
import type { ElementOrder } from './element-order';
import type { Run } from './run';
import { type WeightRequest, type WeightStore, weightFits, weightName, weightProblem } from './weight-store';

/** A layer while its calls are read. */
export interface Reading {
  readonly path: readonly string[];
  /** Names in the graph of its weights. */
  readonly weights: string[];
  /** The same by the names that the layer asked for. */
  readonly names: Map<string, string>;
  opaque: boolean;
}

/** A weight as a layer wants it. */
interface Wanted {
  readonly name: string;
  readonly shape: readonly number[];
  readonly trainable: boolean;
  readonly order?: ElementOrder;
}

/** Weights of such types are numbers of steps of a size that lies elsewhere. */
const INTEGERS: ReadonlySet<ElementType> = new Set<ElementType>(['int8', 'int16', 'uint8', 'uint16']);

export class ReadWeights {
  readonly #readings = new Map<string, Reading>();
  /** By name in the file: who it belongs to. */
  readonly #taken = new Map<string, string>();

  constructor(
    private readonly store: WeightStore,
    private readonly builder: GraphBuilder,
  ) {}

  /** Undefined for a layer that was not called. */
  known(full: string): Reading | undefined {
    return this.#readings.get(full);
  }

  of(path: readonly string[]): Reading {
    const full = path.join('/');
    let reading = this.#readings.get(full);
    if (reading === undefined) {
      reading = { path, weights: [], names: new Map(), opaque: false };
      this.#readings.set(full, reading);
    }
    return reading;
  }

  /** The shape of a weight in the file; undefined where there is none. */
  shape(reading: Reading, run: Run, name: string): readonly number[] | undefined {
    return this.store.find(request(reading, run, name, []))?.shape;
  }

  /** @returns its name in the graph. */
  take(config: LayerConfig, reading: Reading, run: Run, wanted: Wanted): string {
    const asked = request(reading, run, wanted.name, wanted.shape);
    run.positions.set(partOf(run), asked.index + 1);
    const name = weightName(asked);
    const known = reading.names.get(name);
    if (known !== undefined) return known;
    if (wanted.order !== undefined && this.store.orders === undefined)
      config.unknown('its order of weights in such a file');
    const weight = this.store.find({ ...asked, ...(wanted.order && { order: wanted.order }) });
    if (weight === undefined || !weightFits(weight, asked)) config.fail(weightProblem(asked, weight));
    const { type, quantization } = weight.storage;
    if (INTEGERS.has(type) && quantization === undefined) config.unknown(`weights of ${type} (${asked.name})`);
    const owner = this.#taken.get(weight.name);
    if (owner !== undefined && owner !== name) config.fail(`its weight "${weight.name}" belongs to another layer too`);
    this.#taken.set(weight.name, name);
    reading.names.set(name, weight.name);
    reading.weights.push(weight.name);
    return this.builder.addWeight({ ...weight, trainable: wanted.trainable });
  }

  /** All that the file holds of a layer that nobody here knows, in place of what was taken for it so far. */
  takeAll(reading: Reading): readonly string[] {
    for (const name of reading.weights.splice(0)) this.builder.weights.delete(name);
    reading.names.clear();
    reading.opaque = true;
    for (const weight of this.store.all(reading.path)) {
      this.#taken.set(weight.name, weight.name);
      reading.weights.push(weight.name);
      reading.names.set(weight.name, weight.name);
      this.builder.addWeight(weight);
    }
    return reading.weights;
  }
}

function request({ path }: Reading, run: Run, name: string, shape: readonly number[]): WeightRequest {
  const position = [...run.positions.values()].reduce((sum, count) => sum + count, 0);
  return { path, parts: run.parts, name, shape, index: run.positions.get(partOf(run)) ?? 0, position };
}

function partOf({ parts }: Run): string {
  return parts.map(({ attribute }) => attribute).join('/');
}
