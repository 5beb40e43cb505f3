// Where a .keras archive keeps its layers' weights: layers/<class in snake case>[_n]/vars/<i>, whatever the layers are
// called. https://github.com/keras-team/keras/blob/master/keras/src/saving/saving_lib.py
import type { Weight } from '../../model/weight';
import { storedWeight } from '../h5/weights';
import type { BytesSource } from '../hdf5/bytes-source';
import type { Hdf5File } from '../hdf5/read';
import { type Topology, wrappedTopology } from '../keras/topology';
import { type Part, type WeightStore, weightName } from '../keras/weight-store';

/** Groups in which a model keeps its layers: of Keras 3, and of Keras 2. */
const CONTAINERS = ['layers', '_layer_checkpoint_dependencies', '_self_tracked_trackables'];
/** Deeper than layers nest in layers. */
const MAX_DEPTH = 64;

export class ArchiveWeights implements WeightStore {
  /** Path of its data set, by the weight's name in the graph. */
  readonly paths = new Map<string, string>();
  /** The weight's name, and the path of a data set that holds it once more. */
  readonly copies: [name: string, path: string][] = [];
  readonly #datasets: ReadonlyMap<string, Weight>;
  readonly #copied = new Set<string>();
  readonly #groups: ReadonlyMap<string, string>;
  readonly #assets: ReadonlyMap<string, string>;

  /**
   * @param datasets by their paths with slashes.
   * @param assets texts by their paths within the archive's folder of such.
   */
  constructor(
    datasets: ReadonlyMap<string, Weight>,
    topology: Topology,
    assets: ReadonlyMap<string, string> = new Map(),
  ) {
    this.#assets = assets;
    this.#datasets = datasets;
    this.#groups = groupsOf(topology);
  }

  readonly all: WeightStore['all'] = (path) => {
    const group = this.#groups.get(path.join('/'));
    if (group === undefined) return [];
    const starts = CONTAINERS.map((container) => `${group.replaceAll('*', container)}/`);
    const own = [...this.#datasets].filter(([name]) => starts.some((start) => name.startsWith(start)));
    return own.map(([stored, weight]) => {
      const start = starts.find((candidate) => stored.startsWith(candidate)) ?? '';
      const name = `${path.join('/')}/${stored.slice(start.length)}`;
      this.paths.set(name, weight.name);
      return { ...weight, name };
    });
  };

  readonly asset = (path: readonly string[], name: string): string | undefined => {
    const group = this.#groups.get(path.join('/'));
    const places = CONTAINERS.map((container) => `${group?.replaceAll('*', container)}/${name}`);
    return places.flatMap((place) => this.#assets.get(place) ?? [])[0];
  };

  readonly find: WeightStore['find'] = (request) => {
    const group = this.#groups.get(request.path.join('/'));
    if (group === undefined) return undefined;
    const paths = candidates(group, request.parts, request.index);
    const skipped = paths.some((path) => this.#copied.has(path)) ? 1 : 0;
    for (const path of skipped ? candidates(group, request.parts, request.index + skipped) : paths) {
      const weight = this.#datasets.get(path);
      if (weight === undefined) continue;
      const name = weightName(request);
      this.paths.set(name, weight.name);
      this.#noteCopy(path, name, weight);
      return { ...weight, name };
    }
    return undefined;
  };

  /** SpectralNormalization writes the kernel of the layer it wraps as its own first variable, too. */
  #noteCopy(path: string, name: string, { shape }: Weight): void {
    if (!path.endsWith(WRAPPED)) return;
    const other = `${path.slice(0, -WRAPPED.length)}/vars/0`;
    const copy = this.#datasets.get(other);
    if (copy === undefined || copy.shape.join() !== shape.join() || this.#copied.has(other)) return;
    this.#copied.add(other);
    this.copies.push([name, copy.name]);
  }
}

const WRAPPED = '/layer/vars/0';

/** Where the i-th variable of a layer, or of a part of it, may lie. Keras 2 has an underscore before some attributes. */
function candidates(group: string, parts: readonly Part[], index: number): string[] {
  const plain = parts.map(({ attribute }) => attribute);
  const within = [plain, plain.map((name) => `_${name}`)];
  const paths = CONTAINERS.flatMap((container) =>
    within.map((names) => [group.replaceAll('*', container), ...names, 'vars', String(index)].join('/')),
  );
  return [...new Set(paths)];
}

/** The group of every layer by its full name; * stands for the group in which a model keeps its layers. */
function groupsOf(topology: Topology, path: readonly string[] = [], group = ''): Map<string, string> {
  const groups = new Map<string, string>();
  const counts = new Map<string, number>();
  for (const { name, className, inside, config } of topology.entries) {
    // Operations are not among a model's layers.
    if (className.startsWith('ops.')) continue;
    const known = className.replace(/^custom /, '');
    const snake = snakeCase(OWN_NAMES.get(known) ?? known);
    const count = counts.get(snake) ?? 0;
    counts.set(snake, count + 1);
    const own = [...path, name];
    const place = `${group}/*/${count === 0 ? snake : `${snake}_${count}`}`;
    groups.set(own.join('/'), place);
    if (inside !== undefined) for (const [key, value] of groupsOf(inside, own, place)) groups.set(key, value);
    const wrapped = wrappedTopology(config.layer);
    if (wrapped !== undefined) {
      for (const [key, value] of groupsOf(wrapped, [...own, wrapped.name], `${place}/layer`)) groups.set(key, value);
    }
  }
  return groups;
}

/** Classes that configs and Python call by different names. */
const OWN_NAMES: ReadonlyMap<string, string> = new Map(
  Object.entries({ GroupQueryAttention: 'GroupedQueryAttention' }),
);

/** As Keras does: MultiHeadAttention is multi_head_attention, Conv2D conv2d. */
export function snakeCase(name: string): string {
  return name
    .replace(/\W+/g, '')
    .replace(/(.)([A-Z][a-z]+)/g, '$1_$2')
    .replace(/([a-z])([A-Z])/g, '$1_$2')
    .toLowerCase();
}

/** Every data set but the optimizer's, by its path with slashes: files saved on Windows have backslashes. */
export function datasetsOf(file: Hdf5File, source: BytesSource): Map<string, Weight> {
  const found = new Map<string, Weight>();
  const visit = (group: string, depth: number): void => {
    for (const name of file.names(group)) {
      const path = group === '/' ? `/${name}` : `${group}/${name}`;
      if (isOptimizer(path)) continue;
      const kind = file.kind(path);
      if (kind === 'group' && depth < MAX_DEPTH) visit(path, depth + 1);
      const weight = kind === 'dataset' ? storedWeight(file, source, path) : undefined;
      if (weight !== undefined) found.set(path.replaceAll('\\', '/'), weight);
    }
  };
  visit('/', 0);
  return found;
}

export function isOptimizer(path: string): boolean {
  return /^\/optimizer([/\\]|$)/.test(path);
}
