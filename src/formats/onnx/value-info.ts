// ValueInfoProto: what a file says of a value's type and shape.
import { UserError } from '../../errors';
import type { Shape } from '../../model/graph';
import type { ElementType } from '../../model/tensor';
import { DimensionField, ShapeField, TensorField, TensorTypeField, TypeField, ValueInfoField } from './messages';
import { elementType } from './stored-tensor';
import { BYTES, Message, VARINT } from './wire';

export interface ValueInfo {
  readonly name: string;
  /** Undefined for what is no tensor, or one of strings. */
  readonly type: ElementType | undefined;
  /** Undefined where nothing is said, not even the rank. */
  readonly shape: Shape | undefined;
}

/** Sizes above this make no tensor that fits a machine. */
const MAX_SIZE = 2 ** 31;

export function readValueInfo(proto: Message): ValueInfo {
  const name = proto.text(ValueInfoField.name);
  const tensor = proto.message(ValueInfoField.type)?.message(TypeField.tensor);
  const shape = tensor?.message(TensorTypeField.shape);
  return {
    name,
    type: tensor && elementType(tensor.integer(TensorTypeField.elementType)),
    shape: shape?.messages(ShapeField.dimension).map((dimension, axis) => {
      const size = dimension.integer(DimensionField.value, -1);
      if (size > MAX_SIZE) throw new UserError(`value "${name}": a size of ${size} on axis ${axis} is no tensor's`);
      if (size >= 0) return size;
      return dimension.text(DimensionField.parameter) || `${name}_${axis}`;
    }),
  };
}

/** The message with new sizes on the axes where these differ; an axis that was only named stays so. */
export function withSizes(proto: Message, before: Shape, after: Shape): Message {
  const type = proto.message(ValueInfoField.type);
  const tensor = type?.message(TypeField.tensor);
  const shape = tensor?.message(TensorTypeField.shape);
  if (!type || !tensor || !shape || before.length !== after.length) return proto;
  const dimensions = shape.messages(ShapeField.dimension);
  if (dimensions.length !== after.length) return proto;
  const resized = dimensions.map((dimension, axis) => {
    const size = after[axis];
    if (size === before[axis] || typeof size !== 'number' || !dimension.has(DimensionField.value)) return dimension;
    return dimension.with(DimensionField.value, VARINT, [BigInt(size)]);
  });
  if (resized.every((dimension, axis) => dimension === dimensions[axis])) return proto;
  const put = (message: Message, number: number, inner: Message | Message[]): Message =>
    message.with(number, BYTES, Array.isArray(inner) ? inner : [inner]);
  const shaped = put(tensor, TensorTypeField.shape, put(shape, ShapeField.dimension, resized));
  return put(proto, ValueInfoField.type, put(type, TypeField.tensor, shaped));
}

/** What lists an initializer as an input. */
export function infoOf(tensor: Message): Message {
  const dimensions = tensor
    .all(TensorField.dims)
    .flatMap(({ payload }) => (typeof payload === 'bigint' ? [payload] : []));
  const shape = new Message([]).with(
    ShapeField.dimension,
    BYTES,
    dimensions.map((size) => new Message([]).with(DimensionField.value, VARINT, [size])),
  );
  const type = new Message([])
    .with(TensorTypeField.elementType, VARINT, [BigInt(tensor.integer(TensorField.dataType))])
    .with(TensorTypeField.shape, BYTES, [shape]);
  return new Message([])
    .withText(ValueInfoField.name, tensor.text(TensorField.name))
    .with(ValueInfoField.type, BYTES, [new Message([]).with(TypeField.tensor, BYTES, [type])]);
}
