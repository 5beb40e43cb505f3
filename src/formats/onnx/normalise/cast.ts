// Half and double precision are computed as float32 here: a Cast to them casts to float32. What the file says stays.
import type { Rule } from './rule';

const [FLOAT, FLOAT16, DOUBLE, BFLOAT16] = [1, 10, 11, 16];

export const cast: Rule = (node) => {
  const to = node.attributes.to;
  const float = to === FLOAT16 || to === DOUBLE || to === BFLOAT16;
  const attributes = { to: float ? FLOAT : (to ?? FLOAT) };
  return [{ ...node, attributes }];
};
