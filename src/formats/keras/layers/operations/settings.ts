// How an operation among layers is told what to do: by its config (Keras 3), by arguments of its call, by constants.
import { float32 } from '../../../../model/tensor';
import { type Activation, firstOf, lastOf } from '../../activation';
import { TensorRef } from '../../calls';
import { isRecord } from '../../config';
import type { LayerContext, LayerWidths } from '../../family';

export interface Operation {
  read(context: LayerContext): Activation | readonly Activation[];
  /** What a setting, by its name or its position among the arguments, says with the widths given. Default: the same. */
  restate?(name: string | number, value: unknown, widths: LayerWidths): unknown;
}

export type Operations = Readonly<Record<string, Operation>>;

/** What an operation is called with, or was made with, by one of its names. */
export function settingOf({ config, call }: LayerContext, ...names: readonly string[]): unknown {
  return names.map((name) => call.kwargs[name] ?? config.fields[name]).find((value) => value != null);
}

export function numberOf(context: LayerContext, fallback: number, ...names: readonly string[]): number {
  const value = settingOf(context, ...names) ?? fallback;
  return typeof value === 'number' ? value : context.config.unknown(`${names[0]} ${JSON.stringify(value)}`);
}

/** Whole numbers of a setting, or of the only argument that is a list of them. */
export function numbers(context: LayerContext, ...names: readonly string[]): number[] {
  const value = settingOf(context, ...names) ?? context.call.args.find(isList);
  const list = [value].flat();
  if (!list.every((own) => Number.isInteger(own)))
    return context.config.unknown(`${names[0]} ${JSON.stringify(value)}`);
  return list as number[];
}

function isList(value: unknown): boolean {
  return Array.isArray(value) && value.length > 0 && value.every((own) => typeof own === 'number');
}

/** An axis from the start. */
export function axisOf({ config }: LayerContext, axis: number, rank: number): number {
  const own = axis < 0 ? axis + rank : axis;
  return Number.isInteger(own) && own >= 0 && own < rank ? own : config.unknown(`axis ${axis} of ${rank}`);
}

/** Axes from the start; undefined for all of them. */
export function axesOf(context: LayerContext, rank: number, ...names: readonly string[]): number[] | undefined {
  if (settingOf(context, ...names) == null && !context.call.args.some(isList)) return undefined;
  return numbers(context, ...names).map((axis) => axisOf(context, axis, rank));
}

/** A number or an array of them that stands in the config. */
export interface Constant {
  readonly shape: readonly number[];
  readonly numbers: readonly number[];
}

/** Keras 3 writes {class_name: "__tensor__", config: {value}}, Keras 2 nested lists. */
export function constantOf(json: unknown): Constant | undefined {
  const boxed = isRecord(json) && (json.class_name === '__tensor__' || json.class_name === '__numpy__');
  const value = boxed && isRecord(json.config) ? json.config.value : json;
  const shape: number[] = [];
  for (let part = value; Array.isArray(part); part = part[0]) shape.push(part.length);
  const flat = [value].flat(shape.length);
  const list = flat.map((own) => (typeof own === 'boolean' ? Number(own) : own));
  if (!list.every((own) => typeof own === 'number')) return undefined;
  return list.length === shape.reduce((count, size) => count * size, 1) && list.length > 0
    ? { shape, numbers: list as number[] }
    : undefined;
}

export type Operand = Activation | Constant;

export function isConstant(operand: Operand): operand is Constant {
  return 'numbers' in operand;
}

/** An argument: a tensor or a constant. */
export function operandOf(context: LayerContext, position: number, ...names: readonly string[]): Operand {
  const { call, config, argument } = context;
  const name = names.find((own) => call.kwargs[own] != null) ?? names[0] ?? '';
  const value = call.kwargs[name] ?? call.args[position];
  if (value instanceof TensorRef) return argument(name, position)[0] as Activation;
  return constantOf(value) ?? config.unknown(`an operand ${JSON.stringify(value)}`);
}

/** The tensor an operation is about. */
export function tensorOf(context: LayerContext): Activation {
  return context.inputs[0] ?? context.config.unknown('an operation of no tensor');
}

/** Operands in one layout. */
export function valuesOf(
  { builder }: LayerContext,
  operands: readonly Operand[],
): { values: string[]; first: boolean } {
  const tensors = operands.filter((own): own is Activation => !isConstant(own));
  const rank = tensors[0]?.shape.length;
  const first =
    tensors.some((own) => own.first !== undefined) &&
    tensors.every(({ shape }) => shape.length === rank) &&
    operands.every((own) => !isConstant(own) || own.shape.length === 0);
  const values = operands.map((own) => {
    if (isConstant(own)) return builder.addConstant(float32(own.shape, Float32Array.from(own.numbers)));
    return first ? firstOf(builder, own) : lastOf(builder, own);
  });
  return { values, first };
}

/** Ones and zeros stand for true and false between layers. */
export function truth({ builder }: Pick<LayerContext, 'builder'>, value: string): string {
  return builder.op('Cast', [value], { to: BOOL });
}

export function fromTruth({ builder }: Pick<LayerContext, 'builder'>, value: string): string {
  return builder.op('Cast', [value], { to: FLOAT });
}

/** TensorProto.DataType. */
export const FLOAT = 1;
export const INT64 = 7;
const BOOL = 9;
