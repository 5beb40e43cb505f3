// MultiHeadAttention and GroupQueryAttention: kernels [in, heads, size], biases [heads, size], output [heads, size, out].
import { fixed, type Shape } from '../../../model/graph';
import { type Activation, fromLast, lastOf } from '../activation';
import type { Config } from '../config';
import type { LayerContext, LayerFamily } from '../family';
import { alongQuery, alongValues, causalMask, maskedScores, statedMask, together } from './attention-mask';
import { tiedTo } from './tied';

const part = (name: string, attribute: string) => ({ attribute, name });
const QUERY = part('query', 'query_dense');
const KEY = part('key', 'key_dense');
const VALUE = part('value', 'value_dense');
const OUTPUT = part('attention_output', 'output_dense');

/** From this many heads on, whole heads are cut; of fewer, the size of the values within every head. */
const WHOLE_HEADS = 4;

/** The size of the output, where the config says one or it is no longer that of the query. */
function withOutput(config: Config, size: unknown, query: unknown): Config {
  if (config.output_shape == null) return size === query ? config : { ...config, output_shape: size };
  return { ...config, output_shape: Array.isArray(config.output_shape) ? [size] : size };
}

export const multiHeadAttention: LayerFamily = {
  classes: ['MultiHeadAttention'],
  read(context): Activation[] {
    const { config } = context;
    const heads = config.size('num_heads');
    const size = config.size('key_dim');
    const values = config.fields.value_dim == null ? size : config.size('value_dim');
    const { inputs } = context;
    const positions = attendedAxes(context);
    const flat = {
      ...context,
      inputs: positions.length === 1 ? inputs : inputs.map((value) => alongOne(context, value)),
    };
    const [result, ...scores] = attend(flat, { heads, sources: heads, size, values });
    if (positions.length === 1 || result === undefined) return result ? [result, ...scores] : scores;
    if (scores.length > 0) return config.unknown('scores over more than one axis');
    const { builder } = context;
    return [
      fromLast(
        builder,
        builder.op('Reshape', [lastOf(builder, result), builder.ints([0, ...positions.map(Number), -1])]),
      ),
    ];
  },
  resize(config, { weight, output, inputs }) {
    const [, heads, size] = weight('query/kernel') ?? [];
    const values = weight('value/kernel')?.[2];
    return {
      ...withOutput(config, output.at(-1), inputs[0]?.at(-1)),
      ...{ num_heads: heads, key_dim: size },
      // Where the config leaves it open it is the size of the keys.
      ...((config.value_dim != null || values !== size) && { value_dim: values }),
    };
  },
};

export const groupQueryAttention: LayerFamily = {
  classes: ['GroupQueryAttention', 'GroupedQueryAttention'],
  read(context): Activation[] {
    const { config } = context;
    const size = config.size('head_dim');
    const [heads, sources] = [config.size('num_query_heads'), config.size('num_key_value_heads')];
    if (heads % sources !== 0)
      config.fail(`${heads} query heads do not divide among ${sources} heads of keys and values`);
    const [result, ...others] = attend(context, { heads, sources, size, values: size });
    const [query] = context.inputs;
    // Its config has no place for a size of its own output: that is the query's.
    const tied = result && query && tiedTo(context.builder, result, query);
    return tied ? [tied, ...others] : others;
  },
  resize: (config, { weight }) => ({
    ...config,
    num_query_heads: weight('query/kernel')?.[1],
    num_key_value_heads: weight('key/kernel')?.[1],
  }),
};

/** The sizes of the axes it attends over: all but the batch and the features. */
function attendedAxes({ config, inputs }: LayerContext): Shape {
  const positions = inputs[0]?.shape.slice(1, -1) ?? [];
  const rank = positions.length + 2;
  const stated = config.fields.attention_axes == null ? undefined : [config.fields.attention_axes].flat().map(Number);
  const axes = stated?.map((axis) => (axis < 0 ? axis + rank : axis)).sort((a, b) => a - b);
  if (axes !== undefined && axes.join() !== positions.map((_, i) => i + 1).join())
    config.unknown('attention over some of several axes');
  return positions;
}

/** [batch, …positions, features] with the positions one after the other. */
function alongOne({ builder, config }: LayerContext, value: Activation): Activation {
  const [, ...sizes] = value.shape;
  if (value.mask !== undefined || !sizes.every((size) => typeof size === 'number'))
    return config.unknown('attention over axes of open size, or masked ones');
  const features = sizes.at(-1) ?? 1;
  const positions = sizes.slice(0, -1).reduce((product, size) => product * size, 1);
  return fromLast(builder, builder.op('Reshape', [lastOf(builder, value), builder.ints([0, positions, features])]));
}

interface Heads {
  readonly heads: number;
  /** Heads of keys and values; each serves as many query heads as it goes into theirs. */
  readonly sources: number;
  /** Of a key, and of a value. */
  readonly size: number;
  readonly values: number;
}

function attend(context: LayerContext, { heads, sources, size, values }: Heads): Activation[] {
  const { config, builder, inputs, call } = context;
  const [query, value, key = value] = inputs;
  if (query === undefined || value === undefined || key === undefined) return config.fail('wants a query and a value');
  if (inputs.some(({ shape }) => shape.length !== 3)) return config.unknown('attention over more than one axis');
  if (config.flag('use_gate', false)) return config.unknown('a gate');
  if (config.fields.sliding_window != null) return config.unknown('a sliding window');
  const scaled = byConstant(context, headsOf(context, QUERY, query, heads, size), size, 1 / Math.sqrt(size));
  const repeated = (made: string): string =>
    sources === heads ? made : builder.op('Gather', [made, repeats(context, sources, heads / sources)], { axis: 1 });
  const keys = repeated(headsOf(context, KEY, key, sources, size));
  const scores = builder.op('MatMul', [scaled, builder.op('Transpose', [keys], { perm: [0, 1, 3, 2] })]);
  const mask = maskOver(context, scores, query, value, key);
  const steps = queryMaskOf(context, query);
  const seen = builder.op('Softmax', [maskedScores(context, scores, mask)], { axis: -1 });
  const weights = mask !== undefined && zeroesRows(context) ? builder.op('Mul', [seen, mask]) : seen;
  const whole = heads >= WHOLE_HEADS || sources !== heads;
  const read = repeated(headsOf(context, VALUE, value, sources, values, whole));
  const mixed = builder.op('Transpose', [builder.op('MatMul', [weights, read])], { perm: [0, 2, 1, 3] });
  const joined = builder.op('Reshape', [mixed, builder.ints([0, 0, -1])]);
  const out = outputSize(context, query);
  const own = context.part(OUTPUT);
  const kernel = own.weight('kernel', [heads, values, out]);
  const flat = builder.op('Reshape', [kernel, builder.ints([-1, out])]);
  const product = builder.op('MatMul', [joined, flat]);
  const result = config.flag('use_bias', true) ? builder.op('Add', [product, own.weight('bias', [out])]) : product;
  if (forgets(context)) for (const own of [query, value, key]) delete own.mask;
  const returned = call.kwargs.return_attention_scores === true ? [weights] : [];
  const [first, ...scoresMade] = [result, ...returned].map((made) => fromLast(builder, made));
  return [{ ...(first as Activation), ...(steps !== undefined && { mask: steps }) }, ...scoresMade];
}

/** [batch, heads, time, size]. @param whole the size within a head can't be cut. */
function headsOf(
  context: LayerContext,
  named: typeof QUERY,
  input: Activation,
  heads: number,
  size: number,
  whole = false,
): string {
  const { config, builder } = context;
  const own = context.part(named);
  const features = fixed(input.shape, 2, `the input of "${config.name}"`);
  const stored = own.weight('kernel', [features, heads, size]);
  const flat = builder.op('Reshape', [stored, builder.ints([0, -1])]);
  const product = builder.op('MatMul', [lastOf(builder, input), flat]);
  const sum = config.flag('use_bias', true)
    ? builder.op('Add', [product, builder.op('Reshape', [own.weight('bias', [heads, size]), builder.ints([-1])])])
    : product;
  const split = builder.op('Reshape', [sum, builder.ints([0, 0, heads, size])]);
  const turned = builder.op('Transpose', [split], { perm: [0, 2, 1, 3] });
  return whole ? byConstant(context, turned, size, 1) : turned;
}

/**
 * Times a number, written as a vector: as a constant of the structure it keeps the axis whole. Keras derives the scale
 * from the size of a key, so that a key of another size would be scaled in another way.
 */
function byConstant({ builder }: LayerContext, value: string, size: number, factor: number): string {
  return builder.op('Mul', [value, builder.floats(new Array<number>(size).fill(factor))]);
}

/** 0 0 1 1 2 2: each head of keys as often as it has query heads. */
function repeats({ builder }: LayerContext, sources: number, times: number): string {
  return builder.ints(Array.from({ length: sources * times }, (_, i) => Math.floor(i / times)));
}

/** All that may be masked at once: padded steps of query, value and key, positions to come, a mask of its own. */
function maskOver(
  context: LayerContext,
  scores: string,
  query: Activation,
  value: Activation,
  key: Activation,
): string | undefined {
  const { builder, config, argument, call } = context;
  const queries = queryMaskOf(context, query);
  const values = statedMask(context, 'value_mask') ?? value.mask;
  const keys = statedMask(context, 'key_mask') ?? (key === value ? undefined : key.mask);
  const own = statedMask(context, 'attention_mask');
  const rank = argument('attention_mask')[0]?.shape.length;
  if (rank !== undefined && rank !== 3 && rank !== 4) return config.unknown(`a mask of ${rank} axes`);
  return together(context, [
    queries && alongQuery(context, queries, 4),
    values && alongValues(context, values, 4),
    keys && alongValues(context, keys, 4),
    own && rank === 3 ? builder.op('Unsqueeze', [own, builder.ints([1])]) : own,
    call.kwargs.use_causal_mask === true ? causalMask(context, scores) : undefined,
  ]);
}

/** The steps of the query that count; Keras 3 overwrites what is said of them by what the query carries. */
function queryMaskOf(context: LayerContext, query: Activation): string | undefined {
  return (forgets(context) ? undefined : statedMask(context, 'query_mask')) ?? query.mask;
}

/** Since Keras 3.8 the layer takes the masks off what it reads: what reads it later sees none. */
function forgets({ config, dialect }: LayerContext): boolean {
  return dialect === 'keras3' && config.className === 'MultiHeadAttention';
}

/** What Keras 3 computes step by step (with dropout, or where the scores are returned) sees nothing in such a row. */
function zeroesRows({ config, call, dialect }: LayerContext): boolean {
  return dialect === 'keras3' && (config.number('dropout', 0) > 0 || call.kwargs.return_attention_scores === true);
}

function outputSize({ config }: LayerContext, query: Activation): number {
  const { output_shape: stated } = config.fields;
  if (stated == null) return fixed(query.shape, 2, `the input of "${config.name}"`);
  const [size, ...others] = [stated].flat();
  if (others.length > 0) return config.unknown('an output of several axes');
  if (!Number.isInteger(size) || (size as number) < 1) return config.fail(`output_shape holds ${JSON.stringify(size)}`);
  return size as number;
}
