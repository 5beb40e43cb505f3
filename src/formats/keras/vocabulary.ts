// Layers that look up what they have seen (IntegerLookup, StringLookup) after `adapt`: the config leaves their vocabulary
// out, an archive keeps it as a text beside, a token a line, those that are not looked up first.
import type { Config } from './config';

export const VOCABULARY = 'vocabulary.txt';

/** @param text of the file that goes with the layer. */
export function withVocabulary(className: string, fields: Config, text: string | undefined): Config {
  if (text === undefined || Array.isArray(fields.vocabulary)) return fields;
  const { num_oov_indices: others, mask_token: masked, output_mode: mode } = fields;
  const own = Number(others ?? 1) + (masked != null && mode === 'int' ? 1 : 0);
  const tokens = text.split('\n').slice(own);
  if (className === 'StringLookup') return { ...fields, vocabulary: tokens };
  if (className !== 'IntegerLookup' || !tokens.every((token) => /^-?\d+$/.test(token))) return fields;
  return { ...fields, vocabulary: tokens.map(Number) };
}
