// The registry: every operator the product knows, by its ONNX name.
import type { Node } from '../model/graph';
import { abs } from './abs';
import { acos } from './acos';
import { acosh } from './acosh';
import { add } from './add';
import { and } from './and';
import { argMax } from './arg-max';
import { argMin } from './arg-min';
import { asin } from './asin';
import { asinh } from './asinh';
import { atan } from './atan';
import { atanh } from './atanh';
import { averagePool } from './average-pool';
import { batchNormalization } from './batch-normalization';
import { bitShift } from './bit-shift';
import { bitwiseAnd } from './bitwise-and';
import { bitwiseNot } from './bitwise-not';
import { bitwiseOr } from './bitwise-or';
import { bitwiseXor } from './bitwise-xor';
import { cast } from './cast';
import { castLike } from './cast-like';
import { ceil } from './ceil';
import { celu } from './celu';
import { clip } from './clip';
import { col2Im } from './col2im';
import { concat } from './concat';
import { constantOfShape } from './constant-of-shape';
import { conv } from './conv';
import { convTranspose } from './conv-transpose';
import { cos } from './cos';
import { cosh } from './cosh';
import { cumSum } from './cum-sum';
import { depthToSpace } from './depth-to-space';
import { dequantizeLinear } from './dequantize-linear';
import { div } from './div';
import { dropout } from './dropout';
import { dynamicQuantizeLinear } from './dynamic-quantize-linear';
import { einsum } from './einsum';
import { elu } from './elu';
import { equal } from './equal';
import { erf } from './erf';
import { exp } from './exp';
import { expand } from './expand';
import { eyeLike } from './eye-like';
import { flatten } from './flatten';
import { floor } from './floor';
import { gather } from './gather';
import { gatherElements } from './gather-elements';
import { gatherNd } from './gather-nd';
import { gemm } from './gemm';
import { globalAveragePool } from './global-average-pool';
import { globalMaxPool } from './global-max-pool';
import { greater } from './greater';
import { greaterOrEqual } from './greater-or-equal';
import { gridSample } from './grid-sample';
import { gru } from './gru';
import { hardSigmoid } from './hard-sigmoid';
import { hardSwish } from './hard-swish';
import { hardmax } from './hardmax';
import { identity } from './identity';
import { instanceNormalization } from './instance-normalization';
import { isInf } from './is-inf';
import { isNan } from './is-nan';
import { layerNormalization } from './layer-normalization';
import { leakyRelu } from './leaky-relu';
import { less } from './less';
import { lessOrEqual } from './less-or-equal';
import { log } from './log';
import { logSoftmax } from './log-softmax';
import { lpNormalization } from './lp-normalization';
import { lrn } from './lrn';
import { lstm } from './lstm';
import { matmul } from './matmul';
import { max } from './max';
import { maxPool } from './max-pool';
import { mean } from './mean';
import { min } from './min';
import { mish } from './mish';
import { mod } from './mod';
import { mul } from './mul';
import { neg } from './neg';
import { guarded } from './node-error';
import { not } from './not';
import { oneHot } from './one-hot';
import type { Operator } from './operator';
import { or } from './or';
import { pad } from './pad';
import { pow } from './pow';
import { prelu } from './prelu';
import { quantizeLinear } from './quantize-linear';
import { randomNormalLike } from './random-normal-like';
import { randomUniformLike } from './random-uniform-like';
import { range } from './range';
import { reciprocal } from './reciprocal';
import { reduceL1 } from './reduce-l1';
import { reduceL2 } from './reduce-l2';
import { reduceLogSum } from './reduce-log-sum';
import { reduceLogSumExp } from './reduce-log-sum-exp';
import { reduceMax } from './reduce-max';
import { reduceMean } from './reduce-mean';
import { reduceMin } from './reduce-min';
import { reduceProd } from './reduce-prod';
import { reduceSum } from './reduce-sum';
import { reduceSumSquare } from './reduce-sum-square';
import { relu } from './relu';
import { reshape } from './reshape';
import { resize } from './resize';
import { reverseSequence } from './reverse-sequence';
import { rnn } from './rnn';
import { roiAlign } from './roi-align';
import { round } from './round';
import { scatterElements } from './scatter-elements';
import { scatterNd } from './scatter-nd';
import { selu } from './selu';
import { shape } from './shape';
import { shrink } from './shrink';
import { sigmoid } from './sigmoid';
import { sign } from './sign';
import { sin } from './sin';
import { sinh } from './sinh';
import { size } from './size';
import { slice } from './slice';
import { softmax } from './softmax';
import { softplus } from './softplus';
import { softsign } from './softsign';
import { spaceToDepth } from './space-to-depth';
import { split } from './split';
import { sqrt } from './sqrt';
import { squeeze } from './squeeze';
import { sub } from './sub';
import { sum } from './sum';
import { tan } from './tan';
import { tanh } from './tanh';
import { thresholdedRelu } from './thresholded-relu';
import { tile } from './tile';
import { topK } from './top-k';
import { transpose } from './transpose';
import { trilu } from './trilu';
import { unsqueeze } from './unsqueeze';
import { where } from './where';
import { xor } from './xor';

export const OPERATORS: ReadonlyMap<string, Operator> = new Map(
  [
    abs,
    acos,
    acosh,
    add,
    and,
    argMax,
    argMin,
    asin,
    asinh,
    atan,
    atanh,
    averagePool,
    batchNormalization,
    bitShift,
    bitwiseAnd,
    bitwiseNot,
    bitwiseOr,
    bitwiseXor,
    cast,
    castLike,
    ceil,
    celu,
    clip,
    col2Im,
    concat,
    constantOfShape,
    conv,
    convTranspose,
    cos,
    cosh,
    cumSum,
    depthToSpace,
    dequantizeLinear,
    div,
    dropout,
    dynamicQuantizeLinear,
    einsum,
    elu,
    equal,
    erf,
    exp,
    expand,
    eyeLike,
    flatten,
    floor,
    gather,
    gatherElements,
    gatherNd,
    gemm,
    globalAveragePool,
    globalMaxPool,
    greater,
    greaterOrEqual,
    gridSample,
    gru,
    hardmax,
    hardSigmoid,
    hardSwish,
    identity,
    instanceNormalization,
    isInf,
    isNan,
    layerNormalization,
    leakyRelu,
    less,
    lessOrEqual,
    log,
    logSoftmax,
    lpNormalization,
    lrn,
    lstm,
    matmul,
    max,
    maxPool,
    mean,
    min,
    mish,
    mod,
    mul,
    neg,
    not,
    oneHot,
    or,
    pad,
    pow,
    prelu,
    quantizeLinear,
    randomNormalLike,
    randomUniformLike,
    range,
    reciprocal,
    reduceL1,
    reduceL2,
    reduceLogSum,
    reduceLogSumExp,
    reduceMax,
    reduceMean,
    reduceMin,
    reduceProd,
    reduceSum,
    reduceSumSquare,
    relu,
    reshape,
    resize,
    reverseSequence,
    rnn,
    roiAlign,
    round,
    scatterElements,
    scatterNd,
    selu,
    shape,
    shrink,
    sigmoid,
    sign,
    sin,
    sinh,
    size,
    slice,
    softmax,
    softplus,
    softsign,
    spaceToDepth,
    split,
    sqrt,
    squeeze,
    sub,
    sum,
    tan,
    tanh,
    thresholdedRelu,
    tile,
    topK,
    transpose,
    trilu,
    unsqueeze,
    where,
    xor,
  ].map((operator) => [operator.type, guarded(operator)]),
);

/** What is known of a node's operator; undefined for an opaque one, of another domain or not known. */
export function operatorFor({ type, domain }: Pick<Node, 'type' | 'domain'>): Operator | undefined {
  return domain === undefined ? OPERATORS.get(type) : undefined;
}
