// A weight in fewer bits as an ONNX file says it: what is stored, and a node that makes floats of it.
// https://onnx.ai/onnx/operators/onnx__DequantizeLinear.html
import type { Bytes } from '../../model/bytes';
import type { Node } from '../../model/graph';
import type { Storage, Weight } from '../../model/weight';
import { TensorField } from './messages';
import { elementType } from './stored-tensor';
import type { Message } from './wire';

/** DequantizeLinear came with the first, a scale for each channel with the second. */
const FIRST_OPSET = 10;
const CHANNELS_OPSET = 13;
/** TensorProto.DataType */
const FLOAT32 = 1;

/** What the operators of an opset can say. */
export function uint8Of(opset: number): 'none' | 'by weight' | 'by channel' {
  return opset < FIRST_OPSET ? 'none' : opset < CHANNELS_OPSET ? 'by weight' : 'by channel';
}

/** Whether it holds fewer bits than the file's own tensor. */
export function isQuantized({ storage }: Weight, tensor: Message): boolean {
  if (storage.quantization !== undefined) return true;
  return storage.type === 'float16' && elementType(tensor.integer(TensorField.dataType)) === 'float32';
}

export interface Dequantization {
  readonly tensors: readonly {
    readonly name: string;
    readonly shape: readonly number[];
    readonly storage: Storage;
    readonly bytes: Bytes;
  }[];
  readonly node: Node;
}

export function dequantization({ name, shape, storage, bytes }: Weight): Dequantization {
  const stored = { name: `${name}_${storage.type}`, shape, storage: { type: storage.type }, bytes };
  const make = (type: string, inputs: readonly string[], attributes: Node['attributes']): Node => {
    return { name: `${name}_as_float32`, type, inputs, outputs: [name], attributes, layer: '' };
  };
  const { quantization } = storage;
  if (quantization === undefined) {
    return { tensors: [stored], node: make('Cast', [stored.name], { to: FLOAT32 }) };
  }
  const channels = 'axis' in quantization;
  const { scales, zeroPoints } = channels
    ? quantization
    : {
        scales: Float32Array.of(quantization.scale),
        zeroPoints: Uint8Array.of(Math.round(-quantization.min / quantization.scale)),
      };
  const along = channels ? [scales.length] : [];
  const parameter = (ending: string, type: 'float32' | 'uint8', data: Float32Array | Uint8Array) => ({
    name: `${name}_${ending}`,
    shape: along,
    storage: { type },
    bytes: async () => new Uint8Array(data.buffer, data.byteOffset, data.byteLength),
  });
  const tensors = [stored, parameter('scale', 'float32', scales), parameter('zero_point', 'uint8', zeroPoints)];
  const inputs = tensors.map((tensor) => tensor.name);
  return { tensors, node: make('DequantizeLinear', inputs, channels ? { axis: quantization.axis } : {}) };
}
