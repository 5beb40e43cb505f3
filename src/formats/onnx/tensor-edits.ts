// Tensors of a file with other elements: where theirs were kept (raw, typed, in an external file), the new ones go.
import { BYTES_PER_ELEMENT, type ElementType, elementCount } from '../../model/tensor';
import { type Weight, weightValues } from '../../model/weight';
import { fromFloat32 } from './from-float32';
import { TensorField } from './messages';
import { dataTypeOf, elementType, isExternal, typedField } from './stored-tensor';
import { BYTES, type LateBytes, Message, VARINT } from './wire';

export class TensorEdits {
  /** New elements of tensors that lie in an external file, by their TensorProto. */
  readonly external = new Map<Message, LateBytes>();

  /** The tensor with a weight's shape and elements, in the type it has in the file. */
  withWeight(tensor: Message, weight: Weight): Message {
    const type = elementType(tensor.integer(TensorField.dataType)) ?? 'float32';
    const bytes = lateBytes(weight, type);
    const shaped = tensor.withIntegers(TensorField.dims, weight.shape);
    if (isExternal(tensor)) {
      this.external.set(shaped, bytes);
      return shaped;
    }
    const typed = typedField(type);
    const packed = typed === TensorField.floatData || typed === TensorField.doubleData;
    if (tensor.has(typed) && !tensor.has(TensorField.rawData)) {
      // Floats lie there as they are; integers would be varints, whose length is known only once they are read.
      if (packed) return shaped.with(typed, BYTES, [bytes]);
      return shaped.with(typed, BYTES, []).with(TensorField.rawData, BYTES, [bytes]);
    }
    return shaped.with(TensorField.rawData, BYTES, [bytes]);
  }

  newTensor(name: string, weight: Weight): Message {
    const { type } = weight.storage;
    return new Message([])
      .with(
        TensorField.dims,
        VARINT,
        weight.shape.map((size) => BigInt(size)),
      )
      .with(TensorField.dataType, VARINT, [BigInt(dataTypeOf(type))])
      .withText(TensorField.name, name)
      .with(TensorField.rawData, BYTES, [lateBytes(weight, type)]);
  }
}

/** The weight's elements as a type, read when they are written. */
function lateBytes(weight: Weight, type: ElementType): LateBytes {
  return {
    length: elementCount(weight.shape) * BYTES_PER_ELEMENT[type],
    bytes: isStoredAs(weight, type) ? weight.bytes : async () => fromFloat32(await weightValues(weight), type),
  };
}

function isStoredAs({ storage }: Weight, type: ElementType): boolean {
  return storage.type === type && storage.quantization === undefined;
}
