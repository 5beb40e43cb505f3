// Fields that Keras 1 called by other names: its configs read as those of Keras 2.
// https://github.com/keras-team/keras/blob/2.0.0/keras/legacy/interfaces.py
import type { Config } from './config';

/** New name, former name; with the layers it holds for where it doesn't for all. */
const NAMES: readonly (readonly [string, string, RegExp?])[] = [
  ['filters', 'nb_filter'],
  ['units', 'output_dim', /Dense|LSTM|GRU|RNN/],
  ['padding', 'border_mode'],
  ['strides', 'subsample'],
  ['strides', 'subsample_length'],
  ['strides', 'stride', /Pooling1D/],
  ['kernel_size', 'filter_length'],
  ['pool_size', 'pool_length'],
  ['size', 'length', /UpSampling1D/],
  ['dilation_rate', 'atrous_rate'],
  ['use_bias', 'bias'],
  ['rate', 'p', /Dropout/],
  ['stddev', 'sigma', /Noise/],
  ['recurrent_activation', 'inner_activation'],
];

const FORMATS: ReadonlyMap<string, string> = new Map(Object.entries({ th: 'channels_first', tf: 'channels_last' }));

/** The fields with those that go by a former name under their present one too. */
export function withPresentNames(className: string, fields: Config): Config {
  const result: Record<string, unknown> = { ...fields };
  for (const [present, former, classes] of NAMES) {
    if (fields[present] === undefined && fields[former] !== undefined && (classes?.test(className) ?? true)) {
      result[present] = fields[former];
    }
  }
  if (fields.nb_row !== undefined) result.kernel_size ??= [fields.nb_row, fields.nb_col];
  if (fields.kernel_dim1 !== undefined) {
    result.kernel_size ??= [fields.kernel_dim1, fields.kernel_dim2, fields.kernel_dim3];
  }
  if (typeof fields.dim_ordering === 'string')
    result.data_format ??= FORMATS.get(fields.dim_ordering) ?? 'channels_last';
  return result;
}

/** The config with a size under whichever of the names it goes by there; the first where it has none of them. */
export function withSize(config: Config, size: unknown, ...names: readonly [string, ...string[]]): Config {
  const name = names.find((candidate) => config[candidate] !== undefined) ?? names[0];
  return { ...config, [name]: size };
}
