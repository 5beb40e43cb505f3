// Losses: what training makes small. Each adds its value and its gradient to the tape.
import { fixed, type Graph, only } from '../model/graph';
import type { TrainingTape } from './tape';

export interface Loss {
  /** The value the loss is taken of: a final Softmax is left out, for numbers that stay exact. */
  readonly logits: string;
  /** Mean over the batch. */
  readonly value: string;
  /** Gradient with respect to the logits. */
  readonly gradient: string;
  /** Number of samples of the batch whose largest logit is the label's. */
  readonly correct: string;
}

/** The value that a classification loss works on, and the graph's nodes before it. */
export function logitsOf(graph: Graph): { logits: string; nodes: Graph['nodes'] } {
  const output = only(graph.outputs, 'outputs of the model').name;
  const last = graph.nodes.find((node) => node.outputs[0] === output);
  if (last?.type === 'Softmax' && last.inputs[0] !== undefined) {
    return { logits: last.inputs[0], nodes: graph.nodes.filter((node) => node !== last) };
  }
  return { logits: output, nodes: graph.nodes };
}

/**
 * Softmax cross-entropy, mean over the batch.
 * @param labels name of the fed class indices, int64 [batch].
 */
export function crossEntropy(tape: TrainingTape, logits: string, labels: string): Loss {
  const shape = tape.shape(logits);
  const [batch, classes] = [fixed(shape, 0, 'batch'), fixed(shape, -1, 'classes')];
  const target = tape.op('OneHot', [labels, tape.ints([classes]), tape.floats([0, 1])], { axis: -1 });
  const logarithm = tape.op('LogSoftmax', [logits], { axis: -1 });
  const sum = tape.op('ReduceSum', [tape.op('Mul', [target, logarithm])], { keepdims: 0 });
  const difference = tape.op('Sub', [tape.op('Softmax', [logits], { axis: -1 }), target]);
  const hits = tape.op('Equal', [tape.op('ArgMax', [logits], { axis: -1, keepdims: 0 }), labels]);
  return {
    logits,
    value: tape.op('Mul', [sum, tape.float(-1 / batch)]),
    gradient: tape.op('Mul', [difference, tape.float(1 / batch)]),
    correct: tape.op('ReduceSum', [tape.op('Cast', [hits], { to: 1 })], { keepdims: 0 }),
  };
}
