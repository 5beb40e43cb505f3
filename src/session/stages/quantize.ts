// Weights in fewer bits at the end: nothing is trained after it, and what is tested are the values that were stored.
import { UserError } from '../../errors';
import type { Graph } from '../../model/graph';
import type { Model } from '../../model/model';
import { describedAs, PRECISIONS, type Precision, quantized } from '../../model/quantize';
import type { Weight } from '../../model/weight';
import type { Recipe } from '../recipe';
import type { Stage } from '../stage';

/** Throws UserError where the model's format has no way to say it. */
export function quantizeStages({ quantize }: Recipe, original: Model): Stage[] {
  if (quantize === undefined) return [];
  checkFormat(original, quantize);
  return [
    {
      kind: 'quantized',
      title: `weights as ${quantize}`,
      epochs: 0,
      async apply(model) {
        return { model: await quantizedModel(model, quantize), cuts: [], relevance: [], changed: true };
      },
    },
  ];
}

/** The model with its kernels said to be stored so: for its size, before anything is. */
export function describedModel(model: Model, precision: Precision): Model {
  const weights = new Map(
    [...model.graph.weights].map(([name, weight]) => [
      name,
      isKernel(weight) ? describedAs(weight, precision) : weight,
    ]),
  );
  return { ...model, graph: { ...model.graph, weights } };
}

export async function quantizedModel(model: Model, precision: Precision): Promise<Model> {
  const byChannel = model.container.fewerBits?.uint8 === 'by channel';
  const weights = new Map(model.graph.weights);
  for (const weight of weights.values()) {
    if (!isKernel(weight)) continue;
    const axis = byChannel ? outputAxis(model.graph, weight) : undefined;
    weights.set(weight.name, await quantized(weight, precision, axis));
  }
  return { ...model, graph: { ...model.graph, weights } };
}

/** A sentence where weights are in fewer bits, which training makes float32, and nobody asks for that again. */
export function unpackedNote({ quantize, retrain }: Recipe, { container, graph }: Model): string[] {
  if (quantize !== undefined || retrain.epochs === 0 || container.format !== 'tfjs') return [];
  const packed = [...graph.weights.values()].find(
    ({ storage }) => storage.type !== 'float32' && storage.type !== 'int32',
  );
  if (packed === undefined) return [];
  const { type } = packed.storage;
  const to = PRECISIONS.find((precision) => precision === type) ?? 'float16';
  return [
    `the model's weights are stored as ${type}, those that training changes as float32: --quantize ${to} (quantize in a recipe) stores them as ${to} in the end`,
  ];
}

/** Throws UserError where the model's file can't hold them. */
export function checkFormat({ container: { format, fewerBits } }: Model, precision: Precision): void {
  if (fewerBits === undefined) {
    throw new UserError(
      `A ${format === 'h5' ? '.h5' : '.keras'} file has no place for weights in fewer bits. Convert the model to TensorFlow.js or ONNX, and quantise that.`,
    );
  }
  if (precision === 'uint8' && fewerBits.uint8 === 'none') {
    throw new UserError(
      'Weights as uint8 want the ONNX operators of set 10 or later, the model uses older ones. Bring it up to date with onnx.version_converter, or take float16.',
    );
  }
}

/** Biases and normalisation are few, and each matters. */
function isKernel({ shape, trainable, storage }: Weight): boolean {
  return trainable && shape.length > 1 && storage.type === 'float32' && storage.quantization === undefined;
}

/** The axis of a weight that makes output channels, where all that read it agree. */
function outputAxis(graph: Graph, { name, shape }: Weight): number | undefined {
  const axes = new Set(
    graph.nodes.flatMap(({ type, inputs, attributes }) => {
      if (!inputs.includes(name)) return [];
      if (inputs[1] !== name) return [undefined];
      if (type === 'Conv') return [0];
      if (type === 'Gemm') return [attributes.transB ? 0 : 1];
      return type === 'MatMul' ? [shape.length - 1] : [undefined];
    }),
  );
  const [axis] = axes;
  return axes.size === 1 ? axis : undefined;
}
