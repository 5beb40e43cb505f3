// Functions that a file defines for itself: what is in them is cut like any other node.
import assert from 'node:assert/strict';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, test } from 'node:test';
import { nameOf } from '../../../src/formats/onnx/attributes';
import { encodeNode } from '../../../src/formats/onnx/encode';
import { AttributeField, FunctionField, ModelField, NodeField, OpsetField } from '../../../src/formats/onnx/messages';
import { scanModel } from '../../../src/formats/onnx/scan';
import { BYTES, encode, Message, VARINT } from '../../../src/formats/onnx/wire';
import { openModel } from '../../../src/formats/open';
import type { Node } from '../../../src/model/graph';
import { scalar } from '../../../src/model/tensor';
import { analyseChannels } from '../../../src/pruning/channels';
import { cut } from '../../../src/pruning/cut';
import { mask } from '../../../src/pruning/mask';
import { runFile } from '../../onnx-file';
import { outputFor } from '../../run';
import { assertClose, drawn } from '../../tensors';
import { writeModelFile } from './model-file';
import { weakestChannels } from './weakest';

const folder = mkdtempSync(join(tmpdir(), 'neuron-pruner-functions-'));
after(() => rmSync(folder, { recursive: true, force: true }));

const DOMAIN = 'own';
const OPSET = 17;

interface Function {
  readonly name: string;
  readonly inputs: readonly string[];
  readonly outputs: readonly string[];
  readonly nodes: readonly Message[];
  readonly opset?: number;
}

/** @param references attributes that the call gives: their names here and there. */
function node(
  type: string,
  inputs: readonly string[],
  outputs: readonly string[],
  attributes: Node['attributes'] = {},
  references: Readonly<Record<string, string>> = {},
): Message {
  const domain = type[0] === '_' ? { domain: DOMAIN } : {};
  const made = encodeNode({ name: '', type: type.replace('_', ''), inputs, outputs, attributes, layer: '', ...domain });
  const referring = made.messages(NodeField.attribute).map((attribute) => {
    const reference = references[nameOf(attribute)];
    return reference === undefined ? attribute : attribute.withText(AttributeField.reference, reference);
  });
  return made.with(NodeField.attribute, BYTES, referring);
}

function opsetOf(domain: string, version: number): Message {
  return new Message([]).withText(OpsetField.domain, domain).with(OpsetField.version, VARINT, [BigInt(version)]);
}

function functionOf({ name, inputs, outputs, nodes, opset = OPSET }: Function): Message {
  const texts = (list: readonly string[]): Uint8Array[] => list.map((text) => Buffer.from(text));
  return new Message([])
    .withText(FunctionField.name, name)
    .with(FunctionField.input, BYTES, texts(inputs))
    .with(FunctionField.output, BYTES, texts(outputs))
    .with(FunctionField.node, BYTES, nodes)
    .with(FunctionField.opset, BYTES, [opsetOf('', opset), opsetOf(DOMAIN, 1)])
    .withText(FunctionField.domain, DOMAIN);
}

/** Three calls of `Block` with weights of their own, between x of 8 and y of 4. */
function writeFile(functions: readonly Function[]): string {
  const call = (inputs: string[], output: string, slope: number) => {
    return { type: 'Block', domain: DOMAIN, inputs, outputs: [output], attributes: { gamma: slope } };
  };
  const path = writeModelFile(folder, {
    opset: OPSET,
    domains: new Map([[DOMAIN, 1]]),
    x: ['batch', 8],
    y: ['batch', 4],
    nodes: [
      call(['x', 'first'], 'a', 0.1),
      call(['a', 'second'], 'b', 0.3),
      { type: 'MatMul', inputs: ['b', 'third'], outputs: ['y'] },
    ],
    tensors: new Map([
      ['first', drawn([8, 16], 'first')],
      ['second', drawn([16, 12], 'second')],
      ['third', drawn([12, 4], 'third')],
    ]),
  });
  const model = scanModel(path).with(ModelField.functions, BYTES, functions.map(functionOf));
  writeFileSync(path, Buffer.concat([...encode(model)] as Uint8Array[]));
  return path;
}

/** Bent by an alpha that the call gives, as its `beta`. */
const BENT: Function = {
  name: 'Bent',
  inputs: ['x'],
  outputs: ['y'],
  nodes: [node('LeakyRelu', ['x'], ['y'], { alpha: 0.5 }, { alpha: 'beta' })],
};

const BLOCK: Function = {
  name: 'Block',
  inputs: ['x', 'weight', 'bias'],
  outputs: ['bent'],
  nodes: [
    node('Constant', [], ['half'], { value: scalar(0.5) }),
    node('MatMul', ['x', 'weight'], ['made']),
    node('Mul', ['made', 'half'], ['x1']),
    node('_Bent', ['x1'], ['bent'], { beta: 0.5 }, { beta: 'gamma' }),
  ],
};

test('what is in functions is cut, and written without them', async () => {
  const path = writeFile([BENT, BLOCK]);
  const model = await openModel(path);
  assert.match(model.warnings.join(' '), /own 2 functions \(own\.Block and others\) will be written out/);
  const x = drawn([5, 8], 'x');
  assertClose(await outputFor(model.graph, x), await runFile(path, x), 1e-6, 'read');
  const channels = analyseChannels(model.graph);
  const removed = await weakestChannels(model, channels, 0.4);
  assert.ok(removed.size > 8);
  const smaller = { ...model, graph: cut(model.graph, channels, removed) };
  const written = await model.container.write(smaller, mkdtempSync(join(folder, 'cut-')));
  assert.equal(scanModel(written).has(ModelField.functions), false);
  assertClose(await runFile(written, x), await outputFor(mask(model.graph, channels, removed), x), 1e-5, 'written');
});

test('a model that did not change keeps its functions', async () => {
  const path = writeFile([BENT, BLOCK]);
  const model = await openModel(path);
  const written = await model.container.write(model, mkdtempSync(join(folder, 'same-')));
  assert.deepEqual(readFileSync(written), readFileSync(path));
});

test('nodes of a function bear the name of its call', async () => {
  const { layers } = await openModel(writeFile([BENT, BLOCK]));
  assert.ok(layers.some(({ name }) => name === 'Block_0/MatMul_1'));
  assert.ok(layers.some(({ name }) => name === 'Block_1/Bent_3/LeakyRelu_0'));
});

test('a function that calls itself is refused', async () => {
  const endless: Function = { ...BLOCK, nodes: [node('_Block', ['x', 'weight'], ['bent'])] };
  await assert.rejects(openModel(writeFile([endless])), /function own\.Block calls itself, which ONNX forbids/);
});

test('functions that double with every level are refused', async () => {
  const levels = Array.from({ length: 40 }, (_, i): Function => {
    const inner = i === 39 ? 'Relu' : `_Block${i + 1}`;
    const nodes = [node(inner, ['x'], ['t']), node(inner, ['t'], ['bent'])];
    return { ...BLOCK, name: i === 0 ? 'Block' : `Block${i}`, nodes };
  });
  await assert.rejects(openModel(writeFile(levels)), /its functions, written out, come to more than 500,000 nodes/);
});

test('a function in other versions of the operators stays in the file, and what it touches is not cut', async () => {
  const path = writeFile([BENT, { ...BLOCK, opset: 11 }]);
  const model = await openModel(path);
  assert.match(model.warnings.join(' '), /own\.Block is written in other versions of the operators than the model/);
  const channels = analyseChannels(model.graph);
  assert.match(channels.frozen(channels.of('second', 0)?.[0] ?? 0) ?? '', /Block touches it/);
  const written = await model.container.write(model, mkdtempSync(join(folder, 'same-')));
  assert.equal(scanModel(written).messages(ModelField.functions).length, 2);
});
