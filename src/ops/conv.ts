// Conv: weight [out, in / groups, ...kernel], any number of spatial axes. https://onnx.ai/onnx/operators/onnx__Conv.html
import type { Tensor as TfTensor } from '@tensorflow/tfjs-core';
import { fixed } from '../model/graph';
import { elementCount } from '../model/tensor';
import { evaluateConv } from './conv-evaluation';
import { gradientOfInput } from './conv-input-gradient';
import { gradientOfWeight } from './conv-weight-gradient';
import { channelsThrough, gradientOfBias, groupsOf, imageOf } from './groups';
import { counted, perSample } from './multiple';
import { input, type Operator, output } from './operator';
import { slide, windowOf } from './window';

export const conv: Operator = {
  type: 'Conv',
  shapes(node, [x = [], weight = []]) {
    const wanted = fixed(weight, 1) * groupsOf(node);
    if (x.length !== weight.length || (typeof x[1] === 'number' && x[1] !== wanted)) {
      throw new Error(`Conv "${node.name}" reads ${wanted} channels, its input is [${x.join(', ')}]`);
    }
    if (fixed(weight, 0) % groupsOf(node) !== 0) {
      throw new Error(`Conv "${node.name}" makes ${weight[0]} channels in ${groupsOf(node)} groups`);
    }
    const window = windowOf(node, weight.slice(2).map(Number), x.slice(2));
    return [[x[0] ?? 1, fixed(weight, 0), ...slide(node, x.slice(2), window)]];
  },
  expects: (node, [, weight]) => imageOf(node, weight, Number(weight?.[1]) * groupsOf(node)),
  ...channelsThrough(1),
  macs(_, [, weight = []], [y = []]) {
    const perPosition = elementCount(weight.slice(1).map(Number));
    return perSample(y[0]) * elementCount(counted(y.slice(1))) * perPosition;
  },
  differentiate(node, tape) {
    tape.keep(node);
    const [x, weight] = [input(node, 0), input(node, 1)];
    return ([gradient]) => {
      if (gradient === undefined) return [];
      const [from, to] = [tape.shape(x), tape.shape(output(node))];
      const window = windowOf(node, tape.shape(weight).slice(2).map(Number), from.slice(2));
      const convolution = { window, groups: groupsOf(node), from, to };
      return [
        tape.wants(x) ? gradientOfInput(tape, convolution, gradient, weight) : undefined,
        tape.wants(weight) ? gradientOfWeight(tape, convolution, x, gradient) : undefined,
        gradientOfBias(node, tape, gradient),
      ];
    };
  },
  evaluate(node, [x, weight, bias], run) {
    const [value, kernel] = [x as TfTensor, weight as TfTensor];
    const window = windowOf(node, kernel.shape.slice(2), value.shape.slice(2));
    return evaluateConv(run, value, kernel, bias, window, groupsOf(node));
  },
};
