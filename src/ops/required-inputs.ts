// How many of an operator's inputs must be there, by the specification.

const REQUIRED: ReadonlyMap<string, number> = new Map(
  [
    [],
    // One, for all that are not named.
    [],
    [
      ...['Add', 'And', 'CastLike', 'Conv', 'ConvTranspose', 'CumSum', 'DequantizeLinear', 'Div', 'Equal', 'Expand'],
      ...[
        'Gather',
        'GatherElements',
        'GatherND',
        'Gemm',
        'GridSample',
        'Greater',
        'GreaterOrEqual',
        'Less',
        'LessOrEqual',
      ],
      ...['LayerNormalization', 'MatMul', 'Mod', 'Mul', 'Or', 'PRelu', 'Pad', 'Pow', 'QuantizeLinear', 'Reshape'],
      ...['ReverseSequence', 'Sub', 'Tile', 'TopK', 'Unsqueeze', 'Xor'],
      ...['BitShift', 'BitwiseAnd', 'BitwiseOr', 'BitwiseXor'],
    ],
    [
      ...['GRU', 'InstanceNormalization', 'LSTM', 'OneHot', 'RNN', 'Range', 'RoiAlign', 'ScatterElements', 'ScatterND'],
      ...['Col2Im', 'Slice', 'Where'],
    ],
    [],
    ['BatchNormalization'],
  ].flatMap((types, count) => types.map((type) => [type, count] as const)),
);

export function requiredInputs(type: string): number {
  return REQUIRED.get(type) ?? 1;
}
