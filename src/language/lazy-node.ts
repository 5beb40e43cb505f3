// The tree of a JSON text that is whole, made only where somebody looks: of a model's megabytes a few thousand places
// matter, and building all of them takes longer than everything else that is done with the text.
import type { NodeType } from 'jsonc-parser';

/** A value of a JSON text, or a property of an object, whose children are its key and its value. As jsonc-parser has it. */
export interface Node {
  readonly type: NodeType;
  readonly offset: number;
  readonly length: number;
  /** Of what has no parts. */
  readonly value?: unknown;
  readonly children?: readonly Node[] | undefined;
  /** The property of an object, found without looking at what stands behind it. */
  property?(key: string): Node | undefined;
}

const [QUOTE, BACKSLASH, COLON, COMMA] = [0x22, 0x5c, 0x3a, 0x2c] as const;
const [OPEN_LIST, CLOSE_LIST, OPEN_OBJECT, CLOSE_OBJECT] = [0x5b, 0x5d, 0x7b, 0x7d] as const;

/** @param text that JSON.parse takes. */
export function lazyTree(text: string): Node {
  const source: Source = { text, ends: bracketEnds(text) };
  const start = skipSpace(text, 0);
  return new LazyNode(source, start, endOf(source, start) - start);
}

interface Source {
  readonly text: string;
  /** The offset behind each closing bracket, by that of the opening one. */
  readonly ends: ReadonlyMap<number, number>;
}

class LazyNode implements Node {
  #children: readonly Node[] | undefined;

  constructor(
    private readonly source: Source,
    readonly offset: number,
    readonly length: number,
  ) {}

  get type(): NodeType {
    switch (this.source.text[this.offset]) {
      case '{':
        return 'object';
      case '[':
        return 'array';
      case '"':
        return 'string';
      case 't':
      case 'f':
        return 'boolean';
      case 'n':
        return 'null';
      default:
        return 'number';
    }
  }

  get value(): unknown {
    const { type } = this;
    if (type === 'object' || type === 'array') return undefined;
    const own = this.source.text.slice(this.offset, this.offset + this.length);
    // Most texts are names without escapes.
    return type === 'string' && !own.includes('\\') ? own.slice(1, -1) : JSON.parse(own);
  }

  get children(): readonly Node[] | undefined {
    const { type } = this;
    if (type !== 'object' && type !== 'array') return undefined;
    this.#children ??= [...(type === 'object' ? this.#properties() : this.#items())];
    return this.#children;
  }

  property(key: string): Node | undefined {
    if (this.type !== 'object') return undefined;
    if (this.#children !== undefined) return this.#children.find(({ children }) => children?.[0]?.value === key);
    const { source } = this;
    for (let at = this.#first(); at < this.#end; ) {
      const behindKey = endOfString(source.text, at);
      const start = skipSpace(source.text, skipSpace(source.text, behindKey) + 1);
      const end = endOf(source, start);
      // Of the properties passed by, no object is made.
      if (isText(source.text, at, behindKey, key)) return this.#property(at);
      at = this.#next(end);
    }
    return undefined;
  }

  #property(at: number): Node {
    const { text } = this.source;
    const key = this.#value(at);
    const value = this.#value(skipSpace(text, skipSpace(text, at + key.length) + 1));
    return { type: 'property', offset: at, length: value.offset + value.length - at, children: [key, value] };
  }

  *#properties(): Generator<Node> {
    for (let at = this.#first(); at < this.#end; at = this.#next(at)) {
      const property = this.#property(at);
      at += property.length;
      yield property;
    }
  }

  *#items(): Generator<Node> {
    for (let at = this.#first(); at < this.#end; at = this.#next(at)) {
      const item = this.#value(at);
      at += item.length;
      yield item;
    }
  }

  #first(): number {
    return skipSpace(this.source.text, this.offset + 1);
  }

  /** Where what comes behind the part that ends there begins. */
  #next(end: number): number {
    const { text } = this.source;
    const at = skipSpace(text, end);
    return text.charCodeAt(at) === COMMA ? skipSpace(text, at + 1) : at;
  }

  /** Of the closing bracket. */
  get #end(): number {
    return this.offset + this.length - 1;
  }

  #value(start: number): LazyNode {
    return new LazyNode(this.source, start, endOf(this.source, start) - start);
  }
}

/** The offset behind a value. */
function endOf({ text, ends }: Source, start: number): number {
  const first = text.charCodeAt(start);
  if (first === QUOTE) return endOfString(text, start);
  return ends.get(start) ?? endOfWord(text, start);
}

/** Found in one pass, so that no text is walked once for each level it lies in. */
function bracketEnds(text: string): Map<number, number> {
  const ends = new Map<number, number>();
  const open: number[] = [];
  for (let i = 0; i < text.length; i++) {
    const code = text.charCodeAt(i);
    if (code === QUOTE) i = endOfString(text, i) - 1;
    else if (code === OPEN_LIST || code === OPEN_OBJECT) open.push(i);
    else if (code === CLOSE_LIST || code === CLOSE_OBJECT) ends.set(open.pop() ?? 0, i + 1);
  }
  return ends;
}

function endOfString(text: string, start: number): number {
  let quote = text.indexOf('"', start + 1);
  while (quote >= 0 && isEscaped(text, quote)) quote = text.indexOf('"', quote + 1);
  return quote < 0 ? text.length : quote + 1;
}

/** Whether the string that stands between two offsets, quotes included, says this. */
function isText(text: string, start: number, end: number, said: string): boolean {
  if (end - start - 2 === said.length) return text.startsWith(said, start + 1) && !said.includes('\\');
  // An escape is longer than what it stands for.
  return end - start - 2 > said.length && text.slice(start, end).includes('\\')
    ? JSON.parse(text.slice(start, end)) === said
    : false;
}

/** An odd number of backslashes before it. */
function isEscaped(text: string, at: number): boolean {
  let before = at;
  while (text.charCodeAt(before - 1) === BACKSLASH) before--;
  return (at - before) % 2 === 1;
}

/** Of a number, true, false or null. */
function endOfWord(text: string, start: number): number {
  let end = start;
  while (end < text.length && !isSpace(text.charCodeAt(end)) && !isStop(text.charCodeAt(end))) end++;
  return end;
}

function isStop(code: number): boolean {
  return code === COMMA || code === COLON || code === CLOSE_LIST || code === CLOSE_OBJECT;
}

function skipSpace(text: string, start: number): number {
  let at = start;
  while (at < text.length && isSpace(text.charCodeAt(at))) at++;
  return at;
}

/** As JSON has it. */
function isSpace(code: number): boolean {
  return code === 0x20 || code === 0x0a || code === 0x0d || code === 0x09;
}
