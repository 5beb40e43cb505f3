// Attention (Luong) and AdditiveAttention (Bahdanau): called with [query, value] or [query, value, key].
import { fixed } from '../../../model/graph';
import { type Activation, fromLast, lastOf } from '../activation';
import type { LayerContext, LayerFamily } from '../family';
import { causal } from './multi-head-attention';

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
    const weighted = config.flag('use_scale', true) ? builder.op('Mul', [bent, weight('scale', [size])]) : bent;
    const scores = builder.op('ReduceSum', [weighted, builder.ints([3])], { keepdims: 0 });
    return mixed(context, scores, value);
  },
};

function partsOf({ config, builder, inputs, call }: LayerContext): { query: string; value: string; key: string } {
  const [query, value, key = value] = inputs;
  if (!query || !value || !key || inputs.length > 3) return config.unknown('other inputs than query, value and key');
  if (inputs.some(({ shape }) => shape.length !== 3)) return config.fail('wants sequences, [batch, time, features]');
  if (inputs.some(({ mask }) => mask !== undefined)) return config.unknown('a mask');
  if (call.kwargs.mask != null && [call.kwargs.mask].flat().some((mask) => mask != null)) config.unknown('a mask');
  return { query: lastOf(builder, query), value: lastOf(builder, value), key: lastOf(builder, key) };
}

function mixed(context: LayerContext, scores: string, value: string): Activation[] {
  const { builder, config, call } = context;
  const masked =
    call.kwargs.use_causal_mask === true || config.flag('causal', false) ? causal(context, scores) : scores;
  const weights = builder.op('Softmax', [masked], { axis: -1 });
  const result = builder.op('MatMul', [weights, value]);
  const returned = call.kwargs.return_attention_scores === true ? [weights] : [];
  return [result, ...returned].map((made) => fromLast(builder, made));
}
