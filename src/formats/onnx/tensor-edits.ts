// Tensors of a file with other elements: where theirs were kept (raw, typed, in an external file), the new ones go.
import { sparseElements } from '../../model/sparse';
import { BYTES_PER_ELEMENT, type ElementType, elementCount } from '../../model/tensor';
import { type Weight, weightValues } from '../../model/weight';
import { fromFloat32 } from './from-float32';
import { SparseField, TensorField } from './messages';
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
    return tensorOf(name, type, weight.shape, lateBytes(weight, type));
  }
}

/** A SparseTensorProto. @param type that the tensor has in the file. */
export async function newSparseTensor(name: string, weight: Weight, type: ElementType): Promise<Message> {
  const { bytes } = lateBytes(weight, type);
  const { values, places } = await sparseElements({ ...weight, storage: { type }, bytes });
  return new Message([])
    .with(SparseField.values, BYTES, [tensorOf(name, type, [places.length], values)])
    .with(SparseField.indices, BYTES, [tensorOf('', 'int64', [places.length], new Uint8Array(places.buffer))])
    .with(SparseField.dims, VARINT, weight.shape.map(BigInt));
}

function tensorOf(name: string, type: ElementType, shape: readonly number[], bytes: Uint8Array | LateBytes): Message {
  return new Message([])
    .with(TensorField.dims, VARINT, shape.map(BigInt))
    .with(TensorField.dataType, VARINT, [BigInt(dataTypeOf(type))])
    .withText(TensorField.name, name)
    .with(TensorField.rawData, BYTES, [bytes]);
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
