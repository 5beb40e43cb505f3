// The engine that runs a graph by TensorFlow.js' operators, on tfjs-node where that is installed and else on WebAssembly,
// and finds gradients by its automatic differentiation: for what has no gradient rule of ours, and as a check of those.
import type { Engine } from './engine';
import { loadTensorflow, type TensorflowOptions } from './tensorflow/load';
import { TensorflowProgram } from './tensorflow/program';
import { TensorflowStep } from './tensorflow/step';

export function tensorflow(options: TensorflowOptions = {}): Required<Engine> {
  return {
    name: 'tensorflow',
    async compile(graph, values) {
      return new TensorflowProgram(await loadTensorflow(options), graph, values);
    },
    async compileStep(step) {
      return new TensorflowStep(await loadTensorflow(options), step);
    },
  };
}
