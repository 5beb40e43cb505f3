// The registry: every operator the product knows, by its ONNX name.
import type { Node } from '../model/graph';
import { add } from './add';
import { averagePool } from './average-pool';
import { batchNormalization } from './batch-normalization';
import { clip } from './clip';
import { concat } from './concat';
import { conv } from './conv';
import { div } from './div';
import { dropout } from './dropout';
import { elu } from './elu';
import { erf } from './erf';
import { gemm } from './gemm';
import { globalAveragePool } from './global-average-pool';
import { globalMaxPool } from './global-max-pool';
import { hardSigmoid } from './hard-sigmoid';
import { identity } from './identity';
import { leakyRelu } from './leaky-relu';
import { logSoftmax } from './log-softmax';
import { matmul } from './matmul';
import { maxPool } from './max-pool';
import { mul } from './mul';
import type { Operator } from './operator';
import { pad } from './pad';
import { prelu } from './prelu';
import { reduceMax } from './reduce-max';
import { relu } from './relu';
import { reshape } from './reshape';
import { selu } from './selu';
import { sigmoid } from './sigmoid';
import { softmax } from './softmax';
import { softplus } from './softplus';
import { softsign } from './softsign';
import { sub } from './sub';
import { tanh } from './tanh';
import { thresholdedRelu } from './thresholded-relu';
import { transpose } from './transpose';

export const OPERATORS: ReadonlyMap<string, Operator> = new Map(
  [
    add,
    averagePool,
    batchNormalization,
    clip,
    concat,
    conv,
    div,
    dropout,
    elu,
    erf,
    gemm,
    globalAveragePool,
    globalMaxPool,
    hardSigmoid,
    identity,
    leakyRelu,
    logSoftmax,
    matmul,
    maxPool,
    mul,
    pad,
    prelu,
    reduceMax,
    relu,
    reshape,
    selu,
    sigmoid,
    softmax,
    softplus,
    softsign,
    sub,
    tanh,
    thresholdedRelu,
    transpose,
  ].map((operator) => [operator.type, operator]),
);

/** What is known of a node's operator; undefined for an opaque one, of another domain or not known. */
export function operatorFor({ type, domain }: Pick<Node, 'type' | 'domain'>): Operator | undefined {
  return domain === undefined ? OPERATORS.get(type) : undefined;
}
