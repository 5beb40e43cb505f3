// Where a node of a model's file does not make sense: what its operator's own rule stumbled over, as one sentence about
// that node.
import { ModelError, messageOf, UserError } from '../errors';
import { type Node, UnknownYet } from '../model/graph';
import { input, type Operator, output } from './operator';
import { requiredInputs } from './required-inputs';

type Named = Pick<Node, 'type' | 'name'> & Partial<Pick<Node, 'layer'>>;

/** `cause` is what the rule threw: its stack says which rule, should the file be sound after all. */
export class NodeError extends ModelError {
  constructor({ type, name, layer }: Named, cause: unknown) {
    super(sentence(`${type} "${name}"`, cause), layer === undefined ? {} : { layer }, { cause });
  }
}

/** Rules say what does not fit; what JavaScript says when they trip over it means nothing to anybody. */
function sentence(node: string, cause: unknown): string {
  const said = messageOf(cause);
  const isOurs = cause instanceof Error && cause.constructor === Error && !/undefined|NaN|\[object /.test(said);
  if (isOurs) return said.includes(node) ? said : `${node}: ${said}`;
  return (
    `${node} can't be made sense of: its inputs, outputs and attributes are not those that such a node has. ` +
    'onnx.checker.check_model may say more; a model that onnxruntime runs all the same is worth a report'
  );
}

/** Asks a rule about a node. Throws NodeError where the node breaks it. */
export function ofNode<T>(node: Named, ask: () => T): T {
  try {
    return ask();
  } catch (error) {
    if (error instanceof UserError || error instanceof UnknownYet) throw error;
    throw new NodeError(node, error);
  }
}

/** The operator with all that is asked of it about a model's file, and not while a graph runs, asked by `ofNode`. */
export function guarded(operator: Operator): Operator {
  const required = requiredInputs(operator.type);
  const { shapes, expects, sizes, ties, contracts, produces, macs, monotone, resize } = operator;
  return {
    ...operator,
    shapes: (node, ...rest) =>
      ofNode(node, () => {
        for (let i = 0; i < required; i++) input(node, i);
        if (node.outputs.every((name) => name === '')) output(node);
        return shapes(node, ...rest);
      }),
    ...(expects && { expects: (node, ...rest) => ofNode(node, () => expects(node, ...rest)) }),
    ...(sizes && { sizes: (node, ...rest) => ofNode(node, () => sizes(node, ...rest)) }),
    ...(ties && { ties: (node, ...rest) => ofNode(node, () => ties(node, ...rest)) }),
    ...(contracts && { contracts: (node, ...rest) => ofNode(node, () => contracts(node, ...rest)) }),
    ...(produces && { produces: (node, ...rest) => ofNode(node, () => produces(node, ...rest)) }),
    ...(macs && { macs: (node, ...rest) => ofNode(node, () => macs(node, ...rest)) }),
    ...(monotone && { monotone: (node) => ofNode(node, () => monotone(node)) }),
    ...(resize && { resize: (node, ...rest) => ofNode(node, () => resize(node, ...rest)) }),
  } satisfies Operator;
}
