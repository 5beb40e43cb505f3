// The operators whose form in opset 7 to 17, or since 19, is not that of opset 18.
import { attention } from './attention';
import { axesToInput } from './axes';
import { batchNormalization } from './batch-normalization';
import { globalLpPool, lpPool, meanVarianceNormalization, scatter } from './by-definition';
import { cast, eyeLike } from './cast';
import { clip } from './clip';
import { dropout } from './dropout';
import { affine, crop, imageScaler, parametricSoftplus, scaledTanh } from './experimental';
import { gelu, swish } from './gelu';
import { gridSample } from './grid-sample';
import { MACHINE_LEARNING } from './machine-learning';
import { MICROSOFT, simplifiedLayerNormalization } from './microsoft';
import { groupNormalization, rmsNormalization } from './normalization';
import { pad } from './pad';
import { MICROSOFT_QUANTISED, QUANTISED } from './quantised';
import { recurrent } from './recurrent';
import { resize } from './resize';
import { roiAlign } from './roi-align';
import { rotaryEmbedding } from './rotary-embedding';
import type { Rule } from './rule';
import { slice } from './slice';
import { softmax } from './softmax';
import { split } from './split';
import { topK } from './top-k';

const RULES: ReadonlyMap<string, Rule> = new Map([
  ...QUANTISED,
  ...Object.entries({
    Attention: attention,
    Squeeze: axesToInput,
    Unsqueeze: axesToInput,
    ReduceL1: axesToInput,
    ReduceL2: axesToInput,
    ReduceLogSum: axesToInput,
    ReduceLogSumExp: axesToInput,
    ReduceMax: axesToInput,
    ReduceMean: axesToInput,
    ReduceMin: axesToInput,
    ReduceProd: axesToInput,
    ReduceSum: axesToInput,
    ReduceSumSquare: axesToInput,
    Softmax: softmax,
    LogSoftmax: softmax,
    Hardmax: softmax,
    BatchNormalization: batchNormalization,
    Dropout: dropout,
    Clip: clip,
    MeanVarianceNormalization: meanVarianceNormalization,
    LpPool: lpPool,
    GlobalLpPool: globalLpPool,
    Scatter: scatter,
    Pad: pad,
    Slice: slice,
    Split: split,
    Upsample: resize,
    Resize: resize,
    TopK: topK,
    Gelu: gelu,
    Swish: swish,
    GroupNormalization: groupNormalization,
    RMSNormalization: rmsNormalization,
    SimplifiedLayerNormalization: simplifiedLayerNormalization,
    Cast: cast,
    EyeLike: eyeLike,
    GridSample: gridSample,
    RoiAlign: roiAlign,
    RotaryEmbedding: rotaryEmbedding,
    Affine: affine,
    Crop: crop,
    ImageScaler: imageScaler,
    ParametricSoftplus: parametricSoftplus,
    ScaledTanh: scaledTanh,
    GRU: recurrent,
    LSTM: recurrent,
    RNN: recurrent,
  } satisfies Record<string, Rule>),
]);

const DOMAINS: ReadonlyMap<string, ReadonlyMap<string, Rule>> = new Map([
  ['com.microsoft', new Map([...MICROSOFT, ...MICROSOFT_QUANTISED])],
  ['ai.onnx.ml', MACHINE_LEARNING],
]);

/** The rule for an operator; undefined for one that needs none, or that is not known. */
export function ruleFor(type: string, domain: string | undefined): Rule | undefined {
  if (domain === undefined) return RULES.get(type);
  return DOMAINS.get(domain)?.get(type);
}
