// BatchNormalization before opset 14 said by its further outputs, or by is_test, that it trains; before 9 it could
// normalise every element on its own. One that trains (standardised kernels of PyTorch are written so) by its definition.
// https://onnx.ai/onnx/operators/onnx__BatchNormalization.html
import type { Node } from '../../../model/graph';
import { int64, scalar } from '../../../model/tensor';
import { attributeNumber, part, type Rule, without } from './rule';

export const batchNormalization: Rule = (node, scope) => {
  if (attributeNumber(node, 'spatial', 1) === 0) return scope.opaque('it normalises every element on its own');
  if (attributeNumber(node, 'training_mode', 0) !== 0) return training(node, scope);
  const [y = ''] = node.outputs;
  return [{ ...node, outputs: [y], attributes: without(node, 'spatial', 'is_test', 'training_mode') }];
};

/** Every channel is normalised by its own mean and deviation. */
const training: Rule = (node, scope) => {
  const [x = '', scale = '', bias = '', mean = '', variance = ''] = node.inputs;
  const [y = '', ...running] = node.outputs;
  const shape = scope.shape(x);
  const rank = shape?.length;
  if (running.some((name) => name !== '' && scope.isRead(name)))
    return scope.opaque('it is in training mode and its statistics are read', shape);
  if (rank === undefined) return scope.opaque('it is in training mode and the shape it reads is not known');
  const nodes: Node[] = [];
  const add = (type: string, inputs: readonly string[], attributes: Node['attributes'] = {}): string => {
    const name = scope.value();
    nodes.push(part(node, type, inputs, name, attributes));
    return name;
  };
  const list = (numbers: readonly number[]): string => scope.added(int64(numbers));
  const others = Array.from({ length: rank }, (_, axis) => axis).filter((axis) => axis !== 1);
  const average = (value: string): string => add('ReduceMean', [value, list(others)], { keepdims: 1 });
  const centred = add('Sub', [x, average(x)]);
  const epsilon = scope.added(scalar(attributeNumber(node, 'epsilon', 1e-5)));
  const deviation = add('Sqrt', [add('Add', [average(add('Mul', [centred, centred])), epsilon])]);
  const normal = add('Div', [centred, deviation]);
  const along = (value: string): string =>
    rank === 2 ? value : add('Unsqueeze', [value, list(others.slice(1).map((axis) => axis - 1))]);
  // Statistics that nobody reads are as many as there are channels all the same.
  const unread = add('Mul', [add('Add', [mean, variance]), scope.added(scalar(0))]);
  const scaled = add('Mul', [normal, along(scale)]);
  const shift = along(add('Add', [bias, unread]));
  return [...nodes, part(node, 'Add', [scaled, shift], y)];
};
