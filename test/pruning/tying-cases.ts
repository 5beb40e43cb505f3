// Cases beside those of test/ops, in which operators have channels to cut that have none there.
import type { ElementType, Tensor } from '../../src/model/tensor';
import { given, ints, type OperatorCase, OUTPUT } from '../ops/case';
import { apart, drawn, positive } from '../tensors';

const MATRIX = apart([4, 6], 'matrix');
const ROWS: Tensor = { type: 'int64', shape: [4, 2], data: BigInt64Array.of(0n, 5n, 3n, 2n, 1n, 0n, 2n, 4n) };

/** Whole numbers from 0 to 7, or truth values: [4, 6], and one for all. */
function whole(type: 'bool' | 'int8' | 'int32' | 'uint8', count = 24): Tensor {
  const numbers = Array.from({ length: count }, (_, i) => (5 * i + 3) % (type === 'bool' ? 2 : 8));
  const array = { bool: Uint8Array, int8: Int8Array, int32: Int32Array, uint8: Uint8Array }[type];
  return { type, shape: count === 1 ? [1] : [4, 6], data: array.from(numbers) };
}

function logical(name: string, type: 'bool' | 'int32' | 'uint8', attributes = {}): OperatorCase {
  const output: ElementType = type;
  return given(name, 'with one for all', [whole(type), whole(type, 1)], attributes, { output });
}

export const TYING_CASES: readonly OperatorCase[] = [
  logical('BitShift', 'uint8', { direction: 'RIGHT' }),
  logical('BitwiseAnd', 'int32'),
  logical('BitwiseOr', 'int32'),
  logical('BitwiseXor', 'int32'),
  given('BitwiseNot', 'of integers', [whole('int32')], {}, { output: 'int32' }),
  logical('Or', 'bool'),
  logical('Xor', 'bool'),
  given('DequantizeLinear', 'by a scale a column', [whole('int8'), positive([6], 'scales')], { axis: 1 }),
  given('GatherElements', 'by indices that are made', [MATRIX, ROWS], { axis: 1 }),
  given('ScatterElements', 'by indices that are made', [MATRIX, ROWS, drawn([4, 2], 'updates')], { axis: 1 }),
  given('Split', 'in two', [apart([2, 6, 3], 'parts'), ints(2, 4)], { axis: 1 }, { outputs: [OUTPUT, 'rest'] }),
];
