// Tensors in files beside the model: laid out anew once some of them have changed.
import type { FileRange } from '../files';
import { EntryField, type MessageType, MODEL, TENSOR, TensorField } from './messages';
import { isExternal } from './stored-tensor';
import { BYTES, type LateBytes, Message } from './wire';

/** What is written into one file, piece by piece. */
export interface DataFile {
  readonly location: string;
  readonly pieces: readonly { readonly offset: number; readonly content: FileRange | LateBytes }[];
}

interface Stored {
  readonly tensor: Message;
  readonly offset: number;
  readonly length: number;
}

/**
 * @param edited new elements, by TensorProto.
 * @param find the file behind a location, and its size.
 */
export async function layOut(
  model: Message,
  edited: ReadonlyMap<Message, LateBytes>,
  find: (location: string) => Promise<{ path: string; size: number }>,
): Promise<{ model: Message; files: DataFile[] }> {
  const locations = new Map<string, Stored[]>();
  eachTensor(model, MODEL, (tensor) => {
    if (!isExternal(tensor)) return;
    const entries = entriesOf(tensor);
    const stored = {
      tensor,
      offset: Number(entries.get('offset') ?? 0),
      length: Number(entries.get('length') ?? Number.NaN),
    };
    const location = entries.get('location') ?? '';
    const known = locations.get(location);
    if (known) known.push(stored);
    else locations.set(location, [stored]);
  });
  const replaced = new Map<Message, Message>();
  const files: DataFile[] = [];
  for (const [location, tensors] of locations) {
    const { path, size } = await find(location);
    if (!tensors.some(({ tensor }) => edited.has(tensor))) {
      files.push({ location, pieces: [{ offset: 0, content: { path, offset: 0, length: size } }] });
      continue;
    }
    const pieces: { offset: number; content: FileRange | LateBytes }[] = [];
    let end = 0;
    let last: { offset: number; at: number } | undefined;
    for (const { tensor, offset, length } of tensors.sort((a, b) => a.offset - b.offset)) {
      const content = edited.get(tensor) ?? { path, offset, length: Number.isNaN(length) ? size - offset : length };
      // Two tensors of the same bytes stay so.
      const shared = last?.offset === offset && !edited.has(tensor);
      const at: number = shared && last ? last.at : aligned(end, offset);
      if (!shared) {
        pieces.push({ offset: at, content });
        end = at + content.length;
      }
      last = { offset, at };
      replaced.set(tensor, withRange(tensor, at, content.length));
    }
    files.push({ location, pieces });
  }
  return { model: replaceTensors(model, MODEL, replaced), files };
}

/** Tensors keep the alignment they had, up to a page of 64 KB: programs map them into memory. */
function aligned(end: number, before: number): number {
  let alignment = 1;
  while (alignment < 65_536 && before !== 0 && before % (2 * alignment) === 0) alignment *= 2;
  return before === 0 ? end : Math.ceil(end / alignment) * alignment;
}

function entriesOf(tensor: Message): Map<string, string> {
  return new Map(
    tensor
      .messages(TensorField.externalData)
      .map((entry) => [entry.text(EntryField.key), entry.text(EntryField.value)]),
  );
}

function withRange(tensor: Message, offset: number, length: number): Message {
  const values = new Map([
    ['offset', String(offset)],
    ['length', String(length)],
  ]);
  // A checksum would be that of the elements before.
  const kept = tensor.messages(TensorField.externalData).filter((entry) => entry.text(EntryField.key) !== 'checksum');
  const updated = kept.map((entry) => {
    const value = values.get(entry.text(EntryField.key));
    return value === undefined ? entry : entry.withText(EntryField.value, value);
  });
  const named = new Set(kept.map((entry) => entry.text(EntryField.key)));
  for (const [key, value] of values) {
    if (!named.has(key)) updated.push(new Message([]).withText(EntryField.key, key).withText(EntryField.value, value));
  }
  return tensor.with(TensorField.externalData, BYTES, updated);
}

function eachTensor(message: Message, type: MessageType, visit: (tensor: Message) => void): void {
  if (type === TENSOR) visit(message);
  for (const { number, payload } of message.fields) {
    const nested = type.fields[number]?.();
    if (nested && payload instanceof Message) eachTensor(payload, nested, visit);
  }
}

function replaceTensors(message: Message, type: MessageType, replaced: ReadonlyMap<Message, Message>): Message {
  const found = type === TENSOR ? replaced.get(message) : undefined;
  if (found !== undefined || replaced.size === 0) return found ?? message;
  const fields = message.fields.map((field) => {
    const nested = type.fields[field.number]?.();
    if (!nested || !(field.payload instanceof Message)) return field;
    const payload = replaceTensors(field.payload, nested, replaced);
    return payload === field.payload ? field : { ...field, payload };
  });
  return fields.every((field, i) => field === message.fields[i]) ? message : new Message(fields);
}
