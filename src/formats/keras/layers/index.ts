// The registry: every family of Keras layers the product knows, by class name.
import type { LayerFamily } from '../family';
import { activation, activationLayers, prelu, softmax } from './activations';
import { additiveAttention, attention } from './attention';
import { batchNormalization } from './batch-normalization';
import { bidirectional } from './bidirectional';
import { cropping, zeroPadding } from './borders';
import { categoryEncoding, discretization, integerLookup } from './category-encoding';
import { centerCrop } from './center-crop';
import { conv } from './conv';
import { convLstm } from './conv-lstm';
import { convTranspose } from './conv-transpose';
import { dense } from './dense';
import { depthwiseConv } from './depthwise-conv';
import { dot } from './dot';
import { dropout } from './dropout';
import { einsumDense } from './einsum-dense';
import { embedding } from './embedding';
import { highway, maxoutDense } from './former-dense';
import { globalPooling } from './global-pooling';
import { identity } from './identity';
import { layerScale } from './layer-scale';
import { masking } from './masking';
import { maxout } from './maxout';
import { concatenate, customScale, formerMerge, merge } from './merge';
import { groupQueryAttention, multiHeadAttention } from './multi-head-attention';
import {
  groupNormalization,
  layerNormalization,
  normalization,
  rescaling,
  rmsNormalization,
  unitNormalization,
} from './normalization';
import { operations, tensorflowOperation } from './operations/index';
import { tensorflowNode } from './operations/nodes';
import { pipeline } from './pipeline';
import { adaptivePooling, pooling } from './pooling';
import { flatten, permute, repeatVector, reshape } from './rearranging';
import { recurrent } from './recurrent';
import { randomCrop, resizing, upSampling } from './resampling';
import { separableConv } from './separable-conv';
import { spectralNormalization } from './spectral-normalization';
import { timeDistributed } from './time-distributed';

export const FAMILIES: ReadonlyMap<string, LayerFamily> = new Map(
  [
    ...[activation, activationLayers, prelu, softmax],
    ...[dense, einsumDense, embedding, categoryEncoding, discretization, integerLookup],
    ...[conv, convTranspose, depthwiseConv, separableConv],
    ...[pooling, adaptivePooling, globalPooling, zeroPadding, cropping, upSampling, resizing, centerCrop, randomCrop],
    ...[batchNormalization, layerNormalization, rmsNormalization, groupNormalization, unitNormalization, normalization],
    ...[layerScale, rescaling, dropout, identity, pipeline, masking],
    ...[flatten, reshape, permute, repeatVector],
    ...[merge, customScale, concatenate, formerMerge, dot],
    ...[attention, additiveAttention, multiHeadAttention, groupQueryAttention],
    ...[recurrent, convLstm, bidirectional, timeDistributed, spectralNormalization],
    ...[operations, tensorflowOperation, tensorflowNode],
    ...[maxoutDense, highway, maxout],
  ].flatMap((family) => family.classes.map((name): [string, LayerFamily] => [name, family])),
);
