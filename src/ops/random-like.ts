// What RandomNormalLike and RandomUniformLike have in common: as many numbers as the input has, drawn anew in each run.
import type { Tensor as TfTensor } from '@tensorflow/tfjs-core';
import type { Node } from '../model/graph';
import { tieAll } from './elementwise';
import type { Evaluation, Operator } from './operator';

export function randomLike(type: string, draw: (x: TfTensor, run: Evaluation, node: Node) => TfTensor): Operator {
  return {
    type,
    discrete: true,
    shapes: (_, [shape = []]) => [shape],
    ties: tieAll,
    evaluate: (node, [x], run) => draw(x as TfTensor, run, node),
  };
}
