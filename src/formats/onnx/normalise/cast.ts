// Half and double precision are computed as float32 here: what makes them makes float32. What the file says stays.
import type { Rule } from './rule';

const FLOAT = 1;
const [FLOAT16, DOUBLE, BFLOAT16] = [10, 11, 16];

export const cast: Rule = (node) => [{ ...node, attributes: { to: computed(node.attributes.to ?? FLOAT) } }];

export const eyeLike: Rule = (node) => {
  const { dtype } = node.attributes;
  return [dtype === undefined ? node : { ...node, attributes: { ...node.attributes, dtype: computed(dtype) } }];
};

function computed<T>(type: T): T | number {
  return type === FLOAT16 || type === DOUBLE || type === BFLOAT16 ? FLOAT : type;
}
