// What converters of scikit-learn put in front of a network, of the domain ai.onnx.ml.
// https://onnx.ai/onnx/operators/onnx_aionnxml_Scaler.html
import { float32 } from '../../../model/tensor';
import { part, type Rule } from './rule';

const FLOAT = 1;

/** (x − offset) · scale, in single precision whatever x is. */
const scaler: Rule = (node, scope) => {
  const [x = ''] = node.inputs;
  const list = (attribute: string, fallback: number): string => {
    const numbers = (node.attributes[attribute] as readonly number[] | undefined) ?? [fallback];
    return scope.added(float32([numbers.length], Float32Array.from(numbers)));
  };
  const [single, centred] = [scope.value(), scope.value()];
  return [
    part(node, 'Cast', [x], single, { to: FLOAT }),
    part(node, 'Sub', [single, list('offset', 0)], centred),
    { ...part(node, 'Mul', [centred, list('scale', 1)], ''), outputs: node.outputs },
  ];
};

export const MACHINE_LEARNING: ReadonlyMap<string, Rule> = new Map([['Scaler', scaler]]);
