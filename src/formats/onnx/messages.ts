// The messages of onnx.proto that are read or changed, by the specification's field numbers
// (https://github.com/onnx/onnx/blob/main/onnx/onnx.proto3): which fields are messages themselves.

export interface MessageType {
  /** Fields that are messages, by number. All others stay bytes. */
  readonly fields: Readonly<Record<number, () => MessageType>>;
  /** True where even a long text or list is read at once: it describes the graph, it is no weight. */
  readonly inMemory: boolean;
}

const describing = (fields: MessageType['fields'] = {}): MessageType => ({ fields, inMemory: true });

export const TENSOR: MessageType = { fields: { 13: () => describing() }, inMemory: false };
const SPARSE: MessageType = { fields: { 1: () => TENSOR, 2: () => TENSOR }, inMemory: false };
const DIMENSION = describing();
const SHAPE = describing({ 1: () => DIMENSION });
const TENSOR_TYPE = describing({ 2: () => SHAPE });
const SEQUENCE_TYPE = describing({ 1: () => TYPE });
const MAP_TYPE = describing({ 2: () => TYPE });
const TYPE: MessageType = describing({
  1: () => TENSOR_TYPE,
  4: () => SEQUENCE_TYPE,
  5: () => MAP_TYPE,
  8: () => TENSOR_TYPE,
  9: () => SEQUENCE_TYPE,
});
const VALUE_INFO = describing({ 2: () => TYPE });
const ATTRIBUTE: MessageType = describing({
  5: () => TENSOR,
  6: () => GRAPH,
  10: () => TENSOR,
  11: () => GRAPH,
  14: () => TYPE,
  22: () => SPARSE,
  23: () => SPARSE,
});
const NODE = describing({ 5: () => ATTRIBUTE });
const GRAPH: MessageType = {
  fields: {
    1: () => NODE,
    5: () => TENSOR,
    11: () => VALUE_INFO,
    12: () => VALUE_INFO,
    13: () => VALUE_INFO,
    15: () => SPARSE,
  },
  inMemory: false,
};
const OPSET = describing();
const FUNCTION = describing({ 7: () => NODE, 9: () => OPSET, 11: () => ATTRIBUTE, 12: () => VALUE_INFO });
const ENTRY: MessageType = { fields: {}, inMemory: false };

export const MODEL: MessageType = {
  fields: { 7: () => GRAPH, 8: () => OPSET, 14: () => ENTRY, 25: () => FUNCTION },
  inMemory: false,
};

/** Field numbers, by message. */
export const ModelField = { irVersion: 1, producer: 2, graph: 7, opset: 8, metadata: 14, functions: 25 } as const;
export const OpsetField = { domain: 1, version: 2 } as const;
export const GraphField = {
  node: 1,
  name: 2,
  initializer: 5,
  input: 11,
  output: 12,
  valueInfo: 13,
  sparseInitializer: 15,
} as const;
export const NodeField = { input: 1, output: 2, name: 3, opType: 4, attribute: 5, domain: 7, overload: 8 } as const;
export const AttributeField = {
  name: 1,
  f: 2,
  i: 3,
  s: 4,
  tensor: 5,
  graph: 6,
  floats: 7,
  ints: 8,
  strings: 9,
  graphs: 11,
  type: 20,
  /** The attribute of the function around it that gives its value. */
  reference: 21,
  sparseTensor: 22,
} as const;
export const TensorField = {
  dims: 1,
  dataType: 2,
  floatData: 4,
  int32Data: 5,
  stringData: 6,
  int64Data: 7,
  name: 8,
  rawData: 9,
  doubleData: 10,
  uint64Data: 11,
  externalData: 13,
  dataLocation: 14,
} as const;
export const SparseField = { values: 1, indices: 2, dims: 3 } as const;
export const EntryField = { key: 1, value: 2 } as const;
export const ValueInfoField = { name: 1, type: 2 } as const;
export const TypeField = { tensor: 1, sequence: 4, map: 5, sparse: 8, optional: 9 } as const;
export const TensorTypeField = { elementType: 1, shape: 2 } as const;
export const ShapeField = { dimension: 1 } as const;
export const DimensionField = { value: 1, parameter: 2 } as const;
export const FunctionField = {
  name: 1,
  input: 4,
  output: 5,
  node: 7,
  opset: 9,
  domain: 10,
  /** Attributes with the values that they have where a call gives none. */
  attribute: 11,
  overload: 13,
} as const;
