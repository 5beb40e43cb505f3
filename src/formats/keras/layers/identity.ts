// Layers that let everything through once training is over: noise, random augmentation, regularisation of activities.
import { eachElement } from '../activation';
import type { LayerFamily } from '../family';

export const identity: LayerFamily = {
  classes: [
    ...['Identity', 'ActivityRegularization'],
    ...['GaussianNoise', 'GaussianDropout', 'AlphaDropout', 'SpatialDropout1D', 'SpatialDropout2D', 'SpatialDropout3D'],
    ...['RandomHeight', 'RandomWidth'],
    ...['RandomFlip', 'RandomRotation', 'RandomZoom', 'RandomTranslation', 'RandomContrast', 'RandomBrightness'],
    ...['RandomShear', 'RandomSaturation', 'RandomSharpness', 'RandomHue', 'RandomGaussianBlur', 'RandomErasing'],
    ...['RandomColorJitter', 'RandomColorDegeneration', 'RandomGrayscale', 'RandomPerspective', 'RandomInvert'],
    ...['RandomPosterization', 'RandomElasticTransform', 'AugMix', 'MixUp', 'CutMix', 'RandAugment'],
    // Not random alone, but left out at inference like those that are.
    ...['Solarization', 'Equalization'],
    // Of keras.applications: drops whole branches, in training alone.
    'StochasticDepth',
  ],
  read({ builder, config, dialect, inputs }) {
    if (dialect === 'tfjs' && config.className === 'RandomWidth') config.unknown('a width drawn at every call');
    const [value] = inputs;
    if (value === undefined) return config.fail('reads nothing');
    return eachElement(builder, value, (x) => builder.op('Identity', [x]));
  },
};
