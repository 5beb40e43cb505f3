// The registry: every family of Keras layers the product knows, by class name.
import type { LayerFamily } from '../family';
import { activation, activationLayers, prelu, softmax } from './activations';
import { batchNormalization } from './batch-normalization';
import { conv2d } from './conv2d';
import { dense } from './dense';
import { dropout } from './dropout';
import { flatten } from './flatten';
import { globalPooling2d } from './global-pooling2d';
import { maxout } from './maxout';
import { add, concatenate } from './merge';
import { pooling2d } from './pooling2d';
import { reshape } from './reshape';
import { zeroPadding2d } from './zero-padding2d';

export const FAMILIES: ReadonlyMap<string, LayerFamily> = new Map(
  [
    activation,
    activationLayers,
    add,
    batchNormalization,
    concatenate,
    conv2d,
    dense,
    dropout,
    flatten,
    globalPooling2d,
    maxout,
    pooling2d,
    prelu,
    reshape,
    softmax,
    zeroPadding2d,
  ].flatMap((family) => family.classes.map((name): [string, LayerFamily] => [name, family])),
);
