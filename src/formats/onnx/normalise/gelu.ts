// Gelu (opset 20) by its definition, and Swish (24). https://onnx.ai/onnx/operators/onnx__Gelu.html
import { scalar } from '../../../model/tensor';
import { attributeNumber, part, type Rule } from './rule';

/** x/2 · (1 + erf(x/√2)), or x/2 · (1 + tanh(√(2/π) · (x + 0.044715·x³))). */
export const gelu: Rule = (node, scope) => {
  const [x = ''] = node.inputs;
  const number = (value: number): string => scope.added(scalar(value));
  const [gate, shifted, half] = [scope.value(), scope.value(), scope.value()];
  const end = [
    part(node, 'Add', [gate, number(1)], shifted),
    part(node, 'Mul', [x, number(0.5)], half),
    { ...part(node, 'Mul', [half, shifted], ''), outputs: node.outputs },
  ];
  if (node.attributes.approximate !== 'tanh') {
    const scaled = scope.value();
    return [part(node, 'Mul', [x, number(Math.SQRT1_2)], scaled), part(node, 'Erf', [scaled], gate), ...end];
  }
  const [square, factor, sum, inner, scaled] = Array.from({ length: 5 }, () => scope.value()) as [
    string,
    string,
    string,
    string,
    string,
  ];
  return [
    part(node, 'Mul', [x, x], square),
    part(node, 'Mul', [square, number(0.044715)], factor),
    part(node, 'Add', [factor, number(1)], sum),
    part(node, 'Mul', [x, sum], inner),
    part(node, 'Mul', [inner, number(Math.sqrt(2 / Math.PI))], scaled),
    part(node, 'Tanh', [scaled], gate),
    ...end,
  ];
};

/** x · sigmoid(alpha · x). */
export const swish: Rule = (node, scope) => {
  const [x = ''] = node.inputs;
  const alpha = attributeNumber(node, 'alpha', 1);
  const [scaled, gate] = [scope.value(), scope.value()];
  return [
    ...(alpha === 1 ? [] : [part(node, 'Mul', [x, scope.added(scalar(alpha))], scaled)]),
    part(node, 'Sigmoid', [alpha === 1 ? x : scaled], gate),
    { ...part(node, 'Mul', [x, gate], ''), outputs: node.outputs },
  ];
};
