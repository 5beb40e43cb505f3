// Opens an ONNX model: its graph at once, its weights when they are asked for.
import { basename, dirname } from 'node:path';
import { UserError } from '../../errors';
import { BATCH, type Dimension, type Graph } from '../../model/graph';
import type { Model } from '../../model/model';
import { withFreeBatch } from './batch';
import { importWithBranches } from './branches';
import { withComputedWeights } from './computed-weights';
import { onnxContainer } from './container';
import { withoutFunctions } from './functions';
import type { ImportedGraph } from './import-graph';
import { withLayers } from './layers';
import { GraphField, ModelField, OpsetField } from './messages';
import { withOwnVectors } from './own-vectors';
import { scanModel } from './scan';
import { ExternalFiles } from './stored-tensor';
import { BYTES, Message } from './wire';

/** Before opset 7 broadcasting had other rules; after the last, operators may mean what nobody knows yet. */
const FIRST_OPSET = 7;
const LAST_OPSET = 23;

/** @param path an ONNX file. */
export async function readOnnx(path: string): Promise<Model> {
  const proto = scanModel(path);
  if (!proto.has(ModelField.graph)) throw new UserError(`${path} is no ONNX model: it has no graph.`);
  try {
    return await readModel(path, proto);
  } catch (error) {
    throw error instanceof UserError ? new UserError(`${path}: ${error.message}`, { cause: error }) : error;
  }
}

async function readModel(path: string, file: Message): Promise<Model> {
  const flat = withoutFunctions(file);
  const { opset, domains } = opsets(flat.proto);
  const external = new ExternalFiles(dirname(path));
  const read = await importWithBranches(flat.proto.message(ModelField.graph) ?? new Message([]), {
    opset,
    domains,
    external,
  });
  const proto = flat.proto.with(ModelField.graph, BYTES, [read.file]);
  const isWrittenOut = flat.warnings.length + read.warnings.length > 0;
  const asStored = isWrittenOut ? { asStored: file } : {};
  const imported = withComputedWeights(read.imported, proto, { nodes: read.file.messages(GraphField.node), external });
  const { graph: own, copies } = withOwnVectors(imported.graph);
  const free = withBatch(own);
  const { graph, layers } = withLayers(withFrozenStatistics(free.graph));
  return {
    name: read.file.text(GraphField.name) || basename(path).replace(/\.onnx$/i, ''),
    graph,
    layers,
    container: onnxContainer({ path, proto, ...asStored, imported, copies, opset, external }, graph),
    warnings: [
      ...flat.warnings,
      ...read.warnings,
      ...free.warnings,
      ...opaqueWarnings(imported),
      ...computedWarnings(imported),
      ...(opset > LAST_OPSET ? [newer(opset)] : []),
    ],
  };
}

function newer(opset: number): string {
  return `the model uses operator set ${opset}; Neuron Pruner knows them up to ${LAST_OPSET} and reads the rest as if nothing had changed`;
}

function opsets(proto: Message): { opset: number; domains: Map<string, number> } {
  const domains = new Map<string, number>();
  let opset: number | undefined;
  for (const entry of proto.messages(ModelField.opset)) {
    const domain = entry.text(OpsetField.domain);
    const version = entry.integer(OpsetField.version);
    if (domain === '' || domain === 'ai.onnx') opset = version;
    else domains.set(domain, version);
  }
  if (opset === undefined) throw new UserError('it does not say which version of the ONNX operators it uses');
  if (opset < FIRST_OPSET) {
    throw new UserError(
      `it uses operator set ${opset}; Neuron Pruner reads ${FIRST_OPSET} and later. ` +
        `Bring it up to date with onnx.version_converter.`,
    );
  }
  return { opset, domains };
}

/** Axis 0 of every input as the batch: named so by the file, or fixed there and free for every node. */
function withBatch(graph: Graph): { graph: Graph; warnings: string[] } {
  const names = new Set(graph.inputs.map(({ shape }) => shape[0]).filter((size) => typeof size === 'string'));
  if (names.size > 0) return { graph: renamed(graph, names), warnings: [] };
  const free = withFreeBatch(graph);
  if (free !== undefined) return { graph: free, warnings: [] };
  const batch = graph.inputs[0]?.shape[0];
  if (batch === undefined) {
    const which =
      graph.inputs[0] === undefined
        ? 'the model has no input'
        : `the input "${graph.inputs[0].name}" is a single number`;
    return {
      graph,
      warnings: [
        `${which}, so that samples have no axis to lie along: it can be cut by its weights, not measured or trained`,
      ],
    };
  }
  return {
    graph,
    warnings: [
      `the model was exported for batches of ${batch} and its nodes depend on it: it is measured and trained by as many at a time`,
    ],
  };
}

function renamed(graph: Graph, names: ReadonlySet<Dimension>): Graph {
  const rename = (size: Dimension): Dimension => (names.has(size) ? BATCH : size);
  const declared = new Map([...(graph.declared ?? [])].map(([name, shape]) => [name, shape.map(rename)]));
  const change = <T extends { shape: readonly Dimension[] }>(value: T): T => ({
    ...value,
    shape: value.shape.map(rename),
  });
  return { ...graph, inputs: graph.inputs.map(change), outputs: graph.outputs.map(change), declared };
}

/** Moving averages, quantised weights and their scales are not trained by gradient. */
function withFrozenStatistics(graph: Graph): Graph {
  const fixed = new Set<string>();
  for (const { type, inputs } of graph.nodes) {
    if (type === 'BatchNormalization') for (const name of inputs.slice(3)) fixed.add(name);
    if (type.includes('QuantizeLinear') || type.startsWith('QLinear')) for (const name of inputs) fixed.add(name);
  }
  const weights = new Map(
    [...graph.weights].map(([name, weight]) => {
      const float = weight.storage.type.includes('float');
      return [name, fixed.has(name) || !float ? { ...weight, trainable: false } : weight];
    }),
  );
  return { ...graph, weights };
}

function opaqueWarnings({ opaque }: ImportedGraph): string[] {
  return [...opaque].map(([reason, nodes]) => {
    const named = nodes.slice(0, 3).join(', ') + (nodes.length > 3 ? ` and ${nodes.length - 3} more` : '');
    return `${reason}: what ${named} ${nodes.length === 1 ? 'touches' : 'touch'} can't be pruned`;
  });
}

/** What is written may be more than other widths. */
function computedWarnings({ computed }: ImportedGraph): string[] {
  if (computed.size === 0) return [];
  const names = [...computed.keys()];
  const named = names.slice(0, 3).join(', ') + (names.length > 3 ? ` and ${names.length - 3} more` : '');
  return [
    `the model works out ${named} from other weights each time it runs (weight or spectral normalisation, standardised ` +
      'kernels): where they change, what they come to is written instead of the nodes that make it',
  ];
}

/** Whether a file may be an ONNX model: protobuf has no magic, so its first field must be one that a ModelProto has. */
export function looksLikeOnnx(start: Uint8Array): boolean {
  const [tag = 0, next = 0] = start;
  const [field, wire] = [tag >> 3, tag & 7];
  if (tag >= 0x80 || start.length < 2) return false;
  if (field === ModelField.irVersion) return wire === 0 && next >= 1 && next < 64;
  return wire === 2 ? [2, 3, 4, 6, 7, 8, 14].includes(field) : wire === 0 && field === 5;
}
