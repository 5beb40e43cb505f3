// The registry: every operator the product knows, by its ONNX name.
import type { Node } from '../model/graph';
import { abs } from './abs';
import { add } from './add';
import { argMax } from './arg-max';
import { averagePool } from './average-pool';
import { batchNormalization } from './batch-normalization';
import { cast } from './cast';
import { clip } from './clip';
import { and, equal, greater } from './comparison';
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
import { max } from './max';
import { maxPool } from './max-pool';
import { mul } from './mul';
import { not } from './not';
import { oneHot } from './one-hot';
import type { Operator } from './operator';
import { pad } from './pad';
import { prelu } from './prelu';
import { reciprocal } from './reciprocal';
import { reduceMax } from './reduce-max';
import { reduceMean } from './reduce-mean';
import { reduceSum } from './reduce-sum';
import { relu } from './relu';
import { reshape } from './reshape';
import { selu } from './selu';
import { sigmoid } from './sigmoid';
import { size } from './size';
import { slice } from './slice';
import { softmax } from './softmax';
import { softplus } from './softplus';
import { softsign } from './softsign';
import { sqrt } from './sqrt';
import { sub } from './sub';
import { sum } from './sum';
import { tanh } from './tanh';
import { thresholdedRelu } from './thresholded-relu';
import { transpose } from './transpose';

export const OPERATORS: ReadonlyMap<string, Operator> = new Map(
  [
    abs,
    add,
    and,
    argMax,
    averagePool,
    batchNormalization,
    cast,
    clip,
    concat,
    conv,
    div,
    dropout,
    elu,
    equal,
    erf,
    gemm,
    globalAveragePool,
    globalMaxPool,
    greater,
    hardSigmoid,
    identity,
    leakyRelu,
    logSoftmax,
    matmul,
    max,
    maxPool,
    mul,
    not,
    oneHot,
    pad,
    prelu,
    reciprocal,
    reduceMax,
    reduceMean,
    reduceSum,
    relu,
    reshape,
    selu,
    sigmoid,
    size,
    slice,
    softmax,
    softplus,
    softsign,
    sqrt,
    sub,
    sum,
    tanh,
    thresholdedRelu,
    transpose,
  ].map((operator) => [operator.type, operator]),
);

/** What is known of a node's operator; undefined for an opaque one, of another domain or not known. */
export function operatorFor({ type, domain }: Pick<Node, 'type' | 'domain'>): Operator | undefined {
  return domain === undefined ? OPERATORS.get(type) : undefined;
}
