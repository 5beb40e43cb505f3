// Which tensors of a file describe its structure (shapes, axes, indices, single numbers) and which are weights.
import { elementCount } from '../../model/tensor';
import { NodeField } from './messages';
import type { StoredTensor } from './stored-tensor';
import type { Message } from './wire';

/** Inputs that are no weights although they may be lists of floats. */
const STRUCTURAL: ReadonlyMap<string, readonly number[]> = new Map(
  Object.entries({
    Clip: [1, 2],
    Dropout: [1, 2],
    OneHot: [1, 2],
    NonMaxSuppression: [2, 3, 4],
    Pad: [1, 2, 3],
    Pow: [1],
    Range: [0, 1, 2],
    Resize: [1, 2, 3],
    Upsample: [1],
  }),
);

/** Inputs that are weights although they may be a single number: a bias of one channel. */
const PARAMETRIC: ReadonlyMap<string, readonly number[]> = new Map(
  Object.entries({
    BatchNormalization: [1, 2, 3, 4],
    Conv: [1, 2],
    ConvTranspose: [1, 2],
    Gemm: [1, 2],
    GRU: [1, 2, 3],
    InstanceNormalization: [1, 2],
    LSTM: [1, 2, 3, 7],
    LayerNormalization: [1, 2],
    MatMul: [0, 1],
    PRelu: [1],
    RNN: [1, 2, 3],
  }),
);

/** Operators whose integers are weights: quantised ones. By input. */
const QUANTISED: ReadonlyMap<string, readonly number[]> = new Map(
  Object.entries({
    DequantizeLinear: [0, 2],
    QuantizeLinear: [2],
    ConvInteger: [1, 3],
    MatMulInteger: [1, 3],
    QGemm: [3, 5, 6],
    QLinearAdd: [0, 3],
    QLinearConcat: [2, 5, 8, 11],
    QLinearConv: [3, 5, 8],
    QLinearMatMul: [0, 2, 3, 5],
    QLinearMul: [0, 3],
  }),
);

/** Tables of bytes are quantised; of wider integers they are places to look something up at. */
const LOOKED_UP: ReadonlyMap<string, readonly number[]> = new Map(Object.entries({ Gather: [0] }));

/** What they read is used as what they make: converters to half precision put a Cast behind what must stay single. */
const REPEATING: ReadonlySet<string> = new Set(['Cast', 'Identity']);

export function isStructure(nodes: readonly Message[]): (tensor: StoredTensor) => boolean {
  const uses = new Map<string, { type: string; index: number }[]>();
  for (const node of nodes) {
    const type = node.text(NodeField.opType);
    node.texts(NodeField.input).forEach((name, index) => {
      const list = uses.get(name);
      if (list) list.push({ type, index });
      else uses.set(name, [{ type, index }]);
    });
  }
  const repeated = new Map<string, string[]>();
  for (const node of nodes) {
    const [from = '', to = ''] = [node.texts(NodeField.input)[0], node.texts(NodeField.output)[0]];
    if (REPEATING.has(node.text(NodeField.opType))) repeated.set(from, [...(repeated.get(from) ?? []), to]);
  }
  const usesOf = (name: string, depth = 0): { type: string; index: number }[] => [
    ...(uses.get(name) ?? []),
    ...(depth > 8 ? [] : (repeated.get(name) ?? [])).flatMap((copy) => usesOf(copy, depth + 1)),
  ];
  return ({ name, type, shape }) => {
    const own = usesOf(name);
    const isUsed = (table: ReadonlyMap<string, readonly number[]>): boolean =>
      own.some((use) => table.get(use.type)?.includes(use.index));
    const float = type === 'float32' || type === 'float16' || type === 'bfloat16' || type === 'float64';
    const byte = type === 'int8' || type === 'uint8';
    if (!float) return !isUsed(QUANTISED) && !(byte && isUsed(LOOKED_UP));
    if (isUsed(PARAMETRIC)) return false;
    return isUsed(STRUCTURAL) || elementCount(shape) <= 1;
  };
}
