// Layers that a model's file calls frozen: no training changes them, also where a cut took much from them.
import type { Layer, Model } from '../model/model';
import { parameterCount, type Weight } from '../model/weight';
import type { Recipe } from './recipe';

/** A sentence where layers are frozen. What Keras never trains, such as moving averages, are vectors, or all a layer has. */
export function frozenNote({ retrain }: Recipe, { container, graph, layers }: Model): string[] {
  if (retrain.epochs === 0 || container.format === 'onnx') return [];
  const weightsOf = ({ weights }: Layer): Weight[] => weights.flatMap((name) => graph.weights.get(name) ?? []);
  const frozen = layers.filter(
    (layer) => layer.type !== 'Normalization' && weightsOf(layer).every(({ trainable }) => !trainable),
  );
  const kernels = frozen.flatMap(weightsOf).filter(({ shape }) => shape.length > 1);
  if (kernels.length === 0) return [];
  const count = kernels.reduce((sum, weight) => sum + parameterCount(weight), 0).toLocaleString('en');
  const own = frozen.filter((layer) => weightsOf(layer).some((weight) => kernels.includes(weight)));
  const [first, ...others] = own.map(({ name }) => `"${name}"`);
  const which = others.length === 0 ? `the layer ${first} is` : `${first} and ${others.length} more layers are`;
  return [
    `${which} frozen in the file (trainable: false): training leaves ${count} parameters as a cut leaves them. Set trainable to true and save the model again to have them retrained`,
  ];
}
