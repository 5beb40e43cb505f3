// A node that stands for what nobody here can compute: what it touches can't be cut.
import type { Shape } from '../../model/graph';
import type { GraphBuilder } from '../../ops/builder';
import { OPAQUE_DOMAIN } from '../../ops/opaque';
import type { Activation } from './activation';

/**
 * @param type what it is called: a class, a function.
 * @param made the shape of every output, where it is known.
 */
export function addOpaque(
  builder: GraphBuilder,
  type: string,
  inputs: readonly string[],
  made: readonly (Shape | undefined)[],
): Activation[] {
  const name = `${builder.layer}/${type}_${builder.nodes.length}`;
  const outputs = made.map((_, i) => (i === 0 ? name : `${name}:${i}`));
  made.forEach((shape, i) => {
    if (shape !== undefined) builder.declared.set(outputs[i] ?? '', shape);
  });
  builder.add({ name, type, domain: OPAQUE_DOMAIN, layer: builder.layer, attributes: {}, inputs, outputs });
  return outputs.map((output) => ({ shape: builder.knownShape(output) ?? [], last: output }));
}
