// Attention (Luong) and AdditiveAttention (Bahdanau): called with [query, value] or [query, value, key].
import { fixed } from '../../../model/graph';
import { type Activation, fromLast, lastOf } from '../activation';
import type { LayerContext, LayerFamily } from '../family';
import { alongValues, causalMask, maskedScores, together } from './attention-mask';
import { fromTruth, truth } from './operations/settings';

export const attention: LayerFamily = {
  classes: ['Attention'],
  read(context): Activation[] {
    const { config, builder, weight } = context;
    if (config.text('score_mode', 'dot') !== 'dot') config.unknown('score_mode other than dot');
    const { query, value, key } = partsOf(context);
    const turned = builder.op('Transpose', [key], { perm: [0, 2, 1] });
    const scores = builder.op('MatMul', [query, turned]);
    const scaled = config.flag('use_scale', false) ? builder.op('Mul', [scores, weight('scale', [])]) : scores;
    return mixed(context, scaled, value);
  },
};

export const additiveAttention: LayerFamily = {
  classes: ['AdditiveAttention'],
  read(context): Activation[] {
    const { config, builder, weight } = context;
    const { query, value, key } = partsOf(context);
    const pairs = builder.op('Add', [
      builder.op('Unsqueeze', [query, builder.ints([2])]),
      builder.op('Unsqueeze', [key, builder.ints([1])]),
    ]);
    const bent = builder.op('Tanh', [pairs]);
    const size = fixed(builder.shape(query), 2, `the query of "${config.name}"`);
    if (!config.flag('use_scale', true)) {
      return mixed(context, builder.op('ReduceSum', [bent, builder.ints([3])], { keepdims: 0 }), value);
    }
    const scale = builder.op('Unsqueeze', [weight('scale', [size]), builder.ints([1])]);
    const scores = builder.op('Squeeze', [builder.op('MatMul', [bent, scale]), builder.ints([3])]);
    return mixed(context, scores, value);
  },
};

function partsOf({ config, builder, inputs }: LayerContext): { query: string; value: string; key: string } {
  const [query, value, key = value] = inputs;
  if (!query || !value || !key || inputs.length > 3) return config.unknown('other inputs than query, value and key');
  if (inputs.some(({ shape }) => shape.length !== 3))
    return config.unknown('attention over more than one axis of steps');
  return { query: lastOf(builder, query), value: lastOf(builder, value), key: lastOf(builder, key) };
}

function mixed(context: LayerContext, scores: string, value: string): Activation[] {
  const { builder, config, call } = context;
  const [queries, values] = masksOf(context);
  const ahead = call.kwargs.use_causal_mask === true || config.flag('causal', false);
  const mask = together(context, [
    values && alongValues(context, values, 3),
    ahead ? causalMask(context, scores) : undefined,
  ]);
  const weights = builder.op('Softmax', [maskedScores(context, scores, mask)], { axis: -1 });
  const product = builder.op('MatMul', [weights, value]);
  const result = queries
    ? builder.op('Mul', [product, builder.op('Unsqueeze', [queries, builder.ints([2])])])
    : product;
  const returned = call.kwargs.return_attention_scores === true ? [weights] : [];
  return [result, ...returned].map((made) => fromLast(builder, made));
}

/** Of the query and of the values: mask=[…, …], or what they carry. */
function masksOf(context: LayerContext): (string | undefined)[] {
  const { inputs, call, argument, builder } = context;
  const stated = call.kwargs.mask;
  if (!Array.isArray(stated) || stated.every((mask) => mask == null)) return inputs.slice(0, 2).map(({ mask }) => mask);
  const given = [...argument('mask')];
  return stated.slice(0, 2).map((mask) => {
    const own = mask == null ? undefined : given.shift();
    return own && fromTruth(context, truth(context, lastOf(builder, own)));
  });
}
