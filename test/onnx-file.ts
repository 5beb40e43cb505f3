// What onnxruntime itself makes of an ONNX file whose input is x and output y.
import assert from 'node:assert/strict';
import { InferenceSession, Tensor as OrtTensor } from 'onnxruntime-node';
import { float32, type Tensor } from '../src/model/tensor';

export async function runFile(path: string, { type, shape, data }: Tensor): Promise<Tensor> {
  const session = await InferenceSession.create(path, { logSeverityLevel: 3, intraOpNumThreads: 1 });
  try {
    const { y } = await session.run({ x: new OrtTensor(type as 'float32', data as Float32Array, shape) });
    assert.ok(y);
    return float32(y.dims, y.data as Float32Array);
  } finally {
    await session.release();
  }
}
