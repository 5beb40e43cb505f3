// A graph inside a node (a branch of an If) brought to opset 18 node by node, so that it runs inside a graph of ours.
import type { Attribute, Node } from '../../model/graph';
import type { Tensor } from '../../model/tensor';
import { encodedAttribute, nameOf, plainAttribute } from './attributes';
import { subgraphsOf } from './captures';
import { encodeNode, encodeTensor } from './encode';
import { AttributeField, GraphField, NodeField } from './messages';
import { ruleFor } from './normalise/index';
import type { Scope } from './normalise/rule';
import { BYTES, type Message } from './wire';

/** The node with its subgraphs in opset 18. Only shapes that a rule does not ask for are known in there. */
export async function withSubgraphs(node: Message, opset: number): Promise<Message> {
  if (opset >= LATEST || subgraphsOf(node).length === 0) return node;
  const attributes = await Promise.all(
    node.messages(NodeField.attribute).map(async (attribute) => {
      const [graph, graphs] = [attribute.message(AttributeField.graph), attribute.messages(AttributeField.graphs)];
      if (graph) return attribute.with(AttributeField.graph, BYTES, [await normalised(graph, opset)]);
      if (graphs.length === 0) return attribute;
      const made = await Promise.all(graphs.map((own) => normalised(own, opset)));
      return attribute.with(AttributeField.graphs, BYTES, made);
    }),
  );
  return node.with(NodeField.attribute, BYTES, attributes);
}

const LATEST = 18;

async function normalised(graph: Message, opset: number): Promise<Message> {
  const constants: Message[] = [];
  const nodes: Message[] = [];
  for (const [index, proto] of graph.messages(GraphField.node).entries()) {
    const rule = ruleFor(proto.text(NodeField.opType), proto.text(NodeField.domain) || undefined);
    if (rule === undefined) {
      nodes.push(await withSubgraphs(proto, opset));
      continue;
    }
    const prefix = `${graph.text(GraphField.name)}/${proto.texts(NodeField.output)[0] ?? index}`;
    let count = 0;
    let kept = false;
    const keep = (tensor: Tensor): string => {
      const name = `${prefix}/constant_${count++}`;
      constants.push(encodeTensor(name, tensor));
      return name;
    };
    const scope: Scope = {
      opset,
      shape: () => undefined,
      constant: () => undefined,
      type: () => undefined,
      maker: () => undefined,
      isFilled: () => false,
      isRead: () => true,
      moved: (_, tensor) => keep(tensor),
      added: keep,
      follows: () => undefined,
      keeps: () => undefined,
      value: () => `${prefix}/value_${count++}`,
      opaque: () => {
        kept = true;
        return [];
      },
    };
    const made = rule(await nodeOf(proto), scope);
    if (kept) nodes.push(proto);
    else nodes.push(...made.map(encodeNode));
  }
  const initializers = [...graph.messages(GraphField.initializer), ...constants];
  return graph.with(GraphField.node, BYTES, nodes).with(GraphField.initializer, BYTES, initializers);
}

async function nodeOf(proto: Message): Promise<Node> {
  const attributes: [string, Attribute][] = [];
  for (const attribute of proto.messages(NodeField.attribute)) {
    attributes.push([nameOf(attribute), plainAttribute(attribute) ?? (await encodedAttribute(attribute))]);
  }
  return {
    name: proto.text(NodeField.name),
    type: proto.text(NodeField.opType),
    inputs: proto.texts(NodeField.input),
    outputs: proto.texts(NodeField.output),
    attributes: Object.fromEntries(attributes),
    layer: '',
  };
}
