// The activations of recurrent layers by their ONNX names. https://onnx.ai/onnx/operators/onnx__LSTM.html
import type { Tensor as TfTensor } from '@tensorflow/tfjs-core';
import type { Node } from '../model/graph';
import { type Evaluation, listAttribute } from './operator';

export type Activation = (x: TfTensor) => TfTensor;

interface Definition {
  /** Defaults of alpha and beta, of those that it has. */
  readonly defaults: readonly number[];
  readonly apply: (x: TfTensor, tf: Evaluation['tf'], alpha: number, beta: number) => TfTensor;
}

const DEFINITIONS: ReadonlyMap<string, Definition> = new Map<string, Definition>([
  ['affine', { defaults: [1, 0], apply: (x, tf, alpha, beta) => tf.add(tf.mul(x, alpha), beta) }],
  ['relu', { defaults: [], apply: (x, tf) => tf.relu(x) }],
  ['leakyrelu', { defaults: [0.01], apply: (x, tf, alpha) => tf.leakyRelu(x, alpha) }],
  ['thresholdedrelu', { defaults: [1], apply: (x, tf, alpha) => tf.mul(x, tf.cast(tf.greater(x, alpha), 'float32')) }],
  ['tanh', { defaults: [], apply: (x, tf) => tf.tanh(x) }],
  ['scaledtanh', { defaults: [1, 1], apply: (x, tf, alpha, beta) => tf.mul(tf.tanh(tf.mul(x, beta)), alpha) }],
  ['sigmoid', { defaults: [], apply: (x, tf) => tf.sigmoid(x) }],
  [
    'hardsigmoid',
    { defaults: [0.2, 0.5], apply: (x, tf, alpha, beta) => tf.clipByValue(tf.add(tf.mul(x, alpha), beta), 0, 1) },
  ],
  ['elu', { defaults: [1], apply: (x, tf, alpha) => tf.add(tf.relu(x), tf.mul(tf.sub(tf.elu(x), tf.relu(x)), alpha)) }],
  ['softsign', { defaults: [], apply: (x, tf) => tf.div(x, tf.add(tf.abs(x), 1)) }],
  ['softplus', { defaults: [], apply: (x, tf) => tf.softplus(x) }],
]);

/**
 * The activations of one direction: those that the node names, or the defaults.
 * Alphas and betas are listed for those activations alone that have one.
 */
export function activationsOf(
  node: Node,
  direction: number,
  defaults: readonly string[],
  { tf }: Evaluation,
): Activation[] {
  const named = node.attributes.activations;
  const names = Array.isArray(named) ? named.map(String) : undefined;
  const alphas = [...listAttribute(node, 'activation_alpha', [])];
  const betas = [...listAttribute(node, 'activation_beta', [])];
  const all = (names ?? defaults).map((name): Activation => {
    const definition = DEFINITIONS.get(name.toLowerCase());
    if (definition === undefined) throw new Error(`${node.type} "${node.name}": there is no activation ${name}`);
    const [alpha = 0, beta = 0] = definition.defaults.map(
      (fallback, i) => (i === 0 ? alphas : betas).shift() ?? fallback,
    );
    return (x) => definition.apply(x, tf, alpha, beta);
  });
  return names === undefined ? all : all.slice(direction * defaults.length, (direction + 1) * defaults.length);
}
